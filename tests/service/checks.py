"""What an operator may rely on, each a check against the installed service."""
import json
import pathlib
import subprocess
import time
from datetime import datetime

from stalls import MACHINE, PATIENCE, in_time, run_delays, until

HERE = pathlib.Path(__file__).resolve().parent
INTERFACE = "gateway0"
UNIT = "tlswhyd.service"
CAUSE = "hello.version_mismatch"


class Service:
    """The service in its container, with the words of the checks."""

    def __init__(self, box, long):
        self.box, self.long = box, long

    def configure(self, text, restart=True):
        """TEXT becomes the drop-in of these checks."""
        self.box.run("tee", "/etc/tlswhy/tlswhyd.conf.d/check.conf", given=text)
        if restart:
            self.box.run("systemctl", "reset-failed", UNIT, check=False)
            self.box.run("systemctl", "restart", UNIT)

    def property(self, name):
        return self.box.run("systemctl", "show", "-P", name, UNIT).stdout.strip()

    def actors(self):
        """The processes whose work is timed, as the machine counts them: the daemon and the container's systemd."""
        return int(self.box.leader), self.box.pid_outside(int(self.property("MainPID")))

    def told_in_time(self, cursor, code, begin, limit):
        """The event CODE behind CURSOR, told at most LIMIT seconds after BEGIN."""
        event = until(lambda: next((event for event in self.events(cursor) if event["event"]["code"] == code), None),
                      f"the event {code}")
        in_time(f"{code} was told", limit, begin, moment(event), *self.actors())
        return event

    def wire(self):
        """A veth pair: the service watches one end, traffic comes from the other."""
        self.box.shell(f"ip link show {INTERFACE} >/dev/null 2>&1 && exit 0; ip link add {INTERFACE} mtu 9000 type veth "
                       f"peer name far0 mtu 9000 && ip link set {INTERFACE} up && ip link set far0 up")

    def traffic(self, count, rate=500.0, first=0, same_server=False, wait=True):
        """COUNT failing handshakes from the far end."""
        command = ["nsenter", "-t", self.box.leader, "-n", "--", "/usr/bin/python3", str(HERE / "traffic.py"), "far0",
                   str(count), "--rate", str(rate), "--first", str(first)] + ["--same-server"] * same_server
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        if wait and process.wait() != 0:
            raise AssertionError("the traffic cannot be sent")
        return process

    def cursor(self):
        """Where the journal ends now."""
        self.box.run("journalctl", "--sync")
        lines = self.box.shell("journalctl -n 1 --show-cursor -o cat --no-pager").splitlines()
        return lines[-1].removeprefix("-- cursor: ")

    def records(self, cursor):
        """The journal's records of the service behind CURSOR."""
        self.box.run("journalctl", "--sync")
        text = self.box.run("journalctl", "--after-cursor", cursor, "-o", "json", "--all", "--no-pager").stdout
        records = [json.loads(line) for line in text.splitlines()]
        return [record for record in records if record.get("SYSLOG_IDENTIFIER") == "tlswhyd"]

    def events(self, cursor):
        return [json.loads(record["TLSWHY_EVENT"]) for record in self.records(cursor) if "TLSWHY_EVENT" in record]

    def await_failures(self, cursor, count, seconds=PATIENCE):
        """Waits for COUNT failures behind CURSOR, and gives them."""
        def found():
            events = [event for event in self.events(cursor) if event["event"]["dataset"] == "tlswhy.failure"]
            return events if len(events) >= count else None
        return until(found, f"{count} failures in the journal", seconds)


def moment(event):
    """Seconds since the epoch of an event's time."""
    return datetime.fromisoformat(event["@timestamp"].replace("Z", "+00:00")).timestamp()


def gapless(events):
    """Whether the sequence numbers of EVENTS follow each other."""
    numbers = [event["event"]["sequence"] for event in events]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else False


def equal(found, wanted, what):
    if found != wanted:
        raise AssertionError(f"{what}: {found!r}, not {wanted!r}")


