"""Makes the golden captures of the network family: `python3 tests/network/make.py [FOLDER ...]`.

Each is written packet by packet after a scenario, with what real TLS endpoints said in other golden captures: stacks,
boxes and accidents that a laboratory on one machine does not have. Needs nothing but Python. Those that are there
already are left alone unless they are named. The expectation is reasoned from the scenario, never taken from tlswhyd.
"""
import json
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from case import fields                                             # noqa: E402
from talk import GOLDEN                                             # noqa: E402
from wire import Capture                                            # noqa: E402

import handshake_cases                                              # noqa: E402
import hello_cases                                                  # noqa: E402
import tcp_cases                                                    # noqa: E402
import upgrade_cases                                                # noqa: E402

CASES = tcp_cases.CASES + hello_cases.CASES + handshake_cases.CASES + upgrade_cases.CASES
TRUST = os.path.join(GOLDEN, "success_tls12", "trust.pem")
README = """# {title}
**What broke:** {what}

**Why this verdict:** {why}

Written packet by packet by `tests/network/make.py`.
"""


def write(case):
    folder = os.path.join(GOLDEN, case.folder)
    os.makedirs(folder, exist_ok=True)
    capture = Capture()
    case.draw(capture)
    capture.write(os.path.join(folder, "capture.pcap"))
    shutil.copyfile(TRUST, os.path.join(folder, "trust.pem"))
    with open(os.path.join(folder, "README.md"), "w", encoding="utf-8") as file:
        file.write(README.format(title=case.folder.replace("_", " "), what=case.what, why=case.why))
    with open(os.path.join(folder, "events.json"), "w", encoding="utf-8") as file:
        json.dump([fields(event) for event in case.events], file, indent=2)
        file.write("\n")


def main():
    names = set(sys.argv[1:])
    unknown = names - {case.folder for case in CASES}
    if unknown:
        raise SystemExit(f"no such case: {', '.join(sorted(unknown))}")
    made = [case for case in CASES if case.folder in names or
            not names and not os.path.exists(os.path.join(GOLDEN, case.folder, "events.json"))]
    for case in made:
        write(case)
    print(f"{len(made)} cases made")
    return 0


if __name__ == "__main__":
    sys.exit(main())
