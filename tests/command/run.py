#!/usr/bin/env python3
"""tlswhyd from outside: bad input gives one clear sentence and a non-zero status, good input the promised output."""

import gzip
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

TEMPLATES = pathlib.Path(__file__).resolve().parents[1] / "bench" / "templates"
PROGRAM = None


def tlswhyd(*arguments, stdin=None, environment=None, prefix=()):
    run = subprocess.run([*prefix, PROGRAM, *map(str, arguments)], input=stdin, capture_output=True, timeout=60,
                         env={**os.environ, **(environment or {})}, check=False)
    return run.returncode, run.stdout.decode(), run.stderr.decode()


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def refused(self, *arguments, says, status=None, **options):
        """One sentence on standard error that holds every word of SAYS, and a non-zero status."""
        code, out, errors = tlswhyd(*arguments, **options)
        self.assertNotEqual(code, 0)
        if status is not None:
            self.assertEqual(code, status)
        self.assertEqual(len(errors.splitlines()), 1, errors)
        self.assertTrue(errors.startswith("tlswhyd: "), errors)
        for word in says:
            self.assertIn(word, errors)
        return out


class BadCaptures(Case):
    def test_missing(self):
        self.refused("-r", self.folder / "nothing.pcap", says=["nothing.pcap", "No such file", "check"])

    def test_folder(self):
        self.refused("-r", self.folder, says=[str(self.folder)])

    def test_empty(self):
        self.refused("-r", self.file("empty", b""), says=["empty", "pcap"])

    def test_other_format(self):
        self.refused("-r", self.file("x.gz", gzip.compress(b"x" * 100)), says=["x.gz", "pcap or pcapng"])

    def test_unknown_link_type(self):
        header = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 105)  # IEEE 802.11
        self.refused("-r", self.file("wlan.pcap", header), says=["link type", "IEEE802_11", "105"])

    def test_broken_off(self):
        whole = (TEMPLATES / "failure_tls12.pcap").read_bytes()
        path = self.file("cut.pcap", whole + struct.pack("<IIII", 1, 1, 1000, 1000) + b"x" * 10)
        out = self.refused("-r", path, says=["cut.pcap", "what came before is diagnosed"], status=1)
        self.assertEqual(len(out.splitlines()), 1)

    def test_unreadable(self):
        path = self.file("secret.pcap", b"x")
        path.chmod(0)
        if os.access(path, os.R_OK):
            prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            self.folder.chmod(0o755)
        else:
            prefix = []
        self.refused("-r", path, says=["secret.pcap", "Permission denied"], prefix=prefix)


class BadOptions(Case):
    def test_each(self):
        for arguments, says in [
            ([], ["-i IFACE", "-r FILE"]),
            (["-i", "lo", "-r", "x"], ["exclude"]),
            (["-r", "x", "y"], ['"y"']),
            (["--nonsense"], ["--nonsense", "--help"]),
            (["-r"], ["-r", "value"]),
            (["-r", "x", "--format", "xml"], ["--format", "json or text", "xml"]),
            (["-r", "x", "--memory", "12"], ["--memory", "4M"]),
            (["-r", "x", "--memory", "-1"], ["--memory"]),
            (["-r", "x", "--memory", "99999999999999999999"], ["--memory"]),
            (["-r", "x", "--snaplen", "1"], ["--snaplen"]),
            (["-r", "x", "--tls-ports", "443,,8443"], ["--tls-ports"]),
            (["-r", "x", "--tls-ports", "70000"], ["--tls-ports"]),
        ]:
            with self.subTest(arguments=arguments):
                self.refused(*arguments, says=says, status=2)

    def test_filter(self):
        self.refused("-r", TEMPLATES / "success_tls12.pcap", "--filter", "nonsense and", says=["filter", "nonsense"])

    def test_interface(self):
        """One that is not there is waited for, and the operator is told at once."""
        if os.geteuid() != 0:
            self.skipTest("only root may watch interfaces")
        process = subprocess.Popen([PROGRAM, "-i", "no-such-if0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            event = json.loads(process.stdout.readline())
        finally:
            process.terminate()
            _, errors = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 0, errors)
        self.assertEqual(event["event"]["code"], "interface_absent")
        self.assertIn("no-such-if0", event["message"])
        self.assertIn("ip link", event["message"])

    def test_permission(self):
        if os.geteuid() != 0:
            self.refused("-i", "lo", says=["lo", "CAP_NET_RAW"])
            return
        copy = self.folder / "tlswhyd"  # the build folder may be closed to others
        shutil.copy(PROGRAM, copy)
        self.folder.chmod(0o755)
        rules = self.folder / "rules"
        shutil.copytree(pathlib.Path(__file__).resolve().parents[2] / "rules", rules)
        command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", str(copy), "-i", "lo", "--rules",
                   str(rules)]
        run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(run.returncode, 1)
        self.assertIn("CAP_NET_RAW", run.stderr)
        self.assertEqual(len(run.stderr.splitlines()), 1)


