#!/usr/bin/python3
"""check_examples.py ROOT EVENTS: holds docs/examples against the fields there are, and has the programs that are installed
read them: rsyslogd checks its configuration, lnav shows the events of the file EVENTS.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

SHIPPERS = ["rsyslog/tlswhyd.conf", "vector/tlswhyd.yaml", "fluent-bit/tlswhyd.conf", "filebeat/tlswhyd.yml"]


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def known_keys(value, path=""):
    """Each path of an event in lnav's writing: keys joined by slashes."""
    for key, inner in value.items():
        yield path + key
        if isinstance(inner, dict):
            yield from known_keys(inner, f"{path}{key}/")


def about_lnav(folder, events):
    layout = json.loads(read(folder, "lnav", "tlswhyd.json"))["tlswhyd_log"]
    known = {key for event in events for key in known_keys(event)}
    shown = {part["field"] for part in layout["line-format"] if isinstance(part, dict)} - {"__timestamp__"}
    named = set(layout["value"]) | shown | {layout[key] for key in layout if key.endswith("-field")}
    for key in sorted(named - known):
        yield f"lnav: no event has {key}"
    levels = {event["log.level"] for event in events}
    for level in sorted(levels - set(layout["level"])):
        yield f"lnav: does not know the level {level}"


def shown_by_lnav(folder, events_path, events):
    """Whether lnav makes a line of each event, its cause behind the time."""
    if shutil.which("lnav") is None:
        print("lnav is not installed: its format was not tried")
        return
    with tempfile.TemporaryDirectory() as home:
        surroundings = dict(os.environ, HOME=home, XDG_CONFIG_HOME=home)
        subprocess.run(["lnav", "-i", os.path.join(folder, "lnav", "tlswhyd.json")], env=surroundings, check=True,
                       capture_output=True)
        lines = subprocess.run(["lnav", "-n", events_path], env=surroundings, check=True, capture_output=True,
                               text=True).stdout.splitlines()
    shown = sorted(line.split()[1] for line in lines)
    wanted = sorted(event["event"].get("code", "-") for event in events)
    if shown != wanted:
        yield f"lnav: shows the causes {shown}, not {wanted}"


def about_rsyslog(folder):
    program = shutil.which("rsyslogd", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if program is None:
        print("rsyslog is not installed: its configuration was not tried")
        return
    for name in ("tlswhyd.conf", "syslog.conf"):
        ran = subprocess.run([program, "-N1", "-f", os.path.join(folder, "rsyslog", name)], capture_output=True, text=True,
                             check=False)
        if ran.returncode != 0:
            yield f"rsyslog/{name}: {ran.stderr}"


def about_shippers(root, folder):
    fields = set(re.findall(r"`([A-Z][A-Z_]+)`", read(root, "docs", "events.md")))
    for name in SHIPPERS:
        text = read(folder, name)
        if "TLSWHY_EVENT" not in text and "tlswhy_event" not in text:
            yield f"{name}: does not take the event"
        for field in re.findall(r"\b(?:TLSWHY_[A-Z_]+|SYSLOG_IDENTIFIER)\b", text):
            if field not in fields:
                yield f"{name}: there is no field {field}"
    listed = set(re.findall(r"\]\(([a-z-]+/[a-z.]+)\)", read(folder, "README.md")))
    there = {os.path.relpath(os.path.join(path, name), folder) for path, _, names in os.walk(folder) for name in names}
    for name in sorted((there - {"README.md"}) ^ listed):
        yield f"docs/examples/README.md and the folder differ: {name}"


def main():
    root, events_path = sys.argv[1:3]
    folder = os.path.join(root, "docs", "examples")
    events = [json.loads(line) for line in read(events_path).splitlines()]
    wrong = list(about_lnav(folder, events)) + list(shown_by_lnav(folder, events_path, events))
    wrong += list(about_rsyslog(folder)) + list(about_shippers(root, folder))
    print("\n".join(wrong[:30]) or "the examples are in order")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
