"""Plain text before TLS, or in its place: upgrades seen from one side, masked, unknown, and pages that are forged."""
from case import INFERRED, OBSERVED, Case
from hosts import BOX_TTL, CLIENT, SERVER, greeted, handshake
from talk import TLS12
from wire import Flow, numbered

MAIL, DATABASE, PROXY = (numbered(SERVER, port=port) for port in (25, 5432, 3128))
REFUSED, PLAIN = "protocol.starttls_refused", "protocol.plaintext_server"
GREETING, EHLO = b"220 mail.example ESMTP\r\n", b"EHLO client.example\r\n"
FEATURES = b"250-mail.example\r\n250-STARTTLS\r\n250 HELP\r\n"
SSL_REQUEST = b"\0\0\0\x08\x04\xd2\x16\x2f"


def spoken(flow, ms, *lines):
    """(is the client's, text) in turn, ten milliseconds apart. Returns when the next one would come."""
    for client, text in lines:
        flow.say(flow.c if client else flow.s, ms, text)
        ms += 10
    return ms


def begun(capture, server, hidden=False):
    """A connection that was opened; HIDDEN: the client's packets take another way."""
    flow = Flow(capture, CLIENT, server)
    if hidden:
        flow.syn_ack(20)
    else:
        flow.open(0)
    return flow


def heard(flow, ms, *lines):
    """The same as spoken(), of which the tap sees what the server says."""
    for client, text in lines:
        if client:
            flow.send(flow.c, ms, data=text, lost=True)
            flow.s.heard += len(text)
        else:
            flow.say(flow.s, ms, text)
        ms += 10
    return ms


def mail_heard(capture):
    flow = begun(capture, MAIL, hidden=True)
    ms = heard(flow, 30, (False, GREETING), (True, EHLO), (False, FEATURES), (True, b"STARTTLS\r\n"),
               (False, b"454 4.7.0 TLS not available due to local problem\r\n"), (True, b"QUIT\r\n"),
               (False, b"221 2.0.0 Bye\r\n"))
    flow.close(flow.s, ms)


def mail_login_heard(capture):
    """454 answers a login too."""
    flow = begun(capture, MAIL, hidden=True)
    ms = heard(flow, 30, (False, GREETING), (True, EHLO), (False, FEATURES), (True, b"AUTH PLAIN AGEAYg==\r\n"),
               (False, b"454 4.7.0 Temporary authentication failure\r\n"), (True, b"QUIT\r\n"),
               (False, b"221 2.0.0 Bye\r\n"))
    flow.close(flow.s, ms)


def database_heard(capture):
    flow = begun(capture, DATABASE, hidden=True)
    ms = heard(flow, 30, (True, SSL_REQUEST), (False, b"N"))
    flow.close(flow.s, ms)


def command_masked(capture):
    flow = begun(capture, MAIL)
    ms = spoken(flow, 30, (False, GREETING), (True, EHLO), (False, FEATURES), (True, b"XXXXXXXX\r\n"),
                (False, b"500 5.5.1 Command unrecognized\r\n"), (True, b"QUIT\r\n"), (False, b"221 2.0.0 Bye\r\n"))
    flow.close(flow.s, ms)
    flow.close(flow.c, ms + 10)


def taken_back(capture):
    flow = begun(capture, MAIL)
    ms = spoken(flow, 30, (False, GREETING), (True, EHLO), (False, FEATURES), (True, b"STARTTLS\r\n"),
                (False, b"220 2.0.0 Ready\r\n"))
    flow.close(flow.s, ms)
    flow.close(flow.c, ms + 10)


def unknown_upgrade(capture):
    """The server greets in a language that nobody knows, and TLS follows all the same."""
    flow = begun(capture, numbered(SERVER, port=7000))
    ms = spoken(flow, 30, (False, b"%%SECURE? begin when ready\n"))
    handshake(flow, ms)


def upgrade_in_tunnel(capture):
    flow = begun(capture, PROXY)
    ms = spoken(flow, 30, (True, b"CONNECT mail.example:587 HTTP/1.1\r\n\r\n"), (False, b"HTTP/1.1 200 OK\r\n\r\n"),
                (False, GREETING), (True, EHLO), (False, FEATURES), (True, b"STARTTLS\r\n"),
                (False, b"454 4.7.0 TLS not available\r\n"), (True, b"QUIT\r\n"))
    flow.close(flow.c, ms)
    flow.close(flow.s, ms + 10)


def block_page(capture):
    """The page comes before the server can answer, with the box's TTL; the server's own ACK and answer follow."""
    flow = greeted(capture)
    page = b"HTTP/1.1 302 Found\r\nLocation: http://blocked.example/\r\nConnection: close\r\n\r\n"
    flow.forge(flow.s, 26, flags=0x18, ttl=BOX_TTL, data=page, window=229)
    flow.forge(flow.s, 26.1, flags=0x11, ttl=BOX_TTL, at=len(page), window=229)
    flow.answer(flow.s, 41)
    flow.say(flow.s, 42, TLS12.server_flight)
    flow.kernel_reset(flow.c, 42.1)


CASES = (
    Case("starttls_smtp_server_side", mail_heard,
         "the mail server cannot read its key and refuses STARTTLS; the capture has its packets only",
         "454 is given to STARTTLS and to AUTH, and the words name TLS: nothing else was asked.",
         ((REFUSED, INFERRED, "server"),)),
    Case("silent_smtp_login_server_side", mail_login_heard,
         "nothing of ours: a login that fails, and the capture has the server's packets only",
         "454 alone does not tell what was asked, and its words speak of the login.", ()),
    Case("starttls_postgres_server_side", database_heard,
         "the database has no TLS; the capture has its packets only",
         "one byte N is all that it says, after the eight bytes that the request for TLS has.",
         ((REFUSED, INFERRED, "server"),)),
    Case("starttls_smtp_masked", command_masked,
         "a firewall writes X over the client's STARTTLS, and the server does not know the word",
         "no client says XXXXXXXX; the server offers what it then refuses: who must act is on the path.",
         ((REFUSED, OBSERVED, "path"),)),
    Case("starttls_smtp_taken_back", taken_back,
         "the server says go ahead and closes at once",
         "it closed within a round trip, before the client could begin: it cannot do what it offers.",
         ((REFUSED, INFERRED, "server"),)),
    Case("success_unknown_upgrade", unknown_upgrade,
         "nothing: a protocol that we do not know comes to TLS after a greeting",
         "the server answered the ClientHello with a ServerHello, and both Finished went out.", ("success",)),
    Case("starttls_smtp_in_tunnel", upgrade_in_tunnel,
         "behind a proxy that opens the tunnel, the mail server refuses STARTTLS",
         "the tunnel was granted; what was refused is the upgrade inside.", ((REFUSED, OBSERVED, "server"),)),
    Case("protocol_plaintext_injected", block_page,
         "a filter forges a page in the server's name; the server's own answer comes too late",
         "the page's TTL is not that of the SYN-ACK, and the server goes on in its own: two hosts speak for it.",
         ((PLAIN, INFERRED, "path"),)),
)