class Check(Case):
    """--check finds what a start would die of each time, and so does the start, with the status that ends restarts."""

    def test_each(self):
        for arguments, says in [
            (["--filter", "tcp prot 443"], ["filter", "tcp prot 443", "pcap-filter"]),
            (["--filter", "port"], ["filter"]),
            (["--user", "no-such-user"], ["no-such-user"]),
            (["-o", "journal", "-o", "journal:/run/systemd/journal/socket"], ["twice"]),
            (["-o", "file:/x", "-o", "stdout", "-o", "file:/x", "-o", "syslog", "-o", "syslog:/dev/log"], ["syslog", "twice"]),
            (["-i", "eth0,eth1 eth2"], ["eth0,eth1 eth2", "one interface"]),
        ]:
            for source in ["--check"], ["-i", "lo"]:
                with self.subTest(arguments=arguments, source=source):
                    self.refused(*source, *arguments, says=says, status=2)

    def test_taken(self):
        for arguments in [
            ["--filter", "not host no-such-host.invalid"],      # it may be known when the service starts
            ["--filter", "vlan and ether broadcast"],           # on Ethernet only
            ["--filter", "ifindex 1"],                          # on "any" only
            ["--user", "root"],
            ["-o", "file:/x", "-o", "file:/y", "-o", "journal", "-o", "journal:/x"],
            ["-i", "a-very-long-nam"],
        ]:
            with self.subTest(arguments=arguments):
                code, out, errors = tlswhyd("--check", *arguments)
                self.assertEqual((code, errors), (0, ""))
                self.assertIn("are in order", out)


class BadRules(Case):
    RULE = {"id": "x", "name": "n", "description": "d", "cause": "hello.rejected", "confidence": "observed",
            "at_fault": "unknown", "rank": 1, "narrows": True, "when": {"end.kind": "alert"}, "message": "m", "advice": "a",
            "evidence": ["e"]}

    def rules(self, *rules):
        folder = self.folder / "rules"
        folder.mkdir(exist_ok=True)
        content = {"family": "test", "description": "d", "rules": list(rules)}
        (folder / "test.json").write_text(json.dumps(content), encoding="utf-8")
        return folder

    def test_good(self):
        code, out, _ = tlswhyd("--check", "--rules", self.rules(self.RULE))
        self.assertEqual(code, 0)
        self.assertIn("1 rules", out)

    def test_each(self):
        for change, says in [
            ({"when": {"no.such_fact": True}}, ["no.such_fact"]),
            ({"when": {"alert.number": {"around": 3}}}, ["around"]),
            ({"when": {"alert.number": "three"}}, ["alert.number"]),
            ({"cause": "hello.wrong"}, ["hello.wrong"]),
            ({"rank": "high"}, ["rank"]),
            ({"color": "red"}, ["color"]),
            ({"message": "{no.such_fact}"}, ["no.such_fact"]),
            ({"confidence": "sure"}, ["confidence"]),
        ]:
            with self.subTest(change=change):
                folder = self.rules({**self.RULE, **change})
                self.refused("--check", "--rules", folder, says=["test.json", "rule x", *says], status=2)

    def test_duplicate(self):
        self.refused("--check", "--rules", self.rules(self.RULE, self.RULE), says=["test.json", "x"], status=2)

    def test_not_json(self):
        folder = self.rules(self.RULE)
        (folder / "broken.json").write_text('{"family": ', encoding="utf-8")
        self.refused("--check", "--rules", folder, says=["broken.json", "line 1"], status=2)

    def test_none(self):
        self.refused("--check", "--rules", self.folder, says=["no rule", "--rules"], status=2)
        self.refused("--check", "--rules", self.folder / "gone", says=["gone", "--rules"], status=2)


class BadTrust(Case):
    def test_each(self):
        garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        for path, says in [
            (self.folder / "gone.pem", ["gone.pem", "No such file"]),
            (self.file("text.pem", "hello\n"), ["text.pem", "PEM"]),
            (self.file("bad.pem", garbage), ["bad.pem"]),
        ]:
            with self.subTest(path=path):
                self.refused("--check", "--trust", path, says=says, status=1)

    def test_empty_folder(self):
        folder = self.folder / "roots"
        folder.mkdir()
        self.refused("--check", "--trust", folder, says=["roots", ".pem"], status=1)