def true(found, what):
    if not found:
        raise AssertionError(what)


def install(service):
    """The package installs, and its unit is enabled, started and ready."""
    service.box.run("bash", "-c", "DEBIAN_FRONTEND=noninteractive dpkg -i /shared/tlswhy.deb")
    equal(service.property("ActiveState"), "active", "the unit after the installation")
    equal(service.box.run("systemctl", "is-enabled", UNIT).stdout.strip(), "enabled", "the unit")
    service.wire()
    service.configure(f"[capture]\ninterface = {INTERFACE}\n")
    equal(service.property("ActiveState"), "active", "the unit with a configuration of its own")


def ready_within_a_second(service):
    asked = time.time()
    service.box.run("systemctl", "restart", UNIT)
    systemd, daemon = service.actors()
    stalled = MACHINE.between(asked, time.time(), systemd) + sum(run_delays(daemon).values())
    begin, end = (int(service.property(name)) for name in
                  ("InactiveExitTimestampMonotonic", "ActiveEnterTimestampMonotonic"))
    true(0 < end - begin < (1 + stalled) * 1e6, f"ready {(end - begin) / 1e6:.3f} s after the start, not within 1 s "
         f"(the machine took {stalled:.3f} s)")
    true("watching " + INTERFACE in service.property("StatusText"), "STATUS does not name the interface: "
         + service.property("StatusText"))
    return f"ready after {(end - begin) / 1e6:.3f} s"


def least_privilege(service):
    """No root, one capability, no new privileges, a system call filter."""
    status = service.box.shell(f"cat /proc/{service.property('MainPID')}/status")
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    true(fields["Uid"].split()[0] != "0", "it runs as root")
    for name in ("CapEff", "CapPrm", "CapBnd"):
        equal(int(fields[name], 16), 1 << 13, name + " (CAP_NET_RAW)")
    equal(fields["NoNewPrivs"].strip(), "1", "NoNewPrivs")
    equal(fields["Seccomp"].strip(), "2", "Seccomp")


def real_failure(service):
    """A real client and server that have no version in common, read back in the journal's ways."""
    cursor = service.cursor()
    service.box.shell("""
        mkdir -p /run/check; cd /run/check
        ip netns add far 2>/dev/null && ip link add inside0 type veth peer name outside0 netns far &&
            ip address add 10.9.0.1/24 dev inside0 && ip link set inside0 up &&
            ip -n far address add 10.9.0.2/24 dev outside0 && ip -n far link set outside0 up && ip -n far link set lo up
        [ -e key.pem ] || openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 9 \\
            -subj /CN=service.example 2>/dev/null
    """)
    service.configure("[capture]\ninterface = inside0\n")
    server = service.box.start("ip", "netns", "exec", "far", "openssl", "s_server", "-accept", "4433", "-key",
                               "/run/check/key.pem", "-cert", "/run/check/cert.pem", "-tls1_2", "-quiet")
    try:
        until(lambda: "LISTEN" in service.box.shell("ip netns exec far ss -Hltn sport = 4433"), "the server listens")
        service.box.shell("openssl s_client -connect 10.9.0.2:4433 -servername service.example -tls1_3 </dev/null "
                          ">/dev/null 2>&1; true")
        failure = service.await_failures(cursor, 1)[0]
    finally:
        service.box.shell("kill $(ip netns pids far) 2>/dev/null; true")
        server.wait()
    equal(failure["tlswhy"]["cause"], CAUSE, "the cause")
    equal(failure["tls"]["client"]["server_name"], "service.example", "the server name")
    # no cursor here: journalctl skips one more record where it has to search by fields as well
    found = service.box.run("journalctl", "-o", "json", "--all", f"TLSWHY_CAUSE={CAUSE}", "DESTINATION_IP=10.9.0.2",
                            "TLSWHY_SERVER_NAME=service.example").stdout.splitlines()
    equal(len(found), 1, "records found by their fields")
    record = json.loads(found[0])
    true(len(record["TLSWHY_EVENT"]) <= 4095, "the event is too long for the journal's readers")
    equal(record["MESSAGE"], failure["message"], "MESSAGE")
    equal(record["PRIORITY"], str(failure["event"]["severity"]), "PRIORITY")
    equal(record["_SYSTEMD_UNIT"], UNIT, "the unit of the record")
    explained = service.box.run("journalctl", "-x", "--no-pager", f"TLSWHY_CAUSE={CAUSE}").stdout
    true("Defined-By: tlswhyd" in explained and "service.example" in explained, "journalctl -x explains nothing:\n"
         + explained)
    true(CAUSE in service.box.run("journalctl", "-F", "TLSWHY_CAUSE").stdout, "journalctl -F does not list the cause")
    service.configure(f"[capture]\ninterface = {INTERFACE}\n")


