"""Makes the golden captures of upgrades and proxies: `python3 tests/golden/make_upgrades.py [CASE ...]`, as root.

Real clients (openssl s_client, curl) talk over the loopback of a network namespace of their own to servers that speak
the documented words of Exim, Dovecot, vsftpd, slapd, PostgreSQL, MariaDB, Prosody, Squid and Dante, and real TLS where
they grant it. The expectation is written here before any output is looked at. A case that is there already is left
alone unless it is named.
"""
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
INSIDE = "TLSWHY_GOLDEN_NAMESPACE"
ADDRESS = "127.0.0.1"
S_CLIENT = ["openssl", "s_client", "-servername", "shop.example", "-verify_return_error", "-tls1_2", "-connect"]
CURL = ["curl", "-sk", "-m", "5", "-o", "/dev/null"]
README = """# {title}
**What broke:** {what}

**Why this verdict:** {why}

Made by `make_upgrades.py`: {client}, against a hand-written server.
"""


def failed(cause, application, at_fault="server", confidence="observed"):
    body = {"cause": cause, "confidence": confidence}
    if at_fault:
        body["at_fault"] = at_fault
    event = {"event": {"outcome": "failure", "code": cause, "dataset": "tlswhy.failure"},
             "network": {"transport": "tcp", "application": application}, "tlswhy": body}
    return [event]


def finished(application):
    return [{"event": {"outcome": "success", "dataset": "tlswhy.handshake"}, "network": {"application": application},
             "tls": {"established": True}, "tlswhy": {"cause": None}}]


class Talk:
    """The server's side of a dialogue: lines and bytes, then TLS."""

    def __init__(self, connection, pki):
        connection.settimeout(3.0)
        self.connection, self.pki, self.left = connection, pki, b""

    def say(self, data):
        self.connection.sendall(data)

    def hear(self, end=b"\n"):
        while end not in self.left:
            part = self.connection.recv(4096)
            if not part:
                raise EOFError
            self.left += part
        heard, _, self.left = self.left.partition(end)
        return heard

    def take(self, count):
        while len(self.left) < count:
            part = self.connection.recv(count - len(self.left))
            if not part:
                raise EOFError
            self.left += part
        taken, self.left = self.left[:count], self.left[count:]
        return taken

    def tls(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(self.pki, "cert.pem"), os.path.join(self.pki, "key.pem"))
        with context.wrap_socket(self.connection, server_side=True) as secure:
            secure.recv(4096)

    def linger(self, answer=b""):
        """Answers each line, until the client is gone."""
        while True:
            self.hear()
            if answer:
                self.say(answer)


def smtp(features, answer, grant=False):
    def serve(talk):
        talk.say(b"220 mail.example ESMTP Exim 4.96\r\n")
        while True:
            line = talk.hear().upper()
            if line.startswith(b"EHLO"):
                talk.say(b"250-mail.example Hello client\r\n" + features + b"250 HELP\r\n")
            elif line.startswith(b"STARTTLS"):
                talk.say(answer)
                if grant:
                    talk.tls()
                    return
            elif line.startswith(b"QUIT"):
                talk.say(b"221 mail.example closing connection\r\n")
                return
            else:
                talk.say(b"250 OK\r\n")
    return serve


def imap(talk):
    talk.say(b"* OK [CAPABILITY IMAP4rev1 LITERAL+ AUTH=PLAIN] Dovecot (Debian) ready.\r\n")
    while True:
        tag, _, command = talk.hear().strip().partition(b" ")
        if command.upper() == b"CAPABILITY":
            talk.say(b"* CAPABILITY IMAP4rev1 LITERAL+ AUTH=PLAIN\r\n" + tag + b" OK done.\r\n")
        else:
            talk.say(tag + b" BAD TLS support isn't enabled.\r\n")


def pop3(talk):
    talk.say(b"+OK Dovecot (Debian) ready.\r\n")
    talk.hear()
    talk.say(b"+OK Begin TLS negotiation now.\r\n")
    talk.tls()


def ftp(talk):
    talk.say(b"220 (vsFTPd 3.0.3)\r\n")
    talk.linger(b"530 Please login with USER and PASS.\r\n")


def ldap(talk):
    talk.take(31)
    words = b"unsupported extended operation"
    talk.say(bytes([0x30, 42, 2, 1, 1, 0x78, 37, 0x0a, 1, 2, 4, 0, 4, 30]) + words)
    talk.linger()


def postgres(talk):
    talk.take(8)
    talk.say(b"N")
    talk.linger()


