#!/usr/bin/python3
"""check_man.py ROOT TLSWHYD CHECK_RULES: holds the manual pages against the program.

tlswhyd(8) has each option of --help and no other; tlswhyd.conf(5) each key of the shipped configuration, below its
section; the example of tlswhy-rules(5) loads; what is made from other documents is current; and mandoc finds
nothing wrong, where it is installed.
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

PAGES = {"tlswhyd.8", "tlswhyd.conf.5", "tlswhy-rules.5", "tlswhy-causes.7"}


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def options_of_help(program):
    text = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
    return {name: letter for letter, name in re.findall(r"^ +(?:-(\w), +)?--([a-z-]+)", text, flags=re.MULTILINE)}


def options_of_page(page):
    return {name: letter for letter, name in re.findall(r"^\.It (?:Fl (\w) , )?Fl -([a-z-]+)", page, flags=re.MULTILINE)}


def defaults_of_help(program):
    """Options and the values that --help says in brackets."""
    text = subprocess.run([program, "--help"], capture_output=True, text=True, check=True).stdout
    return dict(re.findall(r"--([a-z-]+).*\((\d+[KMG]?)\)$", text, flags=re.MULTILINE))


def about_defaults(defaults, name, page):
    """Each item says what holds where the option is not given."""
    if len(defaults) < 6:
        yield f"--help has only the defaults {defaults}"
    for option, default in defaults.items():
        item = re.search(rf"^\.It (?:Fl -|Cm ){option}\b(.*?)^\.(?:It|El)", page, flags=re.MULTILINE | re.DOTALL)
        text = " ".join(item.group(1).split()) if item else ""
        if not re.search(rf"\b{default}(?: where it|, and that)", text):
            yield f"{name}: {option}: does not say {default} where it is not given"


def command_line_only(page):
    """The options that tlswhyd(8) marks so."""
    items = re.split(r"^\.It ", page.split("\n.Sh IN THE JOURNAL")[0], flags=re.MULTILINE)[1:]
    return {re.search(r"Fl -([a-z-]+)", item).group(1) for item in items
            if re.match(r"(?:Fl \w , )?Fl -", item) and "(command line only)" in " ".join(item.split())}


def keys_of_configuration(text):
    found, section = {}, None
    for line in text.splitlines():
        if re.match(r"^\[(\w+)\]$", line):
            section = line[1:-1]
        key = re.match(r"^#?([a-z-]+) = ", line)
        if key:
            found[key.group(1)] = section
    return found


def keys_of_page(page):
    found = {}
    for section, text in re.findall(r"^\.Ss Section (\w+)\n(.*?)^\.El", page, flags=re.MULTILINE | re.DOTALL):
        found.update({key: section for key in re.findall(r"^\.It Cm ([a-z-]+)", text, flags=re.MULTILINE)})
    return found


def differences(what, wanted, found):
    for name in sorted(wanted.keys() | found.keys()):
        if wanted.get(name, "-") != found.get(name, "-"):
            yield f"{what}: {name}: is {wanted.get(name, 'not there')!r}, the page says {found.get(name, 'nothing')!r}"


def example_of(page, check_rules):
    example = re.search(r"^\.Bd -literal.*\n(\{(?:.*\n)*?)\.Ed", page, flags=re.MULTILINE).group(1)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        file.write(example)
        file.flush()
        ran = subprocess.run([check_rules, file.name], capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        yield f"tlswhy-rules.5: its example does not load: {ran.stdout}{ran.stderr}"


def lint(man):
    if shutil.which("mandoc") is None:
        print("mandoc is not installed: the pages were not linted")
        return
    ran = subprocess.run(["mandoc", "-T", "lint"] + sorted(glob.glob(os.path.join(man, "*.[0-9]"))), capture_output=True,
                         text=True, check=False)
    for line in ran.stdout.splitlines():
        if "referenced manual not found" not in line:  # ours are not installed yet
            yield line


def complaints(root, program, check_rules):
    man = os.path.join(root, "docs", "man")
    pages = {os.path.basename(path): read(path) for path in glob.glob(os.path.join(man, "*.[0-9]"))}
    if pages.keys() != PAGES:
        yield f"docs/man has {sorted(pages)}"
        return
    options = options_of_help(program)
    if len(options) < 20:
        yield f"--help has only {sorted(options)}"
    yield from differences("tlswhyd.8", options, options_of_page(pages["tlswhyd.8"]))
    for name in ("tlswhyd.8", "tlswhyd.conf.5"):
        yield from about_defaults(defaults_of_help(program), name, pages[name])
    keys = keys_of_configuration(read(root, "systemd", "tlswhyd.conf"))
    yield from differences("tlswhyd.conf.5", keys, keys_of_page(pages["tlswhyd.conf.5"]))
    only = {name: "" for name in options.keys() - keys.keys()}
    yield from differences("tlswhyd.8, command line only", only, {name: "" for name in command_line_only(pages["tlswhyd.8"])})
    yield from example_of(pages["tlswhy-rules.5"], check_rules)
    yield from lint(man)
    current = subprocess.run([sys.executable, os.path.join(man, "make_pages.py"), "--check", root], capture_output=True,
                             text=True, check=False)
    if current.returncode != 0:
        yield current.stdout.strip() + current.stderr


def main():
    wrong = list(complaints(*sys.argv[1:4]))
    print("\n".join(wrong) or "the pages are in order")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
