#!/usr/bin/python3
"""The outputs under load, with consumers that stall, fill up, go away and come back.

    run.py FEED [Stalled|Journal|File|FullDisk]   some seconds each
    run.py FEED --long ...                        1,000 kills, 60 seconds without a journal at 500 events/s
"""

import collections
import json
import os
import random
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from datetime import datetime

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))

from stalls import MACHINE, PATIENCE, in_time, until                         # noqa: E402

QUEUE_SMALL = 65536
AT_LEISURE = int(PATIENCE * 1000)   # milliseconds to get rid of the queues where it is not these that are looked at


class Feed:
    """The program under test, running; it is ended at the latest when the block is left."""

    def __init__(self, *arguments, **how):
        self.process = subprocess.Popen([FEED, "--finish", str(AT_LEISURE), *map(str, arguments)],
                                        stderr=subprocess.PIPE, text=True, **how)
        self.pid = self.process.pid
        self.lines = []
        self.reader = threading.Thread(target=lambda: self.lines.extend(self.process.stderr), daemon=True)
        self.reader.start()
        MACHINE.mind(self.pid)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stderr.close()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def signal(self, number):
        self.process.send_signal(number)

    def sleep(self, seconds):
        """Lets it work for so long."""
        MACHINE.sleep(seconds, self.pid)

    def await_word(self, word):
        """Until it says WORD."""
        until(lambda: any(word in line for line in list(self.lines)), f"it says: {word}")

    def pause(self):
        """Stops all of its threads in what they do, until SIGCONT."""
        self.signal(signal.SIGSTOP)
        tasks = f"/proc/{self.pid}/task"
        until(lambda: all(state_of(f"{tasks}/{task}") == "T" for task in os.listdir(tasks)), "it is stopped")

    def rest(self):
        """No more events, but for those about the outputs."""
        self.signal(signal.SIGUSR1)

    def finish(self):
        """Ends it; returns its report, and what it said besides."""
        self.signal(signal.SIGTERM)
        return self.wait()

    def wait(self):
        self.process.wait(timeout=2 * PATIENCE)
        self.reader.join()
        *words, report = self.lines
        return json.loads(report), "".join(words)


def lines_of(text):
    """Every line of a file or stream as an event; a torn or doubled one is a failure of its own."""
    if text and not text.endswith("\n"):
        raise AssertionError("torn last line: " + text[-80:])
    return [json.loads(line) for line in text.splitlines()]


def sequences(events):
    return [event["event"]["sequence"] for event in events]


def notices(events, code):
    return [event for event in events if event["event"].get("code") == code]


def told(path, code):
    """The notices in a file that is still written to."""
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        whole = [line for line in file.read().splitlines(True) if line[-1] == "\n"]
    return notices([json.loads(line) for line in whole], code)


def state_of(task):
    """The letter by which the kernel calls the state of a thread."""
    with open(f"{task}/stat", encoding="ascii", errors="replace") as file:
        return file.read().rpartition(")")[2].split()[0]


def size_of(path):
    """0 where there is no such file."""
    return os.path.getsize(path) if os.path.exists(path) else 0


def moment(event):
    """Seconds since the epoch of an event's time."""
    return datetime.fromisoformat(event["@timestamp"].replace("Z", "+00:00")).timestamp()


def lost_at_the_end(words, title):
    """How many events finish() says were not written."""
    found = re.search(r"(\d+) events of this run were not written to " + re.escape(title), words)
    return int(found[1]) if found else 0