def mysql(talk):
    body = (b"\x0a5.5.5-10.11.6-MariaDB\0" + b"\x07\0\0\0" + b"scramble\0" + b"\xfe\xf7\x2d\x02\x00\xbf\x81\x15"
            + bytes(10) + b"more scramble\0mysql_native_password\0")
    talk.say(bytes([len(body), 0, 0, 0]) + body)
    talk.linger()


def xmpp(talk):
    talk.hear(b"version='1.0'>")
    talk.say(b"<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams' from='shop.example' "
             b"xmlns='jabber:client' version='1.0'><stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'>"
             b"<required/></starttls></stream:features>")
    talk.hear(b"/>")
    talk.say(b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    talk.tls()


def connect(talk):
    talk.hear(b"\r\n\r\n")
    talk.say(b"HTTP/1.1 403 Forbidden\r\nServer: squid\r\nContent-Length: 12\r\nConnection: close\r\n\r\nnot allowed\n")


def socks5(talk):
    talk.take(talk.take(2)[1])
    talk.say(b"\5\0")
    talk.take(talk.take(5)[4] + 2)
    talk.say(b"\5\2\0\1\0\0\0\0\0\0")


def proxy_header(talk):
    header = b"PROXY TCP4 192.0.2.1 192.0.2.2 51234 443\r\n"
    if talk.take(len(header)) == header:
        talk.tls()


def send_proxy_header(port):
    """A header of the PROXY protocol and the ClientHello in one segment."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    session = context.wrap_bio(incoming, outgoing, server_hostname="shop.example")
    waiting = b"PROXY TCP4 192.0.2.1 192.0.2.2 51234 443\r\n"
    with socket.create_connection((ADDRESS, port)) as connection:
        while True:
            try:
                session.do_handshake()
                break
            except ssl.SSLWantReadError:
                connection.sendall(waiting + outgoing.read())
                incoming.write(connection.recv(16384))
            waiting = b""
        session.write(b"ping")
        connection.sendall(outgoing.read())
        time.sleep(0.2)


def plain_mail(port):
    import smtplib
    with smtplib.SMTP(ADDRESS, port) as session:
        session.ehlo("client")
        session.docmd("MAIL FROM:<a@client>")


def starttls(name):
    return lambda port: S_CLIENT + [f"{ADDRESS}:{port}", "-starttls", name]


WITH, WITHOUT = b"250-STARTTLS\r\n", b"250-PIPELINING\r\n"
REFUSED, PROXY = "protocol.starttls_refused", "protocol.proxy_refused"
# folder: (port, server, client, expected events, what broke, why)
CASES = {
    "starttls_smtp_granted": (25, smtp(WITH, b"220 TLS go ahead\r\n", True),
        lambda port: [word for word in starttls("smtp")(port) if word != "-verify_return_error"], finished("smtp"),
        "Nothing: the upgrade is granted, and the handshake behind it completes.",
        "Both Finished go out behind the upgrade."),
    "starttls_smtp_refused": (25, smtp(WITH, b"454 TLS currently unavailable\r\n"), starttls("smtp"),
        failed(REFUSED, "smtp"), "The server offers STARTTLS and then refuses it.",
        "The answer is 454. The client sends its ClientHello all the same and gets more plain text: a reaction."),
    "starttls_smtp_not_offered": (25, smtp(WITHOUT, b"503 no\r\n"),
        lambda port: CURL + ["--ssl-reqd", "--mail-from", "a@client", f"smtp://{ADDRESS}:{port}"],
        failed(REFUSED, "smtp", confidence="inferred"), 
        "The server does not offer STARTTLS, which the client requires.",
        "The reply to EHLO lacks STARTTLS, and the client, having read it, leaves."),
    "starttls_imap_refused": (143, imap, starttls("imap"), failed(REFUSED, "imap"),
        "The server has no TLS.", "The tagged answer to STARTTLS is BAD."),
    "starttls_pop3_self_signed": (110, pop3, starttls("pop3"), failed("server_cert.self_signed", "pop3", None),
        "The server's certificate, shown after STLS, is self-signed.",
        "The TLS inside is judged as any other: the chain can be read."),
    "starttls_ftp_refused": (21, ftp, lambda port: CURL + ["--ssl-reqd", f"ftp://{ADDRESS}:{port}/"],
        failed(REFUSED, "ftp"), "The server has no TLS.", "AUTH SSL and AUTH TLS are both answered by 530."),
    "starttls_ldap_refused": (389, ldap, starttls("ldap"), failed(REFUSED, "ldap"),
        "The server knows no StartTLS.", "The ExtendedResponse has resultCode 2."),
    "starttls_postgres_refused": (5432, postgres, starttls("postgres"), failed(REFUSED, "postgres"),
        "The server has no TLS.", "The SSLRequest is answered by N."),
    "starttls_mysql_not_offered": (3306, mysql, starttls("mysql"), failed(REFUSED, "mysql", confidence="inferred"),
        "The server has no TLS, which the client requires.",
        "The greeting lacks CLIENT_SSL, and the client reads it and leaves without a byte."),
    "starttls_xmpp_granted": (5222, xmpp,
        lambda port: [word for word in starttls("xmpp")(port) if word != "-verify_return_error"], finished("xmpp"),
        "Nothing: the upgrade is granted, and the handshake behind it completes.",
        "Both Finished go out behind the upgrade."),
    "proxy_connect_refused": (3128, connect,
        lambda port: CURL + ["-x", f"http://{ADDRESS}:{port}", "https://shop.example/"],
        failed(PROXY, "http", "unknown"), "The proxy does not allow the tunnel.", "CONNECT is answered by 403."),
    "proxy_socks5_refused": (1080, socks5,
        lambda port: CURL + ["--socks5-hostname", f"{ADDRESS}:{port}", "https://shop.example/"],
        failed(PROXY, "socks", "unknown"), "The proxy does not allow the tunnel.",
        "The request is answered by 2: connection not allowed by ruleset."),
    "success_proxy_header": (443, proxy_header, send_proxy_header, finished(None),
        "Nothing: a header of the PROXY protocol shares a segment with the ClientHello, and the server expects it.",
        "Both Finished go out behind the header."),
    "silent_plain_mail": (25, smtp(WITH, b"454 no\r\n"), plain_mail, [],
        "Nothing: a client delivers mail in plain text.", "It never asked for TLS."),
}


def serve(listener, server, pki):
    connection, _ = listener.accept()
    with connection:
        try:
            server(Talk(connection, pki))
        except (OSError, EOFError):
            pass


def act(client, port):
    """Runs the client: a command, or a function of its own. Returns what it is called."""
    command = client(port)
    if command is None:
        return "a Python client"
    subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False)
    return command[0] + (" s_client" if command[0] == "openssl" else "")


def make(folder, pki):
    port, server, client, events, what, why = CASES[folder]
    target = os.path.join(HERE, folder)
    os.makedirs(target, exist_ok=True)
    with socket.create_server((ADDRESS, port)) as listener:
        tcpdump = subprocess.Popen(["tcpdump", "-i", "lo", "--immediate-mode", "-s", "65535", "-U", "-w",
                                    os.path.join(target, "capture.pcap"), f"tcp port {port}"],
                                   stderr=subprocess.PIPE, text=True)
        tcpdump.stderr.readline()
        thread = threading.Thread(target=serve, args=(listener, server, pki), daemon=True)
        thread.start()
        name = act(client, port)
        thread.join(5)
        time.sleep(0.6)
        tcpdump.terminate()
        tcpdump.wait()
    trust = "other.pem" if events and events[0]["event"].get("code") == "server_cert.self_signed" else "cert.pem"
    shutil.copyfile(os.path.join(pki, trust), os.path.join(target, "trust.pem"))
    with open(os.path.join(target, "README.md"), "w", encoding="utf-8") as file:
        file.write(README.format(title=folder.replace("_", " "), what=what, why=why, client=name))
    with open(os.path.join(target, "events.json"), "w", encoding="utf-8") as file:
        json.dump(events, file, indent=2)
        file.write("\n")


def make_certificates(pki):
    for name, subject in (("cert", "shop.example"), ("other", "Some Other Root")):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-subj",
                        f"/CN={subject}", "-addext", f"subjectAltName=DNS:{subject.replace(' ', '-')}", "-keyout",
                        os.path.join(pki, "key.pem" if name == "cert" else "other.key"), "-out",
                        os.path.join(pki, f"{name}.pem")], capture_output=True, check=True)


def main():
    if INSIDE not in os.environ:
        os.execvpe("unshare", ["unshare", "-n", sys.executable, *sys.argv], dict(os.environ, **{INSIDE: "yes"}))
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    unknown = set(sys.argv[1:]) - set(CASES)
    if unknown:
        raise SystemExit(f"no such case: {', '.join(sorted(unknown))}")
    absent = [folder for folder in CASES if not os.path.exists(os.path.join(HERE, folder, "capture.pcap"))]
    with tempfile.TemporaryDirectory() as pki:
        make_certificates(pki)
        for folder in sys.argv[1:] or absent:
            make(folder, pki)
            print(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
