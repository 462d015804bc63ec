#!/usr/bin/python3
"""check_events.py [FILE ...]: holds events, one per line, against docs/event.schema.json and what no schema can say.

Each file (standard input where none is named) is one run: event.sequence counts from 1 without a gap. A line is at
most 4082 bytes of valid UTF-8, without control, bidi or other invisible characters, and its first keys are in the
order of the contract. Says what is wrong, line by line, and exits 1.
"""
import json
import os
import sys
import unicodedata

import evidence
import jsonschema

LINE_CAP = 4082  # with "TLSWHY_EVENT=" less than the 4096 that journalctl -o json does not show
FIRST_KEYS = ["@timestamp", "log.level", "message", "ecs.version"]
SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "event.schema.json")
COMPLAINTS_MAX = 20


def load_validator():
    with open(SCHEMA, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def unique_keys(pairs):
    """A JSON object whose keys come once each."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key comes twice in one object")
    return found


def texts(value):
    """Every string in VALUE, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def hostile(text):
    """The characters of TEXT that are never shown: controls, formats (bidi, zero width), separators, lone surrogates."""
    return [f"U+{ord(c):04X}" for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]


def agreement(event):
    """Yields what parts of an event say against each other."""
    about = event["event"]
    if "start" in about and about["start"] > about["end"]:
        yield "event.start is after event.end"
    if "end" in about and event["@timestamp"] != about["end"]:
        yield "@timestamp is not event.end"
    if about["dataset"] == "tlswhy.summary":
        ours = event["tlswhy"]
        if not ours["clients"] <= ours["count"] <= ours["total"]:
            yield "a summary's clients, count and total do not rise"
        if about["code"] != ours["cause"]:
            yield "event.code and tlswhy.cause differ"
    unfounded = evidence.complaint(event)
    if unfounded:
        yield unfounded
    if "error" in event and not about["code"] == event["error"]["type"] == event["tlswhy"]["cause"]:
        yield "event.code, error.type and tlswhy.cause differ"


def complaints(line, sequence, validator):
    """Yields what is wrong with one line, its newline taken off."""
    if len(line) > LINE_CAP:
        yield f"{len(line)} bytes long"
    try:
        event = json.loads(line.decode("utf-8"), object_pairs_hook=unique_keys)
    except ValueError as error:
        yield f"no JSON: {error}"
        return
    problems = [f"{'.'.join(str(part) for part in error.absolute_path)}: {error.message[:300]}"
                for error in validator.iter_errors(event)]
    yield from problems
    if problems:
        return
    if list(event)[:len(FIRST_KEYS)] != FIRST_KEYS:
        yield f"begins with {list(event)[:len(FIRST_KEYS)]}"
    if event["event"]["sequence"] != sequence:
        yield f"event.sequence is {event['event']['sequence']}, not {sequence}"
    for text in texts(event):
        if hostile(text):
            yield f"{text[:60]!r} holds {', '.join(hostile(text)[:5])}"
    yield from agreement(event)


def check(name, stream, validator):
    """Prints what is wrong with a run. Returns how many lines it has and how many complaints there were."""
    sequence = wrong = 0
    for sequence, line in enumerate(stream, 1):
        if not line.endswith(b"\n"):
            line += b"\n"
            print(f"{name}:{sequence}: breaks off without a newline")
            wrong += 1
        for complaint in complaints(line[:-1], sequence, validator):
            wrong += 1
            if wrong <= COMPLAINTS_MAX:
                print(f"{name}:{sequence}: {complaint}")
    return sequence, wrong


def main():
    validator = load_validator()
    wrong = lines = 0
    for name in sys.argv[1:] or ["-"]:
        if name == "-":
            found = check("standard input", sys.stdin.buffer, validator)
        else:
            with open(name, "rb") as file:
                found = check(name, file, validator)
        lines += found[0]
        wrong += found[1]
    print(f"{lines} events, {wrong} complaints")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
