"""Holds docs/causes.md, the causes of the code and the rules together: `check_causes.py ROOT`.

Every cause of lib/rule/causes.c has one section in docs/causes.md, in the same order, with all of its parts; every
section is about such a cause; and every cause and alternative of a rule is one of them.
"""
import os
import re
import sys

from rule_files import rules_of

PARTS = ("Means", "Known", "Do", "Others print")


def causes_of_code(root):
    with open(os.path.join(root, "lib", "rule", "causes.c"), encoding="utf-8") as file:
        return re.findall(r'"([a-z_]+\.[a-z0-9_]+)"', file.read())


def sections_of_document(root):
    with open(os.path.join(root, "docs", "causes.md"), encoding="utf-8") as file:
        found = re.split(r"^### `([^`]+)`$", file.read(), flags=re.MULTILINE)
    return list(zip(found[1::2], found[2::2]))


def complaints(root):
    known = causes_of_code(root)
    sections = sections_of_document(root)
    names = [name for name, _ in sections]
    if not known:
        yield "lib/rule/causes.c: no causes found"
    if names != known:
        yield f"docs/causes.md: its sections are not the causes of the code: {sorted(set(names) ^ set(known)) or 'order'}"
    for name, text in sections:
        for part in PARTS:
            if not re.search(rf"^- \*\*{part}:\*\* \S", text, flags=re.MULTILINE):
                yield f"docs/causes.md: {name}: lacks the part \"{part}\""
    used = 0
    for rule in rules_of(root):
        for cause in [rule["cause"]] + [other["cause"] for other in rule.get("alternatives", [])]:
            used += 1
            if cause not in names:
                yield f"rule {rule['id']}: docs/causes.md has no section about {cause}"
    if used == 0:
        yield "rules/: no rules found"


def main():
    wrong = list(complaints(sys.argv[1]))
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
