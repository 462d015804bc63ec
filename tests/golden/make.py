"""Makes the golden captures: `python3 tests/golden/make.py [CASE ...]`, as root, with the stacks installed.

Runs the scenario of each case in the laboratory of tests/live and writes README.md, capture.pcap, trust.pem and
events.json. A case that is there already is left alone unless it is named. The expectation comes from cases.py,
never from tlswhyd.
"""
import json
import os
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "live"))
sys.path.insert(0, HERE)

from cases import CASES                                              # noqa: E402
from lab import capture, scenarios                                   # noqa: E402
from lab.certificates import Certificates                            # noqa: E402
from lab.compiled import build_endpoints                             # noqa: E402
from lab.laboratory import Laboratory                                # noqa: E402
from lab.namespaces import Namespaces                                # noqa: E402

CAPTURE_LIMIT = 20_000
README = """# {title}
**What broke:** {what}

**Why this verdict:** {why}

Made by the scenario `{scenario}` of the laboratory in `tests/live`: {stacks}.
"""


def wanted(names):
    if names:
        unknown = set(names) - {case.folder for case in CASES}
        if unknown:
            raise SystemExit(f"no such case: {', '.join(sorted(unknown))}")
        return [case for case in CASES if case.folder in names]
    return [case for case in CASES if not os.path.exists(os.path.join(HERE, case.folder, "capture.pcap"))]


def write_case(case, scenario, captured, trust):
    """Writes one folder; a capture that is too large is refused."""
    if os.path.getsize(captured) > CAPTURE_LIMIT:
        raise SystemExit(f"{case.folder}: the capture has {os.path.getsize(captured)} bytes")
    folder = os.path.join(HERE, case.folder)
    os.makedirs(folder, exist_ok=True)
    shutil.copyfile(captured, os.path.join(folder, "capture.pcap"))
    shutil.copyfile(trust, os.path.join(folder, "trust.pem"))
    with open(os.path.join(folder, "README.md"), "w", encoding="utf-8") as file:
        file.write(README.format(title=case.folder.replace("_", " "), what=case.what, why=case.why,
                                 scenario=case.scenario, stacks=stacks_of(scenario)))
    with open(os.path.join(folder, "events.json"), "w", encoding="utf-8") as file:
        json.dump(list(case.events), file, indent=2)
        file.write("\n")


def stacks_of(scenario):
    names = {"raw": "a hand-written", "none": "no"}
    client, server = (names.get(stack, stack) for stack in (scenario.client.stack, scenario.server.stack))
    relay = ", with a relay between them that spoils one record" if scenario.relay else ""
    return f"{client} client, {server} server{relay}"


def main():
    cases = wanted(sys.argv[1:])
    if not cases:
        print("all cases are there; name those that are to be made again")
        return 0
    by_name = {scenario.name: scenario for scenario in scenarios.all_scenarios()}
    chosen = [by_name[case.scenario] for case in cases]
    folder = tempfile.mkdtemp(prefix="tlswhy-golden-")
    try:
        built = os.path.join(folder, "built")
        os.makedirs(built)
        build_endpoints(built, {stack for s in chosen for stack in (s.server.stack, s.client.stack)})
        certificates = Certificates(os.path.join(folder, "pki")).make()
        path = os.path.join(folder, "all.pcap")
        with Namespaces() as namespaces, capture.Tcpdump(namespaces, path):
            results = Laboratory(namespaces, certificates, os.path.join(folder, "runs"), built).run_all(chosen, 4)
        capture.split(path, folder, {result.key: case.folder for case, result in zip(cases, results)})
        for case, result in zip(cases, results):
            if result.trouble:
                raise SystemExit(f"{case.folder}: {result.trouble}")
            write_case(case, result.scenario, os.path.join(folder, case.folder + ".pcap"), certificates.trust)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{len(cases)} cases made")
    return 0


if __name__ == "__main__":
    sys.exit(main())