def reload_good_and_broken(service):
    """A reload takes over all or nothing, and says which."""
    rule = json.loads(service.box.shell("cat /usr/share/tlswhy/rules/hello.json"))
    cursor = service.cursor()
    service.traffic(1)
    shipped = service.await_failures(cursor, 1)[0]["rule"]
    mine = next(each for each in rule["rules"] if each["id"] == shipped["id"])
    mine["name"] = "A rule of this site"
    service.box.run("tee", "/etc/tlswhy/rules.d/site.json", given=json.dumps({"family": "site", "description": "Of this site.", "rules": [mine]}))
    service.box.run("systemctl", "reload", UNIT)
    cursor = service.cursor()
    service.traffic(1, first=1)
    equal(service.await_failures(cursor, 1)[0]["rule"]["name"], mine["name"], "the rule after the reload")
    service.box.run("tee", "/etc/tlswhy/rules.d/site.json", given='{"rules": [{"id": "half')
    cursor = service.cursor()
    process = service.traffic(200, rate=200, first=100, wait=False)
    answer = service.box.run("systemctl", "reload", UNIT, check=False)
    true(answer.returncode != 0, "systemctl reload of a broken rule file succeeds")
    equal(process.wait(), 0, "the traffic")
    failures = service.await_failures(cursor, 200)
    equal(len(failures), 200, "failures told around a refused reload")
    equal({failure["rule"]["name"] for failure in failures}, {mine["name"]}, "the rules after a refused reload")
    refused = [event for event in service.events(cursor) if event["event"]["code"] == "reload_failed"]
    true(refused and "site.json" in refused[0]["message"], "nobody says which file is broken")
    true("refused" in service.property("StatusText"), "STATUS says nothing of the refused reload")
    equal(service.property("ActiveState"), "active", "the unit after a refused reload")
    service.box.shell("rm /etc/tlswhy/rules.d/site.json; systemctl reload " + UNIT)


def unknown_key_refused(service):
    """A configuration that makes no sense is refused with file and line, by --check and by the reload."""
    service.configure(f"[capture]\ninterface = {INTERFACE}\nintreface = eth1\n", restart=False)
    answer = service.box.run("tlswhyd", "--config", "/etc/tlswhy/tlswhyd.conf", "--check", check=False)
    true(answer.returncode != 0 and "check.conf:3" in answer.stderr, "--check: " + answer.stderr)
    true(service.box.run("systemctl", "reload", UNIT, check=False).returncode != 0, "the reload takes it")
    service.configure(f"[capture]\ninterface = {INTERFACE}\n")


def killed_comes_back(service):
    before = service.property("MainPID")
    service.box.run("kill", "-KILL", before)
    begin = time.monotonic()
    until(lambda: service.property("ActiveState") == "active" and service.property("MainPID") not in ("0", before),
          "the unit is active again after SIGKILL")
    return f"active again after {time.monotonic() - begin:.1f} s"


