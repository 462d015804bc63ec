"""Writes what a grading found into docs/accuracy.md, between its two marks; the words around them are people's."""
from collections import Counter, defaultdict

from .registry import FURTHER

BEGIN, END = "<!-- grading: begin -->", "<!-- grading: end -->"
RANKS = ("best", "accepted", "wrong")
SILENCE = "silence"
FAMILIES = ("tcp", "protocol", "hello", "server_cert", "client_cert", "key", "handshake", "control")
NO_STACK = ("raw", "none")


def family(scenario):
    """The family of a scenario: of a further stack's, what it repeats."""
    if not scenario.expect:
        return "control"
    return scenario.expect[0].split(".")[0]


def is_further(scenario):
    return bool({scenario.server.stack, scenario.client.stack} & FURTHER)


def wanted(scenario):
    return scenario.expect[0] if scenario.expect else SILENCE


def _share(part, whole):
    return f"{100 * part / whole:.1f} %" if whole else "–"


def _row(*cells):
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _table(head, rows):
    return [_row(*head), _row(*["---"] + ["---:"] * (len(head) - 1)), *rows, ""]


def _counts(grades):
    return Counter(item.rank for item in grades)


def _totals(grades):
    rows = []
    groups = (("stacks that the rules were written beside", False), ("further stacks", True))
    for words, further in groups:
        mine = [item for item in grades if is_further(item.result.scenario) == further]
        failures = [item for item in mine if item.result.scenario.expect]
        counts, controls = _counts(failures), [item for item in mine if not item.result.scenario.expect]
        loud = sum(item.rank == "wrong" for item in controls)
        rows.append(_row(words, len(failures), counts["best"], counts["accepted"], counts["wrong"],
                         _share(counts["best"] + counts["accepted"], len(failures)), len(controls), loud))
    return _table(("graded", "failing", "narrowest", "wider, and honest", "wrong", "right", "controls",
                   "of them not silent"), rows)


def _families(grades):
    by_family = defaultdict(list)
    for item in grades:
        by_family[family(item.result.scenario)].append(item)
    rows = []
    for name in FAMILIES:
        counts = _counts(by_family[name])
        rows.append(_row(f"`{name}`", len(by_family[name]), *(counts[rank] for rank in RANKS),
                         _share(counts["best"], len(by_family[name]))))
    return _table(("family", "scenarios", "narrowest", "wider, and honest", "wrong", "narrowest cause"), rows)


def _stacks(grades):
    cells = defaultdict(list)
    for item in grades:
        scenario = item.result.scenario
        cells[(scenario.client.stack, "client")].append(item)
        cells[(scenario.server.stack, "server")].append(item)
    rows = []
    for stack in sorted({name for name, _ in cells} - set(NO_STACK)):
        words = [f"`{stack}`"]
        for role in ("client", "server"):
            mine = cells[(stack, role)]
            failures = [item for item in mine if item.result.scenario.expect]
            words += [len(failures), sum(item.good for item in failures), len(mine) - len(failures),
                      sum(item.good for item in mine) - sum(item.good for item in failures)]
        rows.append(_row(*words))
    return _table(("stack", "as client: failing", "right", "controls", "silent", "as server: failing", "right",
                   "controls", "silent"), rows)


def _confusion(grades):
    table = defaultdict(Counter)
    for item in grades:
        said = SILENCE if item.said == "silent" else item.said
        table[wanted(item.result.scenario)][(said, item.good)] += 1
    rows = []
    for cause in sorted(table, key=lambda name: (name == SILENCE, name)):
        answers = sorted(table[cause].items(), key=lambda entry: (entry[0][0] != cause, -entry[1]))
        told = ", ".join(f"{'' if good else '**wrong:** '}`{said}` {times}" for (said, good), times in answers)
        rows.append(_row(f"`{cause}`", sum(table[cause].values()), told))
    return _table(("expected", "scenarios", "given"), rows)


def _wrong(grades):
    lines = [f"* `{item.result.scenario.name}`: {item.said}, not {wanted(item.result.scenario)}"
             for item in grades if not item.good]
    return lines + [""] if lines else ["None.", ""]


def lines(grades):
    """The generated part, as lines; scenarios that did not take place are counted and left out."""
    took_place = [item for item in grades if item.rank != "void"]
    void = len(grades) - len(took_place)
    return [
        f"{len(grades)} scenarios were graded, {sum(not i.result.scenario.expect for i in grades)} of them controls; "
        f"{void} did not take place.", "",
        *_totals(took_place), "### By family", "", *_families(took_place), "### By stack", "", *_stacks(took_place),
        "### Expected and given", "", *_confusion(took_place), "### What was wrong", "", *_wrong(took_place)]


def write(path, grades):
    """Replaces the generated part of the document at PATH."""
    with open(path, encoding="utf-8") as file:
        before, rest = file.read().split(BEGIN)
    _, after = rest.split(END)
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join([before + BEGIN, "", *lines(grades), END + after]))
