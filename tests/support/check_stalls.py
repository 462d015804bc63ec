#!/usr/bin/python3
"""What stalls.py takes out of a time, and what it must not: a judge that excuses the program itself would judge nothing.
"""
import contextlib
import os
import signal
import subprocess
import sys
import time
import unittest

from stalls import MACHINE, in_time, run_delays

STANDING = 1.0


class Stalls(unittest.TestCase):
    def test_a_program_that_waits_has_no_excuse(self):
        """Asleep or stopped, it was not ready to run: all of the time is its own."""
        for number in (None, signal.SIGSTOP):
            with self.subTest(number), subprocess.Popen(["sleep", "60"]) as idle:
                MACHINE.mind(idle.pid)
                time.sleep(0.2)
                if number is not None:
                    idle.send_signal(number)
                begin = time.time()
                time.sleep(STANDING)
                end = time.time()
                everybody = MACHINE.between(begin, end)
                self.assertLess(MACHINE.between(begin, end, idle.pid) - everybody, 0.2)
                with self.assertRaises(AssertionError):
                    in_time("it came", (end - begin - everybody) / 2, begin, end, idle.pid)
                idle.kill()

    def test_a_program_that_is_not_let_run_has(self):
        """Two that want one core: each of them waits for about half of the time."""
        if not run_delays(os.getpid()):
            self.skipTest("the kernel does not tell run delays")
        core = min(os.sched_getaffinity(0))
        loop = [sys.executable, "-c", f"import os\nos.sched_setaffinity(0, [{core}])\nwhile True: pass"]
        with subprocess.Popen(loop) as one, subprocess.Popen(loop) as other:
            try:
                MACHINE.mind(one.pid)
                time.sleep(0.5)
                begin = time.time()
                time.sleep(STANDING)
                end = time.time()
                self.assertGreater(MACHINE.between(begin, end, one.pid), 0.3 * STANDING)
            finally:
                one.kill()
                other.kill()

    def test_a_machine_that_stands_still(self):
        """This process with all its threads is stopped, as if nobody ran."""
        begin = time.time()
        with standing():
            pass
        end = time.time()
        self.assertGreater(MACHINE.between(begin, end), STANDING / 2)
        self.assertGreater(in_time("it came", STANDING / 2, begin, end), STANDING / 2)

    def test_sleep(self):
        begin = time.time()
        with standing():
            MACHINE.sleep(2 * STANDING)
        self.assertGreater(time.time() - begin, 2.5 * STANDING)


@contextlib.contextmanager
def standing():
    """Somewhere inside the block, or at its end, this process is stopped for a while."""
    stop = ["sh", "-c", f"kill -STOP {os.getpid()}; sleep {STANDING}; kill -CONT {os.getpid()}"]
    with subprocess.Popen(stop):
        yield


if __name__ == "__main__":
    unittest.main()
