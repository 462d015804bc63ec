"""Starts and ends the processes of the laboratory: each one known by its pid, logged, and bounded in time."""
import ipaddress
import os
import signal
import subprocess
import time

from stalls import MACHINE, PATIENCE

LISTEN = "0A"


class Process:
    """A server, a relay or a capture: runs until stop()."""

    def __init__(self, command, log_path, stdin=subprocess.DEVNULL, environment=None):
        self.command = command
        self.log_path = log_path
        with open(log_path, "ab") as log:
            self.popen = subprocess.Popen(command, stdin=stdin, stdout=log, stderr=log, start_new_session=True,
                                          env={**os.environ, **(environment or {})})
        MACHINE.mind(self.pid)

    @property
    def pid(self):
        return self.popen.pid

    def alive(self):
        return self.popen.poll() is None

    def stop(self, how=signal.SIGTERM, patience=3.0):
        """Ends it by its pid: politely, then not. Returns its exit status."""
        if self.popen.stdin:
            self.popen.stdin.close()
        if self.alive():
            self.popen.send_signal(how)
            try:
                self.popen.wait(patience)
            except subprocess.TimeoutExpired:
                self.popen.kill()
        return self.popen.wait()

    def log(self):
        with open(self.log_path, "r", encoding="utf-8", errors="replace") as log:
            return log.read()

    def wait_for_listener(self, address, port, patience=PATIENCE):
        """Waits until something in its namespace listens there, without connecting to it."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if is_listening(self.pid, address, port):
                return True
            if not self.alive():
                return False
            time.sleep(0.02)
        return False


def is_listening(pid, address, port):
    """Whether the network namespace of PID has a listener for ADDRESS (or any address) and PORT."""
    wanted = {f"{_hexadecimal(address)}:{port:04X}", f"00000000:{port:04X}", f"{'0' * 32}:{port:04X}",
              f"0000000000000000FFFF0000{_hexadecimal(address)}:{port:04X}"}
    for table in ("tcp", "tcp6"):
        try:
            with open(f"/proc/{pid}/net/{table}", encoding="ascii") as lines:
                for line in lines:
                    words = line.split()
                    if len(words) > 3 and words[3] == LISTEN and words[1] in wanted:
                        return True
        except OSError:
            return False
    return False


def _hexadecimal(address):
    """As /proc/net/tcp writes it: words of four bytes, each in the machine's order."""
    packed = ipaddress.ip_address(address).packed
    return "".join(packed[at:at + 4][::-1].hex() for at in range(0, len(packed), 4)).upper()


def _communicate(process, data, seconds):
    """The output of PROCESS, which is given DATA; subprocess.TimeoutExpired where it runs longer than SECONDS."""
    begin = time.time()
    left = seconds
    while True:
        try:
            return process.communicate(data, timeout=left)[0]
        except subprocess.TimeoutExpired:
            data = None     # it has been given
            left = begin + seconds + MACHINE.between(begin, time.time(), process.pid) - time.time()
            if left <= 0:
                raise


def run_bounded(command, seconds, text="", hold=0.0, log_path=None, environment=None):
    """Runs a client to its end or for SECONDS; TEXT is typed after HOLD seconds and standard input then closed. None
    of the two counts what the machine took. Returns (exit status or None when it was cut off, output)."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               start_new_session=True, env={**os.environ, **(environment or {})})
    status = None
    try:
        MACHINE.sleep(hold, process.pid)
        output = _communicate(process, text.encode(), seconds)
        status = process.returncode
    except (subprocess.TimeoutExpired, BrokenPipeError):
        process.terminate()
        try:
            output, _ = process.communicate(timeout=2)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
    if log_path:
        with open(log_path, "ab") as log:
            log.write((" ".join(command) + f"\n[exit {status}]\n").encode() + output)
    return status, output.decode("utf-8", "replace")
