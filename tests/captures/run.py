#!/usr/bin/env python3
"""An extra test on captures of other projects, which are not part of this one.

Looks for a folder with a labels.tsv (argument, or ../shared/captures beside the checkout) and exits with 77, which
ctest shows as skipped, where there is none. Every capture is read; required are:
  * no crash and no sanitizer report, on the damaged ones either;
  * no failure event for a connection without a label, but for those that a person has looked at (reviewed.tsv);
  * for labelled failures over TCP, the labelled cause (or one that the label also accepts), for a given share.
"""

import argparse
import collections
import concurrent.futures
import csv
import json
import os
import pathlib
import subprocess
import sys

SKIPPED = 77


def labels_read(folder):
    """{file: {(client, server): [(cause, accepted ids, confidence)]}}; files without failures have no entries."""
    labels = collections.defaultdict(lambda: collections.defaultdict(list))
    with open(folder / "labels.tsv", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            flows = labels[row["file"]]
            if row["cause_id"] == "none" or row["proto"] != "tcp":
                continue
            accepted = {row["cause_id"], *filter(None, (row["also_acceptable"] or "").split(";"))}
            flows[(row["client"], row["server"])].append((row["cause_id"], accepted, row["confidence"]))
    return labels


def reviewed_read():
    """(file, client, server, cause) of failures that stand although there is no label for them."""
    with open(pathlib.Path(__file__).with_name("reviewed.tsv"), encoding="utf-8", newline="") as stream:
        return {(row["file"], row["client"], row["server"], row["cause"]) for row in
                csv.DictReader(stream, delimiter="\t")}


def endpoint(end):
    return f"[{end['ip']}]:{end['port']}" if ":" in end["ip"] else f"{end['ip']}:{end['port']}"


def diagnose(program, path):
    """(exit status, events, standard error) of one capture."""
    environment = dict(os.environ, ASAN_OPTIONS="exitcode=99", UBSAN_OPTIONS="exitcode=99:halt_on_error=1")
    run = subprocess.run([program, "-r", str(path)], capture_output=True, env=environment, timeout=300, check=False)
    events = [json.loads(line) for line in run.stdout.splitlines()]
    return run.returncode, events, run.stderr.decode("utf-8", "replace")


def captures_of(folder):
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in (".md", ".tsv", ".txt", ".key", ".keys", ".log"):
            yield path


class Tally:
    def __init__(self):
        self.broken, self.false, self.wrong, self.missed = [], [], [], []
        self.right = 0
        self.files = 0
        self.reviewed = reviewed_read()

    def file(self, name, flows, status, events, errors):
        self.files += 1
        if status not in (0, 1):
            self.broken.append(f"{name}: exit status {status}: {errors[-300:]}")
            return
        seen = collections.defaultdict(list)
        for event in events:
            if event["event"]["dataset"] == "tlswhy.failure":
                seen[(endpoint(event["source"]), endpoint(event["destination"]))].append(event)
        for ends, found in seen.items():
            if ends not in flows:
                self.false += [f"{name} {ends[0]} -> {ends[1]}: {e['event']['code']}: {e['message']}" for e in found
                               if (name, *ends, e["event"]["code"]) not in self.reviewed]
        for ends, wanted in flows.items():
            self.flow(name, ends, wanted, [e["event"]["code"] for e in seen.get(ends, [])])

    def flow(self, name, ends, wanted, causes):
        for cause, accepted, confidence in wanted:
            hit = next((c for c in causes if c in accepted), None)
            where = f"{name} {ends[0]} -> {ends[1]} ({confidence})"
            if hit is not None:
                causes.remove(hit)
                self.right += 1
            elif causes:
                self.wrong.append(f"{where}: {cause} expected, {causes.pop(0)} said")
            else:
                self.missed.append(f"{where}: {cause} expected, nothing said")

    def share(self):
        total = self.right + len(self.wrong) + len(self.missed)
        return self.right / total if total else 1.0

    def show(self, detail):
        for title, rows in (("broken", self.broken), ("failures that are none", self.false),
                            ("wrong cause", self.wrong), ("missed", self.missed)):
            print(f"{title}: {len(rows)}")
            for row in rows if detail else rows[:15]:
                print("   ", row)
        print(f"{self.files} captures; labelled failures with the right cause: {self.right} ({self.share():.1%})")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="tlswhyd")
    parser.add_argument("folder", nargs="?", type=pathlib.Path,
                        default=pathlib.Path(__file__).resolve().parents[3] / "shared" / "captures")
    parser.add_argument("--share", type=float, default=0.9, help="of labelled failures that must be right")
    parser.add_argument("--only", default="", help="files whose path holds this")
    parser.add_argument("--detail", action="store_true", help="list every difference")
    options = parser.parse_args()
    if not (options.folder / "labels.tsv").is_file():
        print(f"skipped: there is no folder of labelled captures at {options.folder}")
        return SKIPPED
    labels, tally = labels_read(options.folder), Tally()
    paths = [path for path in captures_of(options.folder) if options.only in str(path)]
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for path, result in zip(paths, pool.map(lambda p: diagnose(options.program, p), paths)):
            name = str(path.relative_to(options.folder))
            tally.file(name, labels.get(name, {}), *result)
    tally.show(options.detail)
    return 0 if not tally.broken and not tally.false and tally.share() >= options.share else 1


if __name__ == "__main__":
    sys.exit(main())
