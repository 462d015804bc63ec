#!/usr/bin/python3
"""spoil_events.py FILE: spoils sound events in one respect each and sees that check_events.py complains."""
import copy
import json
import sys

import check_events


def put(path, value):
    """A change that sets the value at PATH ("a/b/0"); None takes the key away."""
    def change(event):
        *way, last = path.split("/")
        for part in way:
            event = event[int(part)] if isinstance(event, list) else event[part]
        if value is None:
            del event[last]
        else:
            event[last] = value
    return change


def reverse_keys(event):
    items = list(event.items())[::-1]
    event.clear()
    event.update(items)


SPOILT = {
    "unknown key": put("extra", 1),
    "unknown key of our own": put("tlswhy/extra", 1),
    "no cause": put("tlswhy/cause", None),
    "cause of no family": put("tlswhy/cause", "weather.rain"),
    "causes differ": put("error/type", "server_cert.rejected"),
    "empty text": put("message", ""),
    "control character": put("tlswhy/advice", "a\x1bb"),
    "right-to-left override": put("tls/client/server_name", "a\u202eb"),
    "soft hyphen": put("message", "a\u00adb"),
    "alert number as a number": put("error/code", 45),
    "seconds without fractions": put("event/start", "2026-11-21T19:30:00Z"),
    "end before start": put("event/end", "2026-11-21T19:29:59.000000Z"),
    "level does not fit severity": put("log.level", "info"),
    "failure that is no alert": put("event/kind", "event"),
    "sequence out of step": put("event/sequence", 7),
    "empty list": put("tlswhy/evidence", []),
    "port out of range": put("source/port", 65536),
    "version without protocol": put("tls/version_protocol", None),
    "keys out of order": reverse_keys,
    "too long": put("rule/description", "x" * 4096),
}


def main():
    with open(sys.argv[1], "rb") as file:
        sound = file.readline().rstrip(b"\n")
    validator = check_events.load_validator()
    failed = list(check_events.complaints(sound, 1, validator))
    for name, change in SPOILT.items():
        event = copy.deepcopy(json.loads(sound))
        change(event)
        line = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
        if not list(check_events.complaints(line, 1, validator)):
            failed.append(f"passes though spoilt: {name}")
    for name, line in {"broken off": sound[:-1], "a key twice": sound[:-1] + b',"rule":{}}', "no UTF-8": sound[:-1] + b"\xff"}.items():
        if not list(check_events.complaints(line, 1, validator)):
            failed.append(f"passes though spoilt: {name}")
    print("\n".join(failed) or f"{len(SPOILT) + 3} spoilt events, none passes")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
