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


def infer_from_the_end(event):
    """An inference whose evidence tells only how the handshake ended."""
    event["tlswhy"]["confidence"] = "inferred"
    event["tlswhy"]["evidence"] = ["the server closed the connection 2.0 ms after the ClientHello, without an alert"]
    event["event"]["severity"], event["log.level"] = 4, "warning"


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
    "inferred from nothing": infer_from_the_end,
    "keys out of order": reverse_keys,
    "too long": put("rule/description", "x" * 4096),
}


SPOILT_SUMMARY = {
    "summary without a count": put("tlswhy/count", None),
    "summary of nothing": put("tlswhy/count", 0),
    "summary of more clients than failures": put("tlswhy/clients", 4712),
    "summary of more failures than all": put("tlswhy/total", 4710),
    "summary as severe as a failure": put("event/severity", 3),
    "summary of one client": put("source", {"ip": "10.0.0.5", "port": 1}),
    "summary without a server": put("destination", None),
    "summary with an error": put("error", {"type": "server_cert.expired"}),
    "summary of two causes": put("event/code", "server_cert.rejected"),
    "summary with a timeline": put("tlswhy/timeline", []),
}


def spoil(sound, changes, validator):
    """Yields the names of those CHANGES that check_events.py lets pass in the line SOUND."""
    sequence = json.loads(sound)["event"]["sequence"]
    yield from check_events.complaints(sound, sequence, validator)
    for name, change in changes.items():
        event = copy.deepcopy(json.loads(sound))
        change(event)
        line = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
        if not list(check_events.complaints(line, sequence, validator)):
            yield f"passes though spoilt: {name}"


def main():
    with open(sys.argv[1], "rb") as file:
        lines = [line.rstrip(b"\n") for line in file]
    validator = check_events.load_validator()
    sound = lines[0]
    summary = next(line for line in lines if b'"tlswhy.summary"' in line)
    failed = list(spoil(sound, SPOILT, validator)) + list(spoil(summary, SPOILT_SUMMARY, validator))
    for name, line in {"broken off": sound[:-1], "a key twice": sound[:-1] + b',"rule":{}}', "no UTF-8": sound[:-1] + b"\xff"}.items():
        if not list(check_events.complaints(line, 1, validator)):
            failed.append(f"passes though spoilt: {name}")
    print("\n".join(failed) or f"{len(SPOILT) + len(SPOILT_SUMMARY) + 3} spoilt events, none passes")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
