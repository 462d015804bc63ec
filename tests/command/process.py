#!/usr/bin/env python3
"""What a running tlswhyd may still do, seen from outside: user, capabilities, system calls, core dumps; and how it is
reloaded by hand. Takes root; the interface is the loopback of a network namespace of its own."""

import contextlib
import os
import pathlib
import signal
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
CAPTURE = HERE.parent / "bench" / "templates" / "failure_tls12.pcap"
RULES = HERE.parents[1] / "rules"
NET_RAW = 1 << 13
NOBODY = 65534
PROGRAM = None


def until(condition, seconds=30):
    """Waits for CONDITION to give something true, and gives it."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found or time.monotonic() > end:
            return found
        time.sleep(0.02)


def status(process, task=None):
    path = pathlib.Path("/proc", str(process), *(["task", str(task)] if task else []), "status")
    return dict(line.split(":", 1) for line in path.read_text().splitlines() if ":" in line)


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.folder.chmod(0o755)
        for name in ("events", "run"):
            (self.folder / name).mkdir()
            os.chown(self.folder / name, NOBODY, NOBODY)
        self.program = self.folder / "tlswhyd"  # the build folder may be closed to others
        shutil.copy(PROGRAM, self.program)

    @contextlib.contextmanager
    def running(self, *arguments, prefix=(), given=b"", **options):
        """The program at work, in a network namespace of its own, GIVEN on its standard input; ended, with its exit
        status checked."""
        ready = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        ready.bind(str(self.folder / "notify"))
        (self.folder / "notify").chmod(0o777)
        ready.settimeout(30)
        command = ["unshare", "--net", "--", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", *prefix, self.program,
                   "--rules", RULES, *arguments]
        process = subprocess.Popen([*map(str, command)], stderr=subprocess.PIPE, text=True,
                                   env={**os.environ, "NOTIFY_SOCKET": str(self.folder / "notify")}, **options)
        try:
            if given:
                process.stdin.buffer.write(given)
                process.stdin.flush()
            if "-i" in arguments or "--config" in arguments:
                while b"READY=1" not in ready.recv(4096):
                    pass
            else:
                self.assertTrue(until(lambda: status(process.pid)["Seccomp"].strip() == "2"), "no sandbox")
            yield process
            process.terminate()
            self.assertEqual(process.wait(30), 0, process.stderr.read())
        finally:
            process.kill()
            process.wait()
            for stream in (process.stderr, process.stdin):
                if stream is not None:
                    stream.close()
            ready.close()
            (self.folder / "notify").unlink()

    def expect(self, process, capabilities, user=NOBODY):
        tasks = os.listdir(f"/proc/{process}/task")
        for task in tasks:
            fields = status(process, task)
            self.assertEqual({int(number) for number in fields["Uid"].split()}, {user})
            self.assertEqual(int(fields["CapEff"], 16), capabilities)
            self.assertEqual(int(fields["CapPrm"], 16), capabilities)
            self.assertEqual(int(fields["CapAmb"], 16), 0)
            self.assertEqual(fields["NoNewPrivs"].strip(), "1")
            self.assertEqual(fields["Seccomp"].strip(), "2")
        limits = pathlib.Path("/proc", str(process), "limits").read_text()
        core = [line for line in limits.splitlines() if line.startswith("Max core file size")]
        self.assertEqual(core[0].split()[-3:-1], ["0", "0"])
        return len(tasks)


class Privileges(Case):
    def test_root_live(self):
        with self.running("-i", "lo", "--user", "nobody", stdout=subprocess.DEVNULL) as process:
            self.assertGreater(self.expect(process.pid, NET_RAW), 1, "no thread of an output")

    def test_root_file(self):
        """The capture's header is there, its packets are yet to come."""
        capture = CAPTURE.read_bytes()
        with self.running("-r", "-", "--user", "nobody", stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                          given=capture[:24]) as process:
            self.expect(process.pid, 0)
            process.stdin.buffer.write(capture[24:])
            process.stdin.close()
            self.assertEqual(process.wait(30), 0)

    def test_stays_root_when_told(self):
        with self.running("-i", "lo", "--user", "root", stdout=subprocess.DEVNULL) as process:
            self.expect(process.pid, NET_RAW, user=0)

    def test_ambient(self):
        """As systemd starts it: another user, with the one capability."""
        prefix = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--bounding-set=-all,+net_raw",
                  "--inh-caps=-all,+net_raw", "--ambient-caps=-all,+net_raw"]
        with self.running("-i", "lo", prefix=prefix, stdout=subprocess.DEVNULL) as process:
            self.expect(process.pid, NET_RAW)

    def test_reader_left(self):
        """"tlswhyd -i eth0 | head" is over with its reader, also while nothing happens, and so it is in a terminal that is
        closed; a service manager is told that it failed, so that it starts it again."""
        def begun(output, **environment):
            command = ["unshare", "--net", "--", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", self.program,
                       "--rules", RULES, "-i", "lo", "-o", "stdout"]
            return subprocess.Popen([*map(str, command)], stdout=output, stderr=subprocess.DEVNULL,
                                    env={**os.environ, **environment}, start_new_session=True)

        def pipe():
            reader, writer = os.pipe()
            return reader, writer

        for kind, environment, wanted in ((pipe, {}, 0), (os.openpty, {}, 0), (pipe, {"NOTIFY_SOCKET": "@none"}, 1)):
            with self.subTest(kind=kind.__name__, environment=environment):
                reader, writer = kind()
                process = begun(writer, **environment)
                try:
                    os.close(writer)
                    self.assertIn(b"is ready", os.read(reader, 4096))
                    time.sleep(1)   # nothing more comes, and nothing ends it
                    self.assertIsNone(process.poll())
                    os.close(reader)
                    self.assertEqual(process.wait(60), wanted)
                finally:
                    process.kill()
                    process.wait()

    def test_unknown_user(self):
        run = subprocess.run([self.program, "-r", CAPTURE, "--rules", RULES, "--user", "no-such-user"],
                             capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((run.returncode, run.stdout), (2, ""))
        self.assertIn('no user "no-such-user"', run.stderr)
        self.assertIn("name another", run.stderr)
        self.assertEqual(len(run.stderr.splitlines()), 1)


class Reload(Case):
    CONFIGURATION = "[capture]\ninterface = lo\n[output]\noutput = file:{0}/events/all.json\n[service]\n" \
                    "user = nobody\nrun-folder = {0}/run\n"

    def reload(self, process):
        run = subprocess.run([self.program, "--reload", str(process.pid), "--run-folder", self.folder / "run"],
                             capture_output=True, text=True, timeout=60, check=False)
        return run.returncode, run.stdout, run.stderr

    def test_reload(self):
        """Accepted, refused with file and line, accepted again; nothing of it ends the daemon."""
        configuration = self.folder / "tlswhyd.conf"
        configuration.write_text(self.CONFIGURATION.format(self.folder))
        with self.running("--config", configuration) as process:
            code, out, errors = self.reload(process)
            self.assertEqual((code, errors), (0, ""))
            self.assertIn("rules", out)
            configuration.write_text(self.CONFIGURATION.format(self.folder) + "colour = red\n")
            code, out, errors = self.reload(process)
            self.assertEqual((code, out), (1, ""))
            self.assertIn(f'{configuration}:8: there is no key "colour"', errors)
            configuration.write_text(self.CONFIGURATION.format(self.folder))
            self.assertEqual(self.reload(process)[0], 0)
            self.expect(process.pid, NET_RAW)
        self.assertEqual((self.folder / "run" / "reload").read_text().split()[:3], [str(process.pid), "3", "accepted"])

    def test_other_process(self):
        """A mistyped number does not end somebody else's program, as SIGHUP would."""
        other = subprocess.Popen(["sleep", "60"])
        try:
            code, out, errors = self.reload(other)
            self.assertEqual((code, out), (1, ""))
            self.assertIn(f"process {other.pid} is sleep, not tlswhyd", errors)
            self.assertIsNone(other.poll())
        finally:
            other.kill()
            self.assertEqual(other.wait(), -signal.SIGKILL)

    def test_no_process(self):
        gone = subprocess.Popen(["true"])
        gone.wait()
        code, out, errors = self.reload(gone)
        self.assertEqual((code, out), (1, ""))
        self.assertIn("No such process", errors)


def main():
    global PROGRAM
    PROGRAM = pathlib.Path(sys.argv.pop(1))
    os.umask(0o022)     # the daemon reads its configuration again as nobody
    can = os.geteuid() == 0 and subprocess.run(["unshare", "--net", "true"], check=False).returncode == 0
    if not can:
        print("skipped: this takes root and network namespaces")
        sys.exit(77)
    unittest.main()


if __name__ == "__main__":
    main()