def stuck_is_restarted(service):
    """The watchdog ends a process that stands still."""
    service.box.shell(f"mkdir -p /run/systemd/system/{UNIT}.d; printf '[Service]\\nWatchdogSec=2s\\n' "
                      f">/run/systemd/system/{UNIT}.d/check.conf; systemctl daemon-reload; systemctl restart {UNIT}")
    before = service.property("MainPID")
    begin = time.time()
    actors = service.actors()
    time.sleep(5)
    # a machine that stands still may well make the watchdog bark
    if MACHINE.between(begin, time.time(), *actors) < 0.5:
        equal(service.property("MainPID"), before, "the process after five seconds of quiet")
    before = service.property("MainPID")
    service.box.run("kill", "-STOP", before)
    until(lambda: service.property("ActiveState") == "active" and service.property("MainPID") not in ("0", before),
          "the watchdog restarts what stands still")
    service.box.shell(f"rm /run/systemd/system/{UNIT}.d/check.conf; systemctl daemon-reload; systemctl restart {UNIT}")


def journal_stalls(service):
    """journald stands still, and nothing is lost."""
    seconds = 60 if service.long else 8
    count = 500 * seconds
    service.configure(f"[capture]\ninterface = {INTERFACE}\n[output]\nfold-burst = 0\n")
    cursor = service.cursor()
    daemon = service.box.shell("pidof systemd-journald").strip()
    service.box.run("kill", "-STOP", daemon)
    try:
        service.traffic(count)
    finally:
        service.box.run("kill", "-CONT", daemon)
    failures = service.await_failures(cursor, count)
    equal(len(failures), count, "failures in the journal")
    true(gapless(sorted(service.events(cursor), key=lambda event: event["event"]["sequence"])), "the sequence has gaps")
    service.configure(f"[capture]\ninterface = {INTERFACE}\n")
    return f"{count} events in {seconds} s of standstill"


def full_disk(service):
    """A file on a full disk: no torn line, an alert elsewhere, and it goes on when there is space."""
    service.box.shell("mkdir -p /var/log/tlswhy; mount -t tmpfs -o size=128k tmpfs /var/log/tlswhy && "
                      "chown tlswhy:adm /var/log/tlswhy")
    path = "/var/log/tlswhy/events.json"
    try:
        service.configure(f"[capture]\ninterface = {INTERFACE}\n[output]\noutput = journal\noutput = file:{path}\n"
                          "fold-burst = 0\n")
        cursor = service.cursor()
        service.traffic(100)
        until(lambda: [event for event in service.events(cursor) if event["event"]["code"] == "output_failing"],
              "an alert in the journal that the file fails")
        true(service.property("ActiveState") == "active", "a full disk ends the service")
        service.box.run("mount", "-o", "remount,size=8m", "/var/log/tlswhy")
        service.traffic(10, first=200)
        until(lambda: [event for event in service.events(cursor) if event["event"]["code"] == "output_restored"],
              "a word in the journal that the file works again")

        def told():
            text = service.box.run("cat", path).stdout
            events = [json.loads(line) for line in text.splitlines(True) if line.endswith("\n")]
            return {event["source"]["ip"] for event in events if event["event"]["dataset"] == "tlswhy.failure"}
        until(lambda: len(told()) >= 110, "110 failures in the file once there was space")
        equal(len(told()), 110, "failures in the file once there was space")
    finally:
        service.configure(f"[capture]\ninterface = {INTERFACE}\n")
        service.box.shell("umount /var/log/tlswhy")


