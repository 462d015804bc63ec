"""A booted Debian container: made once, started from a pristine copy, driven from outside with nsenter."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

from stalls import MACHINE, PATIENCE

# What the checks use.
TOOLS = ["systemd", "systemd-sysv", "dbus", "procps", "iproute2", "openssl", "ca-certificates", "logrotate", "rsyslog"]


class Unavailable(Exception):
    """Why a container cannot be run here."""


def needs():
    """Raises Unavailable where something is missing that only the machine can give."""
    if os.geteuid() != 0:
        raise Unavailable("only root can boot a container")
    for tool in ("mmdebstrap", "systemd-nspawn", "nsenter"):
        if shutil.which(tool) is None:
            raise Unavailable(f"{tool} is not installed")


def mirror():
    """The package mirror that this system itself uses."""
    answer = subprocess.run(["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages"],
                            capture_output=True, text=True, check=False)
    sites = answer.stdout.split()
    if not sites:
        raise Unavailable("the system names no package mirror")
    return sites[0]


def dependencies(package):
    """What PACKAGE, a .deb, depends on, without versions; it is itself installed while the container runs."""
    fields = subprocess.run(["dpkg-deb", "--field", str(package), "Pre-Depends", "Depends"], capture_output=True, text=True,
                            check=True).stdout
    words = [line.split(":", 1)[1] for line in fields.splitlines() if ":" in line]
    return sorted({choice.split("|")[0].split("(")[0].strip() for word in words for choice in word.split(",")})


def make_root(folder, package):
    """A Debian 12 in FOLDER with all that PACKAGE needs, unless one is there already."""
    done = folder.with_suffix(".done")
    packages = TOOLS + dependencies(package)
    words = " ".join(packages)
    if done.exists() and done.read_text() == words:
        return
    shutil.rmtree(folder, ignore_errors=True)
    command = ["mmdebstrap", "--quiet", "--variant=apt", "--include=" + ",".join(packages), "bookworm", str(folder),
               mirror()]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if answer.returncode != 0:
        raise Unavailable("a Debian cannot be put together: " + (answer.stderr.strip().splitlines() or ["?"])[-1])
    done.write_text(words)


class Container:
    """One boot of ROOT, which stays as it is. Use it with `with`."""

    def __init__(self, root, package):
        self.root, self.package = root, package
        self.process = self.leader = None
        self.shared = pathlib.Path(tempfile.mkdtemp(prefix="tlswhy-service-"))

    def __enter__(self):
        shutil.copy(self.package, self.shared / "tlswhy.deb")
        command = ["systemd-nspawn", "--quiet", "-D", str(self.root), f"--machine=tlswhy{os.getpid()}", "--register=no",
                   "--keep-unit", "--private-network", "--volatile=overlay", f"--bind={self.shared}:/shared",
                   "--console=read-only", "--boot"]
        environment = dict(os.environ, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY="1")
        with open(self.shared / "boot.log", "wb") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        try:
            self.await_boot()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_):
        if self.leader is not None and self.process.poll() is None:
            self.run("systemctl", "poweroff", "--force", check=False)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.shared, ignore_errors=True)

    def await_boot(self):
        end = time.monotonic() + 2 * PATIENCE
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise Unavailable("the container does not boot: " + self.boot_log())
            if self.leader is None:
                found = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True,
                                       check=False).stdout.split()
                self.leader = found[0] if found else None
                if found:
                    MACHINE.mind(int(self.leader))
            elif self.run("systemctl", "is-system-running", check=False).stdout.strip() in ("running", "degraded"):
                return
            time.sleep(0.1)
        raise Unavailable("the container does not come up: " + self.boot_log())

    def boot_log(self):
        lines = (self.shared / "boot.log").read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    def enter(self, command):
        """COMMAND, to be run inside."""
        return ["nsenter", "-t", self.leader, "-a", "--"] + [str(word) for word in command]

    def pid_outside(self, inside):
        """The number by which the machine knows a process of the container; its run delay counts from now on."""
        for status in pathlib.Path("/proc").glob("[0-9]*/status"):
            try:
                numbers = next(line for line in status.read_text().splitlines() if line.startswith("NSpid:")).split()[1:]
            except (OSError, StopIteration):
                continue
            if len(numbers) > 1 and int(numbers[-1]) == inside and self.is_ours(status.parent):
                MACHINE.mind(int(numbers[0]))
                return int(numbers[0])
        raise AssertionError(f"the container has no process {inside}")

    def is_ours(self, process):
        """Whether PROCESS, a folder of /proc, is in the container."""
        try:
            return os.readlink(process / "ns" / "pid") == os.readlink(f"/proc/{self.leader}/ns/pid")
        except OSError:
            return False

    def run(self, *command, check=True, timeout=PATIENCE, given=None):
        """Runs COMMAND inside; its output is text."""
        answer = subprocess.run(self.enter(command), capture_output=True, text=True, errors="replace", check=False,
                                timeout=timeout, input=given)
        if check and answer.returncode != 0:
            raise AssertionError(f"{' '.join(map(str, command))}: status {answer.returncode}: "
                                 f"{(answer.stderr or answer.stdout).strip()}")
        return answer

    def shell(self, script, check=True, timeout=PATIENCE):
        """Runs a script of the shell inside, and gives what it printed."""
        return self.run("bash", "-c", script, check=check, timeout=timeout).stdout

    def start(self, *command):
        """Starts COMMAND inside and gives the process; whoever starts it ends it."""
        return subprocess.Popen(self.enter(command), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)