class Receiver(threading.Thread):
    """A datagram server that can stop reading and go on."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path = path
        self.messages = []
        self.reading = threading.Event()
        self.reading.set()
        self.over = threading.Event()
        self.lock = threading.Lock()    # held by who reads: a socket that is read from does not end when it is closed
        self.socket = None
        self.open()

    def open(self):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)

    def vanish(self, feed):
        """The socket goes, as when its owner ends. What was sent to it before is read first: FEED rests meanwhile, for
        what comes in between would be nobody's."""
        self.reading.clear()
        with self.lock:
            feed.pause()
            self.drain()
            self.socket.close()
            os.unlink(self.path)
            feed.signal(signal.SIGCONT)

    def come_back(self):
        self.open()
        self.reading.set()

    def receive(self):
        content, descriptors, _, _ = socket.recv_fds(self.socket, 1 << 18, 1)
        if descriptors:
            content = os.pread(descriptors[0], 1 << 20, 0)
            os.close(descriptors[0])
        self.messages.append(content)

    def drain(self):
        while select.select([self.socket], [], [], 0)[0]:
            self.receive()

    def run(self):
        while not self.over.is_set():
            if not self.reading.wait(0.05):
                continue
            with self.lock:
                if self.reading.is_set() and select.select([self.socket], [], [], 0.05)[0]:
                    self.receive()

    def close(self):
        self.over.set()
        self.join()
        self.drain()
        self.socket.close()

    def journal_events(self):
        """Every record's JSON; the fields around it have to agree with it."""
        events = []
        for message in self.messages:
            fields = dict(line.split(b"=", 1) for line in message.splitlines())
            event = json.loads(fields[b"TLSWHY_EVENT"])
            assert int(fields[b"TLSWHY_SEQUENCE"]) == event["event"]["sequence"]
            assert int(fields[b"PRIORITY"]) == event["event"]["severity"]
            events.append(event)
        return events

    def syslog_events(self):
        return [json.loads(message[message.index(b" - {") + 3:]) for message in self.messages]


class Outputs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def exact(self, events, report, words, title, output=0):
        """What arrived is in order, nothing twice; what did not arrive is what was counted, and what every notice
        that arrived said of the events before it."""
        numbers = sequences(events)
        self.assertEqual(numbers, sorted(set(numbers)))
        for position, event in enumerate(events):
            if event["event"].get("code") == "events_lost":
                missing = event["event"]["sequence"] - 1 - position
                self.assertEqual(event["tlswhy"]["lost_total"], missing)
        lost = max(report["outputs"][output]["lost"], lost_at_the_end(words, title))
        self.assertEqual(report["sequence"] - len(numbers), lost)
        return lost


class Stalled(Outputs):
    def test_pipe_that_nobody_reads_for_a_while(self):
        with Feed("--rate", 3000, "--queue", QUEUE_SMALL, "stdout", stdout=subprocess.PIPE) as feed:
            feed.sleep(1.6)
            feed.rest()     # or it depends on the machine whether the reader keeps up
            got = []
            reader = threading.Thread(target=lambda: got.extend(feed.process.stdout))
            reader.start()
            until(lambda: any('"events_lost"' in line for line in list(got)), "the loss is told")
            feed.sleep(1.5)
            report, words = feed.finish()
            reader.join()
        events = lines_of("".join(got))
        lost = self.exact(events, report, words, "standard output")
        self.assertGreater(lost, 1000)
        self.assertIn("output stdout lost", notices(events, "events_lost")[-1]["message"])
        self.assertTrue(report["good"], "what was told is no failure of the end")

    def test_losses_are_told_on_the_other_outputs_at_once(self):
        with Feed("--rate", 3000, "--queue", 8 << 20, "--finish", 300, "stdout", "file:" + self.path("events"),
                  stdout=subprocess.PIPE) as feed:
            until(lambda: len(told(self.path("events"), "events_lost")) >= 2, "losses are told twice")
            feed.rest()
            feed.sleep(1)   # the file has it all
            begin = time.time()
            report, words = feed.finish()
            end = time.time()
        events = lines_of(self.read("events"))
        self.assertEqual(sequences(events), list(range(1, report["sequence"] + 1)))
        losses = [event["tlswhy"] for event in notices(events, "events_lost")]
        self.assertGreaterEqual(len(losses), 2)
        self.assertEqual([loss["lost_total"] for loss in losses],
                         [sum(loss["lost"] for loss in losses[:i + 1]) for i in range(len(losses))])
        self.assertLessEqual(report["finish"], 2 + MACHINE.between(begin, end, feed.pid))
        # The pipe's own buffer was written to before it was full.
        stdout = report["outputs"][0]
        self.assertEqual(stdout["written"] + lost_at_the_end(words, "standard output"), report["sequence"])

    def test_a_stuck_reader_does_not_hold_up_the_end(self):
        with Feed("--rate", 2000, "--finish", 1000, "stdout", stdout=subprocess.PIPE) as feed:
            feed.sleep(0.5)
            begin = time.time()
            report, words = feed.finish()
            in_time("it ended", 2, begin, time.time(), feed.pid)
            arrived = lines_of(feed.process.stdout.read())
        self.assertGreater(self.exact(arrived, report, words, "standard output"), 0)
        self.assertFalse(report["good"])

    def test_a_terminal_that_nobody_reads_does_not_hold_up_the_end(self):
        """A terminal may hold a write() up in the middle, whatever poll() has said: the thread is left behind."""
        controller, terminal = os.openpty()
        with Feed("--rate", 2000, "--finish", 500, "stdout", stdout=terminal) as feed:
            feed.sleep(1)
            begin = time.time()
            report, words = feed.finish()
            in_time("it ended", 2, begin, time.time(), feed.pid)
        os.close(terminal)
        os.close(controller)
        self.assertFalse(report["good"])
        self.assertGreater(lost_at_the_end(words, "standard output"), 0)

    def test_a_reader_that_left_is_no_failure(self):
        with Feed("--batch", "--count", 5000, "stdout", stdout=subprocess.PIPE) as feed:
            feed.process.stdout.readline()
            feed.process.stdout.close()
            report, words = feed.wait()
        self.assertEqual(words, "")
        self.assertTrue(report["good"])

    def test_reading_a_file_nothing_is_lost_to_a_slow_reader(self):
        with Feed("--batch", "--count", 3000, "--queue", QUEUE_SMALL, "stdout", stdout=subprocess.PIPE) as feed:
            got = []
            for line in feed.process.stdout:
                got.append(json.loads(line))
                if len(got) % 500 == 0:
                    time.sleep(0.1)
            report, words = feed.wait()
        self.assertEqual(sequences(got), list(range(1, 3001)))
        self.assertEqual((report["good"], words), (True, ""))

    def test_text(self):
        with Feed("--batch", "--text", "--count", 40, "stdout", stdout=subprocess.PIPE) as feed:
            out = feed.process.stdout.read()
            feed.wait()
        self.assertEqual(out.count("server_cert.expired  ("), 8)
        self.assertNotIn("\x1b", out)


