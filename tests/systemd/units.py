#!/usr/bin/env python3
"""The shipped units are understood by systemd, shut in as promised, and call the program by options that it has."""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

OPTIONS = None
SERVICES = ("tlswhyd.service", "tlswhyd@.service")
UNITS = (*SERVICES, "tlswhyd.socket")
EXPOSURE = 12  # tenths; systemd-analyze passes what is not above it


def run(*command):
    done = subprocess.run([*map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60,
                          check=False)
    return done.returncode, done.stdout


def settings(text):
    """The settings of a unit, in order."""
    return [line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#")]


def group_calls(group):
    """The system calls of a group such as "@system-service", those of the groups in it too."""
    code, said = run("systemd-analyze", "syscall-filter", "--no-pager", group)
    if code != 0:
        raise AssertionError(said)
    words = [line.strip() for line in said.splitlines() if line.startswith("    ") and "#" not in line]
    return set().union(*(group_calls(word) if word.startswith("@") else {word} for word in words))


def filter_calls(unit):
    """What the settings SystemCallFilter= of a unit allow, one after the other."""
    calls = set()
    for value in (value for key, value in unit if key == "SystemCallFilter"):
        for word in value.lstrip("~").split():
            named = group_calls(word) if word.startswith("@") else {word}
            calls = calls - named if value.startswith("~") else calls | named
    return calls


class Units(unittest.TestCase):
    def setUp(self):
        """The units as installed, but that their program is the one of this build."""
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        for unit in UNITS:
            text = re.sub(r"(?m)^(Exec\w+=)\S+", rf"\g<1>{OPTIONS.daemon}", (OPTIONS.units / unit).read_text())
            (self.folder / unit).write_text(text)

    def text(self, unit):
        return (OPTIONS.units / unit).read_text()

    def test_exposure(self):
        for unit in SERVICES:
            with self.subTest(unit=unit):
                code, said = run("systemd-analyze", "security", "--offline=true", "--no-pager",
                                 f"--threshold={EXPOSURE}", self.folder / unit)
                self.assertEqual(code, 0, said)
                self.assertIn("Overall exposure level", said)

    def test_exposure_is_measured(self):
        """The gate can close: without the system call filter the exposure is above the threshold."""
        kept = re.sub(r"(?m)^SystemCallFilter=.*\n", "", self.text(SERVICES[0]))
        (self.folder / SERVICES[0]).write_text(kept)
        code, said = run("systemd-analyze", "security", "--offline=true", "--no-pager", f"--threshold={EXPOSURE}",
                         self.folder / SERVICES[0])
        self.assertNotEqual(code, 0, said)

    def test_understood(self):
        (self.folder / "tlswhyd@eth0.service").write_text((self.folder / "tlswhyd@.service").read_text())
        for unit in ("tlswhyd.service", "tlswhyd@eth0.service", "tlswhyd.socket"):
            with self.subTest(unit=unit):
                code, said = run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", self.folder / unit)
                self.assertEqual((code, said), (0, ""))

    def test_mistakes_are_seen(self):
        """The check above can fail: a setting that systemd does not know is told."""
        path = self.folder / SERVICES[0]
        path.write_text(path.read_text().replace("ProtectHome=", "ProtectHouse="))
        _, said = run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", path)
        self.assertIn("ProtectHouse", said)

    def test_commands(self):
        """Each command line of a unit is one that the program takes, tried with --check and the shipped file."""
        for unit in SERVICES:
            commands = {key: value.split()[1:] for key, value in settings(self.text(unit)) if key.startswith("Exec")}
            with self.subTest(unit=unit):
                self.assertEqual(commands["ExecReload"], ["--reload", "$MAINPID"])
                start = commands["ExecStart"]
                self.assertEqual(start[0], "--config")
                self.assertTrue(start[1].endswith("/tlswhy/tlswhyd.conf"), start)
                start = [OPTIONS.sources / "tlswhyd.conf" if word == start[1] else word.replace("%i", "eth0")
                         for word in start]
                code, said = run(OPTIONS.daemon, *start, "--check")
                self.assertEqual(code, 0, said)

    def test_sandbox_fits(self):
        """The units let through every system call that the sandbox of tlswhyd leaves it, and seccomp(2)."""
        source = (OPTIONS.sources.parent / "daemon" / "privileges" / "sandbox.c").read_text()
        needed = set(re.findall(r"SCMP_SYS\((\w+)\), (?:ALWAYS|LIVE)", source)) | {"seccomp"}
        self.assertGreater(len(needed), 80)
        for unit in SERVICES:
            with self.subTest(unit=unit):
                self.assertEqual(needed - filter_calls(settings(self.text(unit))), set())

    def test_twins(self):
        """The instances are shut in like the one service: they differ in the interface alone."""
        one, many = (settings(self.text(unit)) for unit in SERVICES)
        differ = {key for key, value in many if [key, value] not in one}
        self.assertEqual(differ, {"Description", "ExecStart", "RuntimeDirectory"})
        self.assertEqual([key for key, _ in one], [key for key, _ in many])

    def test_folders(self):
        """The folders that the configuration names are those that the unit may use."""
        unit = dict(settings(self.text(SERVICES[0])))
        folders = [unit[name] for name in ("LogsDirectory", "StateDirectory", "ConfigurationDirectory")]
        self.assertEqual(folders, ["tlswhy"] * 3)
        configuration = (OPTIONS.sources / "tlswhyd.conf").read_text()
        for path in re.findall(r"/(?:var|etc|run)/[\w./-]+", configuration):
            self.assertRegex(path, r"^/var/log/tlswhy/|^/var/lib/tlswhy/|^/etc/tlswhy/|^/etc/ssl/|^/run/tlswhy$")
        self.assertIn(f"u {unit['User']} ", (OPTIONS.sources / "sysusers.conf").read_text())


def main():
    global OPTIONS
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("units", "sources", "daemon"):
        parser.add_argument(f"--{name}", type=lambda path: pathlib.Path(path).resolve(), required=True)
    OPTIONS, rest = parser.parse_known_args()
    if shutil.which("systemd-analyze") is None:
        print("skipped: there is no systemd-analyze (package systemd)")
        sys.exit(77)
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