class Output(Case):
    ROOT = TEMPLATES / "root.pem"

    def events(self, *arguments, **options):
        code, out, errors = tlswhyd("--trust", self.ROOT, *arguments, **options)
        self.assertEqual((code, errors), (0, ""))
        return [json.loads(line) for line in out.splitlines()]

    def test_success_is_silent(self):
        for name in ("success_tls12", "success_tls13"):
            self.assertEqual(self.events("-r", TEMPLATES / f"{name}.pcap"), [])

    def test_all(self):
        for name in ("success_tls12", "success_tls13"):
            events = self.events("--all", "-r", TEMPLATES / f"{name}.pcap")
            self.assertEqual([e["event"]["outcome"] for e in events], ["success"])

    def test_standard_input(self):
        capture = (TEMPLATES / "failure_tls12.pcap").read_bytes()
        events = self.events("-r", "-", stdin=capture)
        self.assertEqual(events, self.events("-r", TEMPLATES / "failure_tls12.pcap"))
        self.assertEqual(len(events), 1)
        self.assertEqual(events[0]["tlswhy"]["alert"]["name"], "unknown_ca")

    def test_filter_leaves_out(self):
        self.assertEqual(self.events("-r", TEMPLATES / "failure_tls12.pcap", "--filter", "port 80"), [])

    def test_text_has_no_colour_in_a_pipe(self):
        code, out, _ = tlswhyd("--format", "text", "-r", TEMPLATES / "failure_tls12.pcap")
        self.assertEqual(code, 0)
        self.assertIn("ClientHello", out)
        self.assertNotIn("\x1b", out)
        self.assertLessEqual(max(map(len, out.splitlines())), 100)

    def test_help_fits_a_screen(self):
        code, out, _ = tlswhyd("--help")
        self.assertEqual(code, 0)
        self.assertLessEqual(len(out.splitlines()), 40)
        self.assertLessEqual(max(map(len, out.splitlines())), 100)

    def test_full_disk(self):
        with open("/dev/full", "wb") as full:
            run = subprocess.run([PROGRAM, "-r", str(TEMPLATES / "failure_tls12.pcap")], stdout=full,
                                 stderr=subprocess.PIPE, timeout=60, check=False)
        self.assertEqual(run.returncode, 1)
        self.assertIn(b"No space left", run.stderr)



def pcapng(capture, secrets):
    """The pcap file CAPTURE as pcapng, with the key log SECRETS in a Decryption Secrets Block before the packets."""
    def block(kind, body):
        body += bytes(-len(body) % 4)
        return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)
    section = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    link = struct.unpack_from("<I", capture, 20)[0]
    made = section + block(1, struct.pack("<HHI", link, 0, 0)) + block(10, struct.pack("<II", 0x544C534B, len(secrets)) +
                                                                      secrets)
    at = 24
    while at < len(capture):
        seconds, micro, length, whole = struct.unpack_from("<IIII", capture, at)
        stamp = seconds * 1_000_000 + micro
        made += block(6, struct.pack("<IIIII", 0, stamp >> 32, stamp & 0xFFFFFFFF, length, whole) +
                      capture[at + 16:at + 16 + length])
        at += 16 + length
    return made


class Secrets(Case):
    GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden" / "keylog_server_cert_expired"

    def setUp(self):
        super().setUp()
        self.keylog = (self.GOLDEN / "keylog.txt").read_bytes()
        self.capture = (self.GOLDEN / "capture.pcap").read_bytes()

    def verdict(self, *arguments, stdin=None):
        code, out, errors = tlswhyd(*arguments, "--all", stdin=stdin)
        self.assertEqual((code, errors), (0, ""))
        secrets = [line.split()[2].decode() for line in self.keylog.splitlines() if not line.startswith(b"#")]
        self.assertTrue(secrets)
        for secret in secrets:
            self.assertNotIn(secret[:16].lower(), out.lower())
        event = json.loads(out.splitlines()[0])["tlswhy"]
        return event["cause"], event["confidence"]

    def test_in_the_capture_itself(self):
        path = self.file("with.pcapng", pcapng(self.capture, self.keylog))
        self.assertEqual(self.verdict("-r", path), ("server_cert.expired", "confirmed"))

    def test_without_secrets_it_is_inferred(self):
        path = self.file("without.pcapng", pcapng(self.capture, b""))
        self.assertEqual(self.verdict("-r", path)[1], "inferred")

    def test_beside_a_key_log(self):
        path = self.file("with.pcapng", pcapng(self.capture, self.keylog))
        other = self.file("other.log", "CLIENT_RANDOM " + "00" * 32 + " " + "11" * 48 + "\n")
        self.assertEqual(self.verdict("-r", path, "--keylog", other), ("server_cert.expired", "confirmed"))

    def test_standard_input_brings_none(self):
        self.assertEqual(self.verdict("-r", "-", stdin=pcapng(self.capture, self.keylog))[1], "inferred")


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