class Journal(Outputs):
    def stalled(self, kinds, seconds, rate, queue):
        """Nobody reads for so many seconds, then everybody does again."""
        servers = [Receiver(self.path(kind)) for kind in kinds]
        for server in servers:
            server.start()
        with Feed("--rate", rate, "--queue", queue, *(f"{kind}:{self.path(kind)}" for kind in kinds)) as feed:
            feed.sleep(0.3)
            for server in servers:
                server.reading.clear()
            feed.sleep(seconds)
            for server in servers:
                server.reading.set()
            feed.sleep(1 + seconds / 4)
            report, words = feed.finish()
        for server in servers:
            server.close()
        return report, words, servers

    def test_stopped_and_continued(self):
        seconds = 60 if LONG else 2
        report, words, (journal, syslog) = self.stalled(("journal", "syslog"), seconds, 500, 192 << 20)
        for events in (journal.journal_events(), syslog.syslog_events()):
            self.assertEqual(sequences(events), list(range(1, report["sequence"] + 1)))
            self.assertGreater(len(events), seconds * 490)
        self.assertEqual((report["good"], words), (True, ""))

    def test_stopped_for_too_long(self):
        report, words, (journal,) = self.stalled(("journal",), 2, 2000, QUEUE_SMALL)
        events = journal.journal_events()
        self.assertGreater(self.exact(events, report, words, journal.path), 500)
        self.assertTrue(notices(events, "events_lost"))

    def test_restarted(self):
        server = Receiver(self.path("socket"))
        server.start()
        with Feed("--rate", 500, f"journal:{server.path}", "file:" + self.path("events")) as feed:
            feed.sleep(0.3)
            server.vanish(feed)
            until(lambda: told(self.path("events"), "output_failing"), "the failure is told")
            feed.sleep(1)
            server.come_back()
            until(lambda: told(self.path("events"), "output_restored"), "the return is told")
            report, words = feed.finish()
        server.close()
        events = server.journal_events()
        self.assertEqual(sequences(events), list(range(1, report["sequence"] + 1)))
        self.assertEqual((report["good"], words), (True, ""))
        other = lines_of(self.read("events"))
        self.assertEqual([len(notices(other, code)) for code in ("output_failing", "output_restored")], [1, 1])

    def test_not_there_yet(self):
        with Feed("--rate", 200, f"journal:{self.path('socket')}") as feed:
            feed.sleep(0.5)
            server = Receiver(self.path("socket"))
            server.start()
            until(lambda: server.messages, "the first record")
            report, _ = feed.finish()
        server.close()
        self.assertEqual(sequences(server.journal_events()), list(range(1, report["sequence"] + 1)))


