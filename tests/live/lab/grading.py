"""Grades events of tlswhyd against what the scenarios expect."""
import json
from collections import Counter
from dataclasses import dataclass

import evidence

FAILURE, HANDSHAKE, SUSPECT = "tlswhy.failure", "tlswhy.handshake", "tlswhy.suspect"
NOTHING = "(no event)"


@dataclass(frozen=True)
class Grade:
    """How tlswhyd did on one scenario. RANK: "best", "accepted", "wrong" or "void" (it did not take place)."""
    result: object
    rank: str
    said: str

    @property
    def good(self):
        return self.rank in ("best", "accepted")


def read_events(lines):
    """Events of a tlswhyd's output by (server address, port), in their order."""
    found = {}
    for line in lines:
        if not line.strip():
            continue
        event = json.loads(line)
        end = event.get("destination", {})
        found.setdefault((end.get("ip"), end.get("port")), []).append(event)
    return found


def dataset(event):
    return event.get("event", {}).get("dataset")


def cause(event):
    return event.get("tlswhy", {}).get("cause", NOTHING)


def outcome(event):
    return event.get("event", {}).get("outcome")


def grade(result, events):
    """Grades the EVENTS of one scenario's server address."""
    if result.trouble:
        return Grade(result, "void", result.trouble)
    failures = [event for event in events if dataset(event) == FAILURE]
    scenario = result.scenario
    unfounded = list(filter(None, map(evidence.complaint, failures)))
    if unfounded:
        return Grade(result, "wrong", unfounded[0])
    if scenario.outcome == "failure":
        return _grade_failure(result, failures, events)
    if failures and None in result.statuses:
        return Grade(result, "void", "the client was cut off before it was done")
    if failures:
        return Grade(result, "wrong", ", ".join(sorted({cause(event) for event in failures})))
    if scenario.outcome == "success":
        # a client that leaves at once over a bad certificate is a suspect: completed, never a failure
        others = ["success" if dataset(event) == SUSPECT else outcome(event) for event in events
                  if dataset(event) in (HANDSHAKE, SUSPECT)]
        if not others or any(value != "success" for value in others):
            return Grade(result, "wrong", "outcome " + (", ".join(sorted(set(map(str, others)))) or "missing"))
    return Grade(result, "best", "silent")


def _grade_failure(result, failures, events):
    expect = result.scenario.expect
    if not failures:
        said = sorted({str(outcome(event)) for event in events if dataset(event) == HANDSHAKE})
        return Grade(result, "wrong", "outcome " + ", ".join(said) if said else NOTHING)
    causes = [cause(event) for event in failures]
    said = ", ".join(sorted(set(causes)))
    if all(value == expect[0] for value in causes):
        return Grade(result, "best", said)
    return Grade(result, "accepted" if all(value in expect for value in causes) else "wrong", said)


def summary(grades):
    """Lines of numbers: by scope and kind."""
    lines = []
    kinds = Counter()
    for item in grades:
        scenario = item.result.scenario
        kind = "failures" if scenario.outcome == "failure" else "controls"
        kinds[(scenario.scope, kind, item.rank)] += 1
    lines.append(f"{'scope':9}{'kind':10}{'best':>6}{'accepted':>10}{'wrong':>7}{'void':>6}")
    for scope, kind in sorted({key[:2] for key in kinds}):
        counts = [kinds[(scope, kind, rank)] for rank in ("best", "accepted", "wrong", "void")]
        lines.append(f"{scope:9}{kind:10}{counts[0]:6}{counts[1]:10}{counts[2]:7}{counts[3]:6}")
    return lines


def confusion(grades):
    """Rows (expected, said, how often) of all that ran; the expected cause is the best one."""
    table = Counter()
    for item in grades:
        if item.rank == "void":
            continue
        scenario = item.result.scenario
        wanted = scenario.expect[0] if scenario.expect else "(silence)"
        table[(wanted, item.said if item.said != "silent" else "(silence)", item.good)] += 1
    return sorted(table.items())


def confusion_lines(grades):
    lines = [f"{'expected':36}{'said':44}{'times':>5}"]
    for (wanted, said, good), times in confusion(grades):
        lines.append(f"{wanted:36}{said:44}{times:5}{'' if good else '  <- wrong'}")
    return lines
