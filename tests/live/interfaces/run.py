#!/usr/bin/python3
"""Interfaces that come and go: down and up, deleted and made anew, renamed, not there at the start, of another link
type. Holds what is said and how soon, that packets are captured again, and that nobody is blamed for what was not
seen. Runs in two network namespaces of its own; exits with 77, saying why, where those cannot be made.

    run.py --program TLSWHYD --rules FOLDER [--cycles N] [NAME ...]
"""
import argparse
import os
import sys
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from interfaces import scenarios                                             # noqa: E402
from interfaces.world import World                                           # noqa: E402
from lab.namespaces import Unavailable                                       # noqa: E402

SKIPPED = 77
AT_ONCE = 4


def arguments_read():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--rules", required=True)
    parser.add_argument("--cycles", type=int, default=20, help="how often the interface of \"cycles\" is made anew")
    parser.add_argument("names", nargs="*", help="scenarios; all where none is named")
    return parser.parse_args()


def scenario_run(scenario, number, world, arguments, folder):
    """True where it held; says how it went."""
    begin = time.monotonic()
    place = scenarios.Place(world, number, arguments.program, arguments.rules, folder, arguments.cycles)
    try:
        scenario(place)
        how = "passed"
    except scenarios.Skip as reason:
        how = f"skipped: {reason}"
    except Exception as error:                          # pylint: disable=broad-except
        how = f"FAILED: {error}"
        if not isinstance(error, AssertionError):
            traceback.print_exc()
    finally:
        left = place.leave()
    if left and not how.startswith("FAILED"):
        how = f"FAILED: {left}"
    print(f"{scenario.__name__:28} {time.monotonic() - begin:5.1f} s  {how}", flush=True)
    return not how.startswith("FAILED")


def main():
    arguments = arguments_read()
    chosen = [scenario for scenario in scenarios.ALL if not arguments.names or scenario.__name__ in arguments.names]
    if not chosen:
        print("no scenario has that name", file=sys.stderr)
        return 2
    try:
        with World() as world, tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
            os.chmod(folder, 0o755)     # the daemon reads its configuration again as nobody
            runs = [pool.submit(scenario_run, scenario, number, world, arguments, folder)
                    for number, scenario in enumerate(chosen)]
            good = [run.result() for run in runs]
    except Unavailable as error:
        print(f"skipped: {error}")
        return SKIPPED
    print(f"{sum(good)} of {len(good)} held")
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
