"""What ./demo shows: OpenSSL clients and servers fail, and some succeed, while `tlswhyd -i --format text` watches."""
import os
import signal
import subprocess
import sys
import tempfile
import time

if __package__ in (None, ""):
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    __package__ = "lab"

from lab.certificates import Certificates                            # noqa: E402
from lab.clients import Client                                       # noqa: E402
from lab.laboratory import Laboratory                                # noqa: E402
from lab.namespaces import Namespaces, Unavailable                   # noqa: E402
from lab.scenario import Relay, Scenario, only                       # noqa: E402
from lab.servers import Server                                       # noqa: E402

START_SECONDS = 1.0
PAUSE_SECONDS = 0.4
RESET_SECONDS = 3.0         # a RST is reported once it is clear that its side fell silent


def act(what, server=None, client=None, **keys):
    return Scenario(name=what, why=what, server=server or Server(), client=client or Client(), **keys)


def bad(identity):
    return Server(identity=identity, **only("1.2"))


ACTS = (
    act("a good handshake, TLS 1.3: silence"),
    act("the server's certificate has expired", bad("expired")),
    act("the server forgot its intermediate certificate", bad("missing_intermediate")),
    act("the server's certificate is self-signed", bad("self_signed")),
    act("the certificate is for another name", bad("wrong_name")),
    act("a good handshake, TLS 1.2: silence", client=Client(**only("1.2"))),
    act("the client speaks TLS 1.1 only", client=Client(**only("1.1"))),
    act("the client offers ECDSA suites only, the server has an RSA certificate",
        client=Client(ciphers="ECDHE-ECDSA-AES128-GCM-SHA256", **only("1.2"))),
    act("the client asks for a protocol the server does not speak", Server(alpn="h2"), Client(alpn="smb")),
    act("the client asks for a name that is not served", Server(name="shop.example"), Client(name="nosuch.example")),
    act("the server wants a client certificate, the client has none",
        Server(client_auth="require", **only("1.2"))),
    act("the client's certificate has expired", Server(client_auth="require", **only("1.2")),
        Client(identity="client_expired")),
    act("a good handshake with a client certificate: silence", Server(client_auth="require"),
        Client(identity="client_good")),
    act("the server's Diffie-Hellman group is too small", Server(dh_bits=1024, ciphers="DHE", **only("1.2"))),
    act("a bit of the client's Finished changes on its way", Server(**only("1.2")),
        relay=Relay("client", "client:22:3:flip")),
    act("the server resets the connection on the ClientHello", Server(stack="raw", mode="reset")),
    act("the server accepts the connection and never answers", Server(stack="raw", mode="silent"), Client(seconds=4.0)),
    act("an expired certificate again, hidden by TLS 1.3", Server(identity="expired", **only("1.3"))),
    act("a plain HTTP server listens on the TLS port", Server(stack="raw", mode="http")),
)


def watch(daemon, rules, namespaces, certificates):
    """Starts tlswhyd on the server's end of the veth pair; it prints to our own standard output."""
    command = namespaces.enter(namespaces.server) + [
        daemon, "-i", namespaces.server_interface, "--format", "text", "--trust", certificates.trust, "--rules", rules]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL)


def await_carrier(namespaces):
    """The kernel tells up to a second late that both ends are up; the account should not begin with a link down."""
    command = ["ip", "-n", namespaces.server, "link", "show", namespaces.server_interface]
    for _ in range(100):
        if "state UP" in subprocess.run(command, capture_output=True, text=True, check=False).stdout:
            return
        time.sleep(0.02)


def show(daemon, rules, folder):
    certificates = Certificates(os.path.join(folder, "pki")).make()
    with Namespaces() as namespaces:
        await_carrier(namespaces)
        watcher = watch(daemon, rules, namespaces, certificates)
        try:
            time.sleep(START_SECONDS)
            laboratory = Laboratory(namespaces, certificates, os.path.join(folder, "runs"), folder)
            for index, scenario in enumerate(ACTS):
                print(f"\n[{index + 1}/{len(ACTS)}] {scenario.why}", flush=True)
                result = laboratory.run(index, scenario)
                if result.trouble:
                    print("    this did not take place:", result.trouble)
                time.sleep(RESET_SECONDS if scenario.server.mode == "reset" else PAUSE_SECONDS)
                if watcher.poll() is not None:
                    print("tlswhyd ended with", watcher.returncode)
                    return 1
        finally:
            watcher.send_signal(signal.SIGTERM)
            try:
                watcher.wait(5)
            except subprocess.TimeoutExpired:
                watcher.kill()
                watcher.wait()
    return 0


def main():
    daemon, rules = sys.argv[1:3]
    try:
        with tempfile.TemporaryDirectory(prefix="tlswhy-demo-") as folder:
            return show(os.path.abspath(daemon), os.path.abspath(rules), folder)
    except Unavailable as error:
        print("the demonstration needs network namespaces, which cannot be made here:", error, file=sys.stderr)
        return 77
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