def rotation(service):
    """The package's logrotate file loses nothing."""
    path = "/var/log/tlswhy/events.json"
    rounds = 100 if service.long else 10
    service.box.shell("install -d -o tlswhy -g adm -m 750 /var/log/tlswhy")
    service.configure(f"[capture]\ninterface = {INTERFACE}\n[output]\noutput = file:{path}\nfold-burst = 0\n")
    process = service.traffic(200 * rounds, rate=400, wait=False)
    service.box.shell("sed -i -e 's/rotate 14/rotate 1000/' -e '/compress/d' /etc/logrotate.d/tlswhy; "
                      f"for i in $(seq {rounds}); do logrotate -f /etc/logrotate.d/tlswhy || exit 1; sleep 0.3; done",
                      timeout=300)
    equal(process.wait(), 0, "the traffic")
    until(lambda: int(service.box.shell(f"cat {path}* | grep -c tlswhy.failure")) >= 200 * rounds,
          "all failures in the files")
    lines = service.box.shell(f"cat {path}*").splitlines()
    numbers = sorted(json.loads(line)["event"]["sequence"] for line in lines)
    equal(numbers, list(range(1, len(numbers) + 1)), "the sequence over all files")
    told = sum(json.loads(line)["event"]["dataset"] == "tlswhy.failure" for line in lines)
    equal(told, 200 * rounds, "failures in all files")
    service.configure(f"[capture]\ninterface = {INTERFACE}\n")
    service.box.shell("rm -rf /var/log/tlswhy/*")
    return f"{told} failures over {rounds} rotations"


def interface_comes_back(service):
    cursor = service.cursor()
    service.box.run("ip", "link", "delete", INTERFACE)
    service.told_in_time(cursor, "interface_lost", time.time(), 1)
    until(lambda: "waiting for" in service.property("StatusText"),
          "STATUS says that the interface is waited for")
    service.wire()
    service.told_in_time(cursor, "interface_back", time.time(), 2)
    cursor = service.cursor()
    service.traffic(3)
    service.await_failures(cursor, 3)


def storm_folds(service):
    """Identical failures become summaries with exact counts."""
    cursor = service.cursor()
    count = 5000
    service.configure(f"[capture]\ninterface = {INTERFACE}\n[output]\nfold-burst = 20\nfold-seconds = 3\n")
    begin = time.monotonic()
    service.traffic(count, rate=1000, same_server=True)
    windows = (time.monotonic() - begin) / 3 + 2

    def counted():
        events = service.events(cursor)
        told = sum(event["event"]["dataset"] == "tlswhy.failure" for event in events)
        folded = [event["tlswhy"]["count"] for event in events if event["event"]["dataset"] == "tlswhy.summary"]
        return told, len(folded), sum(folded)
    until(lambda: counted()[0] + counted()[2] >= count, "all failures told or folded")
    told, summaries, held = counted()
    equal(told + held, count, "failures told and folded")
    true(told + summaries < 21 * windows, f"{told} failures and {summaries} summaries are no fold")
    service.configure(f"[capture]\ninterface = {INTERFACE}\n")
    return f"{count} failures: {told} told, {held} in {summaries} summaries"


def metrics(service):
    service.configure(f"[capture]\ninterface = {INTERFACE}\n", restart=False)
    service.box.run("systemctl", "stop", UNIT)
    service.box.run("systemctl", "start", "tlswhyd.socket")
    service.box.run("systemctl", "start", UNIT)
    cursor = service.cursor()
    service.traffic(7)
    service.await_failures(cursor, 7)
    ask = "exec 3<>/dev/tcp/127.0.0.1/9788; printf 'GET %s HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3"
    text = service.box.run("bash", "-c", ask % "/metrics").stdout
    true(f'tlswhy_failures_total{{cause="{CAUSE}",at_fault="' in text, "/metrics does not count the cause:\n" + text[:800])
    true("200 OK" in service.box.run("bash", "-c", ask % "/healthz").stdout, "/healthz is not well")
    service.box.run("systemctl", "stop", UNIT, "tlswhyd.socket")
    service.box.run("systemctl", "start", UNIT)


