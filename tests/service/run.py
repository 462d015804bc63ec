#!/usr/bin/python3
"""Installs the package in a booted Debian container and uses the service as an operator would.

    tests/service/run.py --package PACKAGE --folder FOLDER [--only NAME ...] [--long]

PACKAGE is a .deb, or the folder that tests/package/build.sh put it into. FOLDER keeps the Debian that the container is booted from. Exits 77, saying why, where no container can be run.
"""
import argparse
import contextlib
import pathlib
import sys
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

import checks                                                                # noqa: E402
import container                                                             # noqa: E402


def run_check(box, check, long):
    begin = time.monotonic()
    try:
        said = check(checks.Service(box, long)) or ""
    except Exception as problem:  # pylint: disable=broad-except
        print(f"FAILED  {check.__name__}: {problem}", flush=True)
        if not isinstance(problem, AssertionError):
            traceback.print_exc()
        print(box.shell("systemctl status --no-pager -l tlswhyd.service; journalctl -n 30 --no-pager -o short-precise",
                        check=False))
        box.shell("ip link show gateway0 || ip link add gateway0 mtu 9000 type veth peer name far0 mtu 9000; ip link set "
                  "gateway0 up; ip link set far0 up; systemctl stop tlswhyd.socket; rm -rf /etc/tlswhy/rules.d/*",
                  check=False)
        with contextlib.suppress(AssertionError):   # the package may be gone by now
            checks.Service(box, long).configure(f"[capture]\ninterface = {checks.INTERFACE}\n")
        return False
    print(f"passed  {check.__name__} ({time.monotonic() - begin:.1f} s){': ' + said if said else ''}", flush=True)
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--package", type=pathlib.Path, required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--long", action="store_true", help="the full times of the promises instead of shortened ones")
    options = parser.parse_args()
    package = options.package
    if package.is_dir():
        package = next(package.glob("tlswhy_*.deb"), package / "tlswhy.deb")
    wanted = [check for check in checks.ALL if not options.only or check.__name__ in options.only]
    failed = 0
    try:
        container.needs()
        options.folder.mkdir(parents=True, exist_ok=True)
        root = options.folder / "debian"
        container.make_root(root, package)
        with container.Container(root, package) as box:
            if checks.install not in wanted:
                wanted.insert(0, checks.install)
            for check in wanted:
                failed += not run_check(box, check, options.long)
    except container.Unavailable as reason:
        print(f"skipped: {reason}")
        return 77
    print(f"{len(wanted) - failed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