class File(Outputs):
    def test_kills(self):
        """Killed at any instant, the next run finds a file of whole lines and goes on behind the last."""
        kills = 1000 if LONG else 20
        chance = random.Random(5)
        place = "file:" + self.path("events")
        torn = 0
        for _ in range(kills):
            with Feed("--batch", place) as feed:
                while not os.path.exists(self.path("events")) and feed.process.poll() is None:
                    time.sleep(0.002)
                time.sleep(chance.uniform(0, 0.05))
                feed.signal(signal.SIGKILL)
                feed.process.wait()
            torn += not self.read("events").endswith("\n")
            with Feed("--count", 1, place) as feed:
                feed.wait()
            runs = collections.Counter()
            expected = 1
            for event in lines_of(self.read("events")):
                number = event["event"]["sequence"]
                self.assertIn(number, (1, expected), "a line is missing")
                expected = number + 1
                runs[number == 1] += 1
            self.assertGreaterEqual(runs[True], 1)
            os.unlink(self.path("events"))
        print(f"{torn} of {kills} kills left a torn line", file=sys.stderr)

    def test_rotation_under_load(self):
        rounds = 100
        with Feed("--rate", 1000, "file:" + self.path("events")) as feed:
            until(lambda: size_of(self.path("events")), "the first event")
            for number in range(rounds):
                os.rename(self.path("events"), self.path(f"events.{number:03}"))
                feed.signal(signal.SIGHUP)
                limit = time.monotonic() + PATIENCE
                while not os.path.exists(self.path("events")):
                    self.assertLess(time.monotonic(), limit, "the file is not opened again")
                    time.sleep(0.002)
                time.sleep(0.1 if LONG else 0.01)
            report, words = feed.finish()
        events = []
        for name in sorted(os.listdir(self.folder), key=lambda name: (name == "events", name)):
            events += lines_of(self.read(name))
        self.assertEqual(sequences(events), list(range(1, report["sequence"] + 1)))
        self.assertEqual((report["good"], words), (True, ""))

    def test_place_that_cannot_be_opened_again(self):
        """The old file is written to until the place can be taken again, and the operator is told."""
        os.mkdir(self.path("folder"))
        with Feed("--rate", 500, "file:" + self.path("folder/events")) as feed:
            until(lambda: size_of(self.path("folder/events")), "the first event")
            os.rename(self.path("folder"), self.path("moved"))
            feed.signal(signal.SIGHUP)
            feed.await_word("the old file is still written to")
            feed.sleep(0.3)
            os.mkdir(self.path("folder"))
            feed.signal(signal.SIGHUP)
            until(lambda: size_of(self.path("folder/events")), "the first event in the new folder")
            report, words = feed.finish()
        events = lines_of(self.read("moved/events")) + lines_of(self.read("folder/events"))
        self.assertEqual(sequences(events), list(range(1, report["sequence"] + 1)))
        self.assertEqual(words.count("the old file is still written to"), 1)
        self.assertTrue(report["good"])

    def test_removed(self):
        """What somebody removed is begun anew, without being told to, as soon as its folder allows it."""
        os.mkdir(self.path("folder"))
        place, other = self.path("folder/events"), self.path("other")
        with Feed("--rate", 500, "file:" + place, "file:" + other) as feed:
            until(lambda: size_of(place) > 0, "the first event")
            feed.pause()    # between two lines or in one, and nothing is written while the file is read
            with open(place, encoding="utf-8") as file:
                before = file.read()
            os.unlink(place)
            feed.signal(signal.SIGCONT)
            until(lambda: size_of(place) > 0, "an event in the new file")
            os.rename(self.path("folder"), self.path("elsewhere"))
            os.unlink(self.path("elsewhere/events"))
            until(lambda: told(other, "output_failing"), "the failure is told")
            os.mkdir(self.path("folder"))
            until(lambda: told(other, "output_restored"), "it goes on")
            report, words = feed.finish()
        self.assertEqual(words.count("was removed: a new file is begun"), 2)
        self.assertEqual(report["outputs"][0]["lost"], 0)
        last = sequences(lines_of(self.read("folder/events")))
        self.assertEqual(last, list(range(last[0], report["sequence"] + 1)))
        self.assertEqual(sequences(lines_of(before[:before.rfind("\n") + 1]))[0], 1)

    def test_places_that_make_no_sense(self):
        os.mkfifo(self.path("fifo"))
        os.symlink(self.path("target"), self.path("link"))
        with open(self.path("binary"), "wb") as file:
            file.write(bytes(9000))
        for place, reason in (("none/events", "its folder does not exist"), ("fifo", "it is no regular file"),
                              ("link", "it is a symbolic link"), ("binary", "it is not ours to repair")):
            with self.subTest(place):
                run = subprocess.run([FEED, "--count", "1", "file:" + self.path(place)], stderr=subprocess.PIPE,
                                     text=True, timeout=PATIENCE, check=False)
                self.assertEqual(run.returncode, 1)
                self.assertIn(reason, run.stderr)
        self.assertFalse(os.path.exists(self.path("target")))
        self.assertEqual(os.path.getsize(self.path("binary")), 9000)