def interface_renamed(service):
    """Under another name it is another interface; under its own it is watched again."""
    cursor = service.cursor()
    service.box.shell(f"ip link set {INTERFACE} down; ip link set {INTERFACE} name other0; ip link set other0 up")
    lost = service.told_in_time(cursor, "interface_lost", time.time(), 1)
    true("other0" in lost["message"], "nobody says what it is called now: " + lost["message"])
    service.box.shell(f"ip link set other0 down; ip link set other0 name {INTERFACE}; ip link set {INTERFACE} up")
    service.told_in_time(cursor, "interface_back", time.time(), 2)
    cursor = service.cursor()
    service.traffic(3, first=3000)
    service.await_failures(cursor, 3)


def absent_at_the_start(service):
    """Where no interface is there the start fails in time instead of holding up whoever waits for it, goes on trying, and
    is ready as soon as there is one."""
    service.box.shell(f"mkdir -p /run/systemd/system/{UNIT}.d; printf '[Service]\\nTimeoutStartSec=2s\\n' "
                      f">/run/systemd/system/{UNIT}.d/check.conf; systemctl daemon-reload")
    try:
        service.configure("[capture]\ninterface = late0\n", restart=False)
        answer = service.box.run("systemctl", "restart", UNIT, check=False)
        true(answer.returncode != 0, "systemctl calls a service started that captures nothing")
        until(lambda: service.property("ActiveState") == "activating", "it is tried again")
        service.box.shell("ip link add late0 type veth peer name later0 && ip link set late0 up && ip link set later0 up")
        until(lambda: service.property("ActiveState") == "active", "it is ready once the interface is there")
    finally:
        service.box.shell(f"ip link del late0; rm /run/systemd/system/{UNIT}.d/check.conf; systemctl daemon-reload")
        service.configure(f"[capture]\ninterface = {INTERFACE}\n")


def instance_for_an_interface(service):
    """tlswhyd@NAME watches NAME beside the other one."""
    service.box.run("systemctl", "start", f"tlswhyd@{INTERFACE}.service")
    cursor = service.cursor()
    service.traffic(2, first=1000)

    def both():
        units = {record["_SYSTEMD_UNIT"] for record in service.records(cursor)
                 if record.get("TLSWHY_DATASET") == "tlswhy.failure"}
        return units == {UNIT, f"tlswhyd@{INTERFACE}.service"}
    until(both, "failures of both instances")
    service.box.run("systemctl", "stop", f"tlswhyd@{INTERFACE}.service")


def rsyslog_takes(service, example, path):
    """rsyslog with EXAMPLE of docs/examples writes all events into PATH."""
    text = (HERE.parent.parent / "docs" / "examples" / "rsyslog" / example).read_text()
    # the distribution's own configuration reads local sockets already
    text = text.replace('module(load="imuxsock" SysSock.Use="off")', "")
    service.box.run("tee", "/etc/rsyslog.d/tlswhyd.conf", given=text)
    service.box.run("systemctl", "restart", "rsyslog.service")
    cursor = service.cursor()
    service.traffic(20, first=2000)
    wanted = {event["event"]["id"] for event in service.await_failures(cursor, 20)}

    def shipped():
        lines = service.box.run("cat", path, check=False).stdout.splitlines()
        return wanted <= {json.loads(line)["event"].get("id") for line in lines}
    until(shipped, f"all events in {path}")
    # what an operator copied by hand, and rsyslog wrote, is not the package's to remove
    service.box.run("rm", "/etc/rsyslog.d/tlswhyd.conf", path)
    service.box.run("systemctl", "restart", "rsyslog.service")
    service.box.run("rm", "-f", "/var/spool/rsyslog/imjournal-tlswhyd")


def shipped_by_rsyslog(service):
    """The example for rsyslog turns the journal's records into lines of JSON."""
    rsyslog_takes(service, "tlswhyd.conf", "/var/log/tlswhyd-events.json")


def shipped_by_syslog(service):
    """The example without the journal takes each message apart as RFC 5424 has it."""
    service.configure(f"[capture]\ninterface = {INTERFACE}\n[output]\noutput = journal\n"
                      "output = syslog:/run/tlswhyd-events.sock\n")
    rsyslog_takes(service, "syslog.conf", "/var/log/tlswhyd-syslog.json")
    service.configure(f"[capture]\ninterface = {INTERFACE}\n")


