"""Makes golden captures out of what `tests/live/servers/run.py --keep FOLDER` kept: `make_servers.py FOLDER [CASE ...]`.

The expectation is written here, out of what the scenario is and what this view of it shows. A case that is there
already is left alone unless it is named.
"""
import json
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "live"))

from servers import views                               # noqa: E402

README = """# {title}
**What broke:** {what}

**Why this verdict:** {why}

Made by `make_servers.py`: scenario `{scenario}` of `tests/live/servers`{view}.
"""
WHOLE, CLIENT, SERVER, VXLAN = "", ", the client's packets only", ", the server's packets only", ", inside VXLAN"


def failed(cause, application, confidence="observed", **more):
    return [{"event": {"outcome": "failure", "code": cause, "dataset": "tlswhy.failure"},
             "network": {"transport": "tcp", "application": application},
             "tlswhy": {"cause": cause, "confidence": confidence}, **more}]


def finished(application):
    return [{"event": {"outcome": "success", "dataset": "tlswhy.handshake"},
             "network": {"application": application}, "tlswhy": {"cause": None}}]


# folder: (scenario, view, expected events, what broke, why)
CASES = {
    "starttls_imap_early": ("imap/good/gnutls", WHOLE, finished("imap"),
        "Nothing: the client sends its first command before it has heard the server's greeting.",
        "A command of IMAP tells the protocol as a greeting does."),
    "starttls_ftp_early": ("ftp/good/gnutls", WHOLE, finished("ftp"),
        "Nothing: the client sends FEAT before it has heard the server's greeting.",
        "A command of FTP tells the protocol as a greeting does."),
    "starttls_imap_hello_closed": ("imap/version/openssl", WHOLE, failed("hello.closed", "imap"),
        "The server takes TLS 1.3 only, the client TLS 1.2 only; Dovecot closes without an alert.",
        "After the ClientHello comes a FIN. What the server said before the upgrade is no answer to the hello, and the "
        "client's alert behind the FIN is a reaction. TLS 1.2 is an ordinary offer, so the version is not to be named."),
    "starttls_postgres_prefer": ("postgres/bare/prefer", WHOLE, failed("protocol.starttls_refused", "postgres"),
        "The server has no TLS. libpq's default sslmode asks for it, is told no, and goes on in plain text.",
        "The upgrade was asked for and refused; that the client does without is a reaction."),
    "starttls_ldap_opportunistic": ("ldap/bare/opportunistic", WHOLE,
        failed("protocol.starttls_refused", "ldap"),
        "The server has no TLS. `ldapsearch -Z` asks for it, is told no, and goes on in plain text.",
        "The upgrade was asked for and refused; that the client does without is a reaction."),
    "protocol_plaintext_client_vsftpd": ("ftp/plain_to_tls/talker", WHOLE, failed("protocol.plaintext_client", None),
        "A plain command to the port for FTP over TLS.",
        "vsftpd answers in plain text that it wants TLS, and resets."),
    "protocol_plaintext_client_xmpp": ("xmpp/plain_to_tls/talker", WHOLE, failed("protocol.plaintext_client", None),
        "A plain stream header to the port for XMPP over TLS.",
        "The server resets without a word on a port where TLS is to be expected."),
    "protocol_plaintext_server_ftp": ("ftp/tls_to_plain/openssl", WHOLE, failed("protocol.plaintext_server", None),
        "A ClientHello to the port where FTP begins in plain text.",
        "The server's first bytes are its greeting. Whether it came before or behind the hello makes no difference, "
        "and 220 alone does not name the application."),
    "tunnel_starttls_smtp_expired": ("smtp/expired/openssl", VXLAN,
        failed("server_cert.expired", "smtp", destination={"port": 25}),
        "The server's certificate has expired.",
        "Inside the tunnel it is STARTTLS and an alert certificate_expired, as without it."),
    "starttls_smtp_client_side": ("smtp/expired/openssl", CLIENT, failed("server_cert.expired", "smtp"),
        "The server's certificate has expired.",
        "The client's packets alone show STARTTLS, the ClientHello, and an alert that names one thing."),
    "starttls_smtp_client_side_unnamed": ("smtp/self_signed/tls12", CLIENT,
        failed("server_cert.rejected", "smtp"),
        "The server's certificate is self-signed.",
        "The client's packets alone show that it refused the certificate, and not why: its alert has several meanings."),
    "starttls_imap_client_side_reaction": ("imap/version/openssl", CLIENT,
        [{"event": {"outcome": "unknown", "dataset": "tlswhy.handshake"}, "tlswhy": {"cause": None}}],
        "The server closes after the ClientHello.",
        "The client's packets alone show an alert decode_error; what it answers was not captured: nobody is blamed."),
}


def write(name, kept):
    scenario, view, events, what, why = CASES[name]
    capture = os.path.join(kept, scenario.replace("/", "_") + ".pcap")
    folder = os.path.join(HERE, name)
    os.makedirs(folder, exist_ok=True)
    out = os.path.join(folder, "capture.pcap")
    if view == VXLAN:
        views.tunnelled(capture, out)
    elif view:
        views.one_sided(capture, out, view == CLIENT)
    else:
        shutil.copyfile(capture, out)
    shutil.copyfile(os.path.join(kept, "trust.pem"), os.path.join(folder, "trust.pem"))
    with open(os.path.join(folder, "README.md"), "w", encoding="utf-8") as file:
        file.write(README.format(title=name.replace("_", " "), what=what, why=why, scenario=scenario, view=view))
    with open(os.path.join(folder, "events.json"), "w", encoding="utf-8") as file:
        json.dump(events, file, indent=2)
        file.write("\n")


def main():
    kept, names = sys.argv[1], set(sys.argv[2:])
    for name in CASES:
        if name in names or not names and not os.path.exists(os.path.join(HERE, name, "capture.pcap")):
            write(name, kept)
            print(name)


if __name__ == "__main__":
    main()