FULL_DISK = """
set -e
mount -t tmpfs -o size=256k tmpfs "$1"
exec /usr/bin/python3 "$2" "$3" --within "$1" "$4"
"""


class FullDisk(Outputs):
    def test_full_disk(self):
        """In a mount namespace of its own, for a tiny tmpfs is mounted."""
        probe = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False)
        if probe.returncode != 0:
            self.skipTest("mount namespaces cannot be made here")
        os.mkdir(self.path("small"))
        run = subprocess.run(["unshare", "--mount", "sh", "-c", FULL_DISK, "sh", self.path("small"), __file__, FEED,
                              self.path("other")], capture_output=True, text=True, timeout=4 * PATIENCE, check=False)
        self.assertEqual(run.returncode, 0, run.stderr)

    @staticmethod
    def within(small, other):
        """Fills the disk, looks at what is said elsewhere, rotates, makes room, and wants all of it to be there."""
        place = os.path.join(small, "events")
        with Feed("--rate", 200, "--finish", 3000, "file:" + place, "file:" + other) as feed:
            until(lambda: size_of(place) > 250000, "the disk is full")
            begin = time.time()
            until(lambda: told(other, "output_failing"), "the failure is told")
            with open(place, encoding="utf-8") as file:
                first = lines_of(file.read())
            alerts = told(other, "output_failing")
            assert len(alerts) == 1, alerts
            assert "No space left on device" in alerts[0]["message"], alerts
            in_time("the failure was told", 1.5, begin, moment(alerts[0]), feed.pid)
            os.rename(place, place + ".1")
            feed.signal(signal.SIGHUP)
            until(lambda: os.path.exists(place), "the file is opened again")
            begin = time.time()
            os.unlink(place + ".1")
            until(lambda: size_of(place) > 0, "an event in the new file")
            in_time("the new file was written to", 1, begin, time.time(), feed.pid)
            # The disk would soon be full again: what was read is removed until all is well.
            events = list(first)
            number = 2
            end = time.monotonic() + PATIENCE
            while not told(other, "output_restored"):
                time.sleep(0.1)
                assert time.monotonic() < end, "nobody was told that it works again"
                os.rename(place, f"{place}.{number}")
                feed.signal(signal.SIGHUP)
                until(lambda: os.path.exists(place), "the file is opened again")
                time.sleep(0.1)
                with open(f"{place}.{number}", encoding="utf-8") as file:
                    events += lines_of(file.read())
                os.unlink(f"{place}.{number}")
                number += 1
            report, words = feed.finish()
            with open(place, encoding="utf-8") as file:
                events += lines_of(file.read())
        numbers = sequences(events)
        assert numbers == sorted(set(numbers)), "not in order, or twice"
        lost = lost_at_the_end(words, place)
        assert report["sequence"] - len(numbers) == lost, (report, len(numbers), words)


if __name__ == "__main__":
    FEED = sys.argv.pop(1)
    LONG = "--long" in sys.argv
    if LONG:
        sys.argv.remove("--long")
    if "--within" in sys.argv:
        FullDisk.within(*sys.argv[2:])
    else:
        unittest.main()