def soak(service):
    """Much traffic leaves memory and descriptors as they were."""
    rounds, count = (120, 10000) if service.long else (3, 3000)
    process = service.property("MainPID")

    def weight():
        resident = int(service.box.shell(f"awk '/^VmRSS/ {{print $2}}' /proc/{process}/status"))
        return resident, len(service.box.shell(f"ls /proc/{process}/fd").split())
    service.traffic(count, rate=1500, same_server=True)
    MACHINE.sleep(1, *service.actors())
    before = weight()
    for number in range(rounds):
        service.traffic(count, rate=1500, first=number * count % 60000, same_server=True)
    MACHINE.sleep(1, *service.actors())
    after = weight()
    equal(service.property("MainPID"), process, "the process")
    equal(after[1], before[1], "open descriptors")
    true(after[0] - before[0] < 2048, f"resident memory grows from {before[0]} to {after[0]} KiB")
    return f"{rounds * count} failures, {before[0]} to {after[0]} KiB, {after[1]} descriptors"


def stop_flushes(service):
    """SIGTERM: what was seen is told, within two seconds."""
    service.configure(f"[capture]\ninterface = {INTERFACE}\n[output]\nfold-burst = 0\n")
    cursor = service.cursor()
    service.traffic(300, rate=3000)
    actors = service.actors()
    begin = time.time()
    service.box.run("systemctl", "stop", UNIT)
    took = in_time("it stops", 2, begin, time.time(), *actors)
    events = service.events(cursor)
    equal(sum(event["event"]["dataset"] == "tlswhy.failure" for event in events), 300, "failures told before the end")
    equal(events[-1]["event"]["code"], "stopped", "the last event")
    service.configure(f"[capture]\ninterface = {INTERFACE}\n")
    return f"stopped after {took:.2f} s"


def upgrade(service):
    """A newer package restarts what runs, instances too, and leaves the operator's files alone."""
    units = (UNIT, f"tlswhyd@{INTERFACE}.service")
    service.box.run("systemctl", "start", units[1])

    def processes():
        return [service.box.run("systemctl", "show", "-P", "MainPID", unit).stdout.strip() for unit in units]
    before = processes()
    service.box.run("bash", "-c", "DEBIAN_FRONTEND=noninteractive dpkg -i /shared/tlswhy.deb", timeout=120)
    for unit, old, new in zip(units, before, processes()):
        true(new not in ("0", old), f"{unit} goes on with the old program: {old}, {new}")
    true(INTERFACE in service.box.shell("cat /etc/tlswhy/tlswhyd.conf.d/check.conf"), "the configuration has changed")
    service.box.run("systemctl", "stop", units[1])


def purge(service):
    """The package goes, with all that was written and switched on for it."""
    service.box.shell("systemctl enable --quiet tlswhyd.socket tlswhyd@spare0.service; echo '{}' >/var/log/tlswhy/events.json.1;"
                      "touch /etc/tlswhy/rules.d/site.json /var/lib/tlswhy/keys.log")
    service.box.run("bash", "-c", "DEBIAN_FRONTEND=noninteractive dpkg --purge tlswhy")
    true(service.box.run("pidof", "tlswhyd", check=False).returncode != 0, "tlswhyd still runs")
    left = service.box.shell("find /etc /usr /lib /var -xdev -name '*tlswhy*' -not -path '/var/log/journal/*'").split()
    equal(left, [], "files that are left")


ALL = [install, ready_within_a_second, least_privilege, real_failure, reload_good_and_broken, unknown_key_refused,
       killed_comes_back, stuck_is_restarted, journal_stalls, full_disk, rotation, interface_comes_back,
       interface_renamed, absent_at_the_start, instance_for_an_interface, storm_folds, shipped_by_rsyslog,
       shipped_by_syslog, soak, metrics, stop_flushes, upgrade, purge]
