"""The machine's own slowness, so that a test can take it out of a time before it judges the program by it.

Two things keep a program from its work through no fault of its own: a machine that stands still, which shows in naps
that are overslept, and others on its cores, which the kernel counts for each thread as the time for which it was ready
to run and did not (run delay, the second number of /proc/PID/task/TID/schedstat). A limit in a test is the figure that
was promised, and grows by what of these two fell into the moments that are judged; on an idle machine by nothing.

PATIENCE is not such a limit: it ends waits for what will never come. How soon it came is judged by its own time.
"""
import bisect
import os
import threading
import time

PATIENCE = 120.0
NAP = 0.02
USUAL = 0.002       # timers and the interpreter are late by so much on an idle machine, too
POLL = 0.02


class Stalls:
    """What is seen from the making of it on. All times are of the wall clock, as those in events are."""

    def __init__(self):
        self._slept = _Course()
        self._delays = {}           # process: its course
        self._threads = {}          # process that is there: delay by thread
        self._lock = threading.Lock()
        threading.Thread(target=self._watch, daemon=True).start()

    def mind(self, pid):
        """The process PID, which has been started, is one whose run delay counts."""
        with self._lock:
            if pid not in self._threads:
                self._threads[pid] = {}
                self._delays[pid] = _Course()

    def between(self, begin, end, *pids):
        """Seconds between BEGIN and END that the machine took, from everybody or from the processes PIDS."""
        self._slept.await_time(end)
        courses = [self._slept] + [self._delays[pid] for pid in pids if pid in self._delays]
        return sum(course.between(begin, end) for course in courses)

    def sleep(self, seconds, *pids):
        """Sleeps until SECONDS have passed that everybody, and the processes PIDS, could use."""
        begin = time.time()
        for pid in pids:
            self.mind(pid)
        left = seconds
        while left > 0:
            time.sleep(left)
            left = begin + seconds + self.between(begin, time.time(), *pids) - time.time()

    def _watch(self):
        before = time.time()
        while True:
            time.sleep(NAP)
            now = time.time()
            with self._lock:
                minded = list(self._threads.items())
            for pid, threads in minded:
                self._look_at(pid, threads, now)
            overslept = now - before - NAP
            self._slept.step(now, overslept if overslept > USUAL else 0.0)
            before = time.time()

    def _look_at(self, pid, threads, now):
        found = run_delays(pid)
        threads.update(found)
        self._delays[pid].add(now, sum(threads.values()))
        if not found:
            with self._lock:
                del self._threads[pid]


class _Course:
    """A sum that only grows, over time."""

    def __init__(self):
        self._times, self._sums = [time.time()], [0.0]

    def add(self, now, total):
        self._sums.append(max(total, self._sums[-1]))
        self._times.append(now)

    def step(self, now, more):
        self.add(now, self._sums[-1] + more)

    def await_time(self, moment):
        while self._times[-1] < moment:
            time.sleep(NAP)

    def between(self, begin, end):
        """By how much it grew from the last entry before BEGIN to the first behind END."""
        count = len(self._times)
        first = max(0, bisect.bisect_right(self._times, begin, 0, count) - 1)
        last = min(count - 1, bisect.bisect_left(self._times, end, 0, count))
        return max(0.0, self._sums[last] - self._sums[first])


def run_delays(pid):
    """Seconds for which each thread of PID was ready to run and did not; nothing where the kernel does not say."""
    delays = {}
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/schedstat", encoding="ascii") as file:
                delays[thread] = int(file.read().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        pass
    return delays


MACHINE = Stalls()


def until(condition, what, seconds=PATIENCE):
    """Waits for CONDITION to give something true, and gives it; an AssertionError where it does not."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds:.0f} s: {what}")
        time.sleep(POLL)


def in_time(what, limit, begin, end, *pids):
    """An AssertionError where what began at BEGIN and was done at END took more than LIMIT seconds of those that the
    machine did not take. Gives the seconds that it took."""
    took, stalled = end - begin, MACHINE.between(begin, end, *pids)
    if took > limit + stalled:
        raise AssertionError(f"{what} after {took:.2f} s, not within {limit:g} s (the machine took {stalled:.2f} s)")
    return took
