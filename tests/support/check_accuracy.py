#!/usr/bin/python3
"""check_accuracy.py PROJECT: holds docs/accuracy.md against the laboratory's list of scenarios.

Every family, stack and expected cause of the list has its row, no row is about anything else, and the rows of each
table add up to the same number. What the numbers are is for tests/live/lab/run.py --report.
"""
import os
import re
import sys

ROW = re.compile(r"^\| `([a-z0-9_.]+)` \| (\d+) \|", re.M)


def section(text, title):
    return text.split(f"### {title}\n")[1].split("### ")[0]


def rows(text, title):
    return {name: int(number) for name, number in ROW.findall(section(text, title))}


def main():
    project = sys.argv[1]
    sys.path.insert(0, os.path.join(project, "tests", "live"))
    from lab import report, scenarios
    listed = scenarios.all_scenarios()
    with open(os.path.join(project, "docs", "accuracy.md"), encoding="utf-8") as file:
        text = file.read().split(report.BEGIN)[1].split(report.END)[0]
    stacks = {stack for s in listed for stack in (s.server.stack, s.client.stack)} - set(report.NO_STACK)
    expected = {
        "By family": set(report.FAMILIES),
        "By stack": stacks,
        "Expected and given": {report.wanted(scenario) for scenario in listed},
    }
    wrong = []
    for title, names in expected.items():
        found = set(rows(text, title))
        wrong += [f"{title}: no row for {name}" for name in sorted(names - found)]
        wrong += [f"{title}: {name} is not in the laboratory" for name in sorted(found - names)]
    wrong += [f"a family of its own: {name}" for name in {report.family(s) for s in listed} - set(report.FAMILIES)]
    families, causes = (sum(rows(text, title).values()) for title in ("By family", "Expected and given"))
    if not 0 < families == causes:
        wrong.append(f"{families} scenarios by family, {causes} by cause")
    for line in wrong:
        print(line)
    print(f"docs/accuracy.md: {len(wrong)} complaints, {len(listed)} scenarios in the laboratory")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
