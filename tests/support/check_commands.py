"""Holds the commands that rules advise to what can be pasted into a shell: `check_commands.py ROOT`.

Facts hold words from the wire, which are hostile, and lists, which no program takes. So a command may name only facts
that are made for it (addresses, and connection.openssl_target). Its options must be ones that openssl has.
"""
import re
import subprocess
import sys

from rule_files import rules_of

PASTED = {"connection.openssl_target", "connection.destination", "connection.server_address", "connection.source",
          "destination", "source"}
COMMAND = re.compile(r"\b(?:openssl (\w+)|ping|traceroute|dig)\b(?:\{[^}]*\}|(?!\bopenssl )[^;|({])*")
PLACE = re.compile(r"\{([^}|]*)(?:\|[^}]*)?\}")
SECONDS = 20


def options_of(subcommand):
    done = subprocess.run(["openssl", subcommand, "-help"], capture_output=True, text=True, timeout=SECONDS,
                          check=False)
    return set(re.findall(r"^ (-[\w-]+)", done.stderr + done.stdout, flags=re.MULTILINE))


def complaints_of(command, subcommand, options):
    for place in PLACE.findall(command):
        if place not in PASTED:
            yield f"{{{place}}} must not stand in a command"
    if subcommand is None:
        return
    if not options[subcommand]:
        yield f"openssl has no {subcommand}"
    for word in PLACE.sub("", command).split():
        word = word.rstrip(",.:")
        if word.startswith("-") and word not in options[subcommand]:
            yield f"openssl {subcommand} has no {word}"


def main(root):
    options, commands, wrong = {}, 0, 0
    for rule in rules_of(root):
        for found in COMMAND.finditer(rule.get("advice", "")):
            command, subcommand = found.group(), found.group(1)
            if subcommand and subcommand not in options:
                options[subcommand] = options_of(subcommand)
            commands += 1
            for complaint in complaints_of(command, subcommand, options):
                print(f"{rule['id']}: {complaint}: {command}")
                wrong += 1
    print(f"{commands} commands, {wrong} complaints")
    return 1 if wrong or not commands else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
