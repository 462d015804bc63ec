#!/usr/bin/python3
"""check_catalog.py ROOT CATALOGUE: holds the message catalogue against the causes, the notices and the fields there are.

Every cause of lib/rule/causes.c and every notice that daemon/ sends has one entry, whose places name fields of
docs/events.md. Where systemd is installed, journalctl compiles the catalogue and lists it.
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

from check_causes import causes_of_code

HEADERS = ["Subject", "Defined-By", "Support", "Documentation"]
ENTRY = re.compile(r"^# (\S+)\n-- ([0-9a-f]{32})\n", re.MULTILINE)
UUID_4 = re.compile(r"^[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}$")
LINE_MAX = 100


def codes_of_daemon(root):
    """Every event.code that a notice of the daemon has."""
    found = set()
    for path in glob.glob(os.path.join(root, "daemon", "**", "*.c"), recursive=True):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for value in re.findall(r"\.code = ([^,;]+),", text):
            found.update(re.findall(r'"([a-z_]+)"', value))
        found.update(re.findall(r'\b(?:lifecycle|health|service), "([a-z_]+)"', text))
    return found


def fields_of_document(root):
    with open(os.path.join(root, "docs", "events.md"), encoding="utf-8") as file:
        return set(re.findall(r"`([A-Z][A-Z_]+)`", file.read()))


def entries_of(text):
    """Yields name, id, headers and body of each entry."""
    parts = ENTRY.split(text)[1:]
    for name, identity, entry in zip(parts[::3], parts[1::3], parts[2::3]):
        head, _, body = entry.partition("\n\n")
        yield name, identity, dict(line.split(": ", 1) for line in head.splitlines()), body


def about_entry(name, identity, headers, body, fields):
    if not UUID_4.match(identity):
        yield f"{name}: {identity} is no random UUID"
    if list(headers) != HEADERS or not all(headers.values()):
        yield f"{name}: its headers are {list(headers)}"
    if not body.strip():
        yield f"{name}: says nothing"
    for line in body.splitlines():
        if len(line) > LINE_MAX:
            yield f"{name}: a line of {len(line)} characters"
        if line.startswith(("#", ";", "-- ")):
            yield f"{name}: journalctl takes a line for something else: {line}"
    if "`" in body or "**" in body:
        yield f"{name}: Markdown is left in it"
    for field in re.findall(r"@([A-Z_]+)@", body):
        if field not in fields:
            yield f"{name}: there is no field {field}"


def complaints(root, text):
    wanted = causes_of_code(root) + sorted(codes_of_daemon(root)) + ["summary", "success", "unknown"]
    fields = fields_of_document(root)
    entries = list(entries_of(text))
    names = [entry[0] for entry in entries]
    if len(wanted) < 60:
        yield f"only {len(wanted)} causes and notices were found in the sources"
    for name in wanted:
        if names.count(name) != 1:
            yield f"{name}: {names.count(name)} entries"
    if len(set(entry[1] for entry in entries)) != len(entries):
        yield "an id comes twice"
    for entry in entries:
        yield from about_entry(*entry, fields)


def journalctl(folder, *arguments):
    return subprocess.run(["journalctl", f"--root={folder}", "--no-pager", *arguments], capture_output=True, text=True,
                          check=False)


def compiled(text):
    """Has journalctl compile the catalogue into an empty folder, and yields what it does not find there."""
    with tempfile.TemporaryDirectory() as folder:
        place = os.path.join(folder, "usr", "lib", "systemd", "catalog")
        os.makedirs(place)
        os.makedirs(os.path.join(folder, "var", "lib", "systemd", "catalog"))
        with open(os.path.join(place, "tlswhyd.catalog"), "w", encoding="utf-8") as file:
            file.write(text)
        made = journalctl(folder, "--update-catalog")
        if made.returncode != 0 or made.stderr.strip():
            yield f"journalctl --update-catalog: {made.returncode} {made.stderr}"
            return
        listed = journalctl(folder, "--dump-catalog").stdout
        for name, identity, headers, body in entries_of(text):
            for line in [f"-- {identity}", f"Subject: {headers['Subject']}"] + body.strip().splitlines():
                if line not in listed:
                    yield f"{name}: journalctl does not say: {line}"


def main():
    root, path = sys.argv[1:3]
    with open(path, encoding="utf-8") as file:
        text = file.read()
    wrong = list(complaints(root, text))
    if shutil.which("journalctl") is None:
        print("journalctl is not installed: the catalogue was not compiled")
    else:
        wrong += compiled(text)
    print("\n".join(wrong[:30]) or f"{len(ENTRY.findall(text))} entries")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
