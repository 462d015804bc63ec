"""Runs golden cases: `run.py --daemon TLSWHYD --rules FOLDER [--update | --schema] [CASE ...]`.

For each case, tlswhyd reads capture.pcap twice with the case's own trust.pem and --all, and its keylog.txt where "
"there is one. Both outputs must be the same
bytes, and the events must be those of events.json: as many, in the order in which the connections began, with each
field that is named there (null: the field must be absent; a list of objects: each must be found).

--schema holds every event of the cases against the schema instead, with tests/support/check_events.py.

--update writes into events.json what tlswhyd says now, for the fields that are named there. Read the diff: each
changed line is a changed verdict.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKER = os.path.join(os.path.dirname(HERE), "support", "check_events.py")
SECONDS = 30
MISSING = object()


def read_capture(options, folder):
    command = [options.daemon, "-r", os.path.join(folder, "capture.pcap"), "--all", "--format", "json",
               "--trust", os.path.join(folder, "trust.pem")]
    keylog = os.path.join(folder, "keylog.txt")
    if os.path.exists(keylog):
        command += ["--keylog", keylog]
    if options.rules:
        command += ["--rules", options.rules]
    done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"tlswhyd ended with {done.returncode}: {done.stderr.decode('utf-8', 'replace').strip()}")
    return done.stdout


def differences(expected, actual, where=""):
    """Yields a line for each named field that is not as expected."""
    if expected is None:
        if actual is not MISSING:
            yield f"{where}: must be absent, is {json.dumps(actual)}"
    elif isinstance(expected, dict):
        if not isinstance(actual, dict):
            yield f"{where}: wants an object, is {shown(actual)}"
            return
        for key, value in expected.items():
            yield from differences(value, actual.get(key, MISSING), f"{where}.{key}" if where else key)
    elif isinstance(expected, list):
        for item in expected:
            if actual is MISSING or not any(not list(differences(item, other)) for other in actual):
                yield f"{where}: lacks {json.dumps(item)}; is {shown(actual)}"
    elif expected != actual or isinstance(expected, bool) != isinstance(actual, bool):
        yield f"{where}: wants {json.dumps(expected)}, is {shown(actual)}"


def shown(value):
    return "absent" if value is MISSING else json.dumps(value)


def projected(expected, actual):
    """What ACTUAL says for the fields that EXPECTED names."""
    if isinstance(expected, dict):
        found = actual if isinstance(actual, dict) else {}
        return {key: projected(value, found.get(key)) for key, value in expected.items()}
    if isinstance(expected, list) and isinstance(actual, list) and expected and isinstance(expected[0], dict):
        return [projected(expected[0], item) for item in actual]
    return actual


def hold_against_schema(options, names):
    """Returns the exit status of the checker over the events of all cases."""
    with tempfile.TemporaryDirectory(prefix="tlswhy-golden-") as folder:
        paths = [os.path.join(folder, name + ".json") for name in names]
        for name, path in zip(names, paths):
            with open(path, "wb") as file:
                file.write(read_capture(options, os.path.join(HERE, name)))
        return subprocess.run([sys.executable, CHECKER, *paths], timeout=SECONDS * 2, check=False).returncode


def check(options, name):
    """Runs one case. Returns the lines that say what is wrong."""
    folder = os.path.join(HERE, name)
    first, second = read_capture(options, folder), read_capture(options, folder)
    wrong = [] if first == second else ["two runs over the same capture print different bytes"]
    actual = sorted((json.loads(line) for line in first.decode("utf-8").splitlines()),
                    key=lambda event: event["event"].get("start", ""))
    path = os.path.join(folder, "events.json")
    with open(path, encoding="utf-8") as file:
        expected = json.load(file)
    if options.update:
        update(path, expected, actual)
        return wrong
    if len(expected) != len(actual):
        said = ", ".join(f"{event['event'].get('outcome')} "
                         f"{event['event'].get('code', '')}".strip() for event in actual)
        wrong.append(f"wants {len(expected)} events, got {len(actual)} ({said})")
    for number, (want, got) in enumerate(zip(expected, actual)):
        wrong += [f"event {number + 1}: {line}" for line in differences(want, got)]
    return wrong


def update(path, expected, actual):
    pattern = expected[0] if expected else {"event": {"outcome": "", "dataset": "", "code": ""}}
    events = [projected(expected[at] if at < len(expected) else pattern, event) for at, event in enumerate(actual)]
    with open(path, "w", encoding="utf-8") as file:
        json.dump(events, file, indent=2)
        file.write("\n")


def all_cases():
    return sorted(name for name in os.listdir(HERE) if os.path.exists(os.path.join(HERE, name, "events.json")))


def main():
    parser = argparse.ArgumentParser(description="Golden captures and the events that they must give.")
    parser.add_argument("--daemon", required=True)
    parser.add_argument("--rules", default="")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--schema", action="store_true")
    parser.add_argument("cases", nargs="*")
    options = parser.parse_args()
    failed = 0
    names = options.cases or all_cases()
    if options.schema:
        return hold_against_schema(options, names)
    for name in names:
        try:
            wrong = check(options, name)
        except (RuntimeError, OSError, ValueError, subprocess.TimeoutExpired) as error:
            wrong = [str(error)]
        failed += bool(wrong)
        for line in wrong:
            print(f"{name}: {line}")
    print(f"{len(names) - failed} passed, {failed} failed")
    return 1 if failed or not names else 0


if __name__ == "__main__":
    sys.exit(main())
