#!/usr/bin/python3
"""Whether the completions offer every option that --help names, and no other: check_completion.py TLSWHYD FILE ..."""
import re
import subprocess
import sys


def main():
    program, *files = sys.argv[1:]
    text = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
    wanted = set(re.findall(r"^ .{4}(--[a-z-]+)", text, re.MULTILINE))
    if len(wanted) < 10:
        print("--help lists too few options to be believed")
        return 1
    status = 0
    for name in files:
        with open(name, encoding="utf-8") as file:
            offered = set(re.findall(r"(?<![\w-])(--[a-z][a-z-]+)", file.read()))
        for option in sorted(wanted ^ offered):
            print(f"{name}: {option} is {'missing' if option in wanted else 'no option of tlswhyd'}")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
