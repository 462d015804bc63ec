"""SMTP with Postfix; IMAP, POP3 and ManageSieve with Dovecot."""
from ..clients import (curl, curl_plain, gnutls, mailing, openssl, openssl_tls12, posttls_finger, swaks, talker)
from ..daemons import Server
from ..daemons.mail import IMAP, IMAPS, POP3, POP3S, SIEVE, SMTP, SMTPS, SUBMISSION
from ..scenario import family

EXPIRED, SELF_SIGNED, WRONG_NAME = ("server_cert.expired", "server_cert.self_signed", "server_cert.name_mismatch")
REJECTED, REFUSED = "server_cert.rejected", "protocol.starttls_refused"
PLAIN_SERVER, PLAIN_CLIENT = "protocol.plaintext_server", "protocol.plaintext_client"
HTTP = "protocol.http_to_tls_port"
VERSION = "hello.version_mismatch"
# The server's list of authorities may or may not be there to be read.
UNTRUSTED = ("client_cert.unacceptable_ca", "client_cert.unknown_ca")
CLOSED = ("hello.closed", "hello.reset")

GOOD = Server("postfix")
BARE = Server("postfix", "")
LOST = Server("postfix", "lost")
ONLY_TLS13 = Server("postfix", options=(("smtpd_tls_protocols", ">=TLSv1.3"),
                                        ("smtpd_tls_mandatory_protocols", ">=TLSv1.3")))
ASKS = Server("postfix", options=(("smtpd_tls_req_ccert", "yes"), ("smtpd_tls_security_level", "encrypt")))

failure, success, quiet = family("smtp", GOOD, SMTP)
SMTP_SCENARIOS = (
    success("good/openssl", "STARTTLS is granted and the handshake done", openssl("smtp")),
    success("good/openssl-tls12", "the same in TLS 1.2", openssl_tls12("smtp")),
    success("good/curl", "a client that insists on STARTTLS", mailing("smtp://shop.example:{port}")),
    success("good/gnutls", "GnuTLS's client", gnutls("smtp")),
    success("good/swaks", "a whole mail over STARTTLS", swaks("--tls")),
    success("good/postfix", "Postfix's own client verifies name and chain", posttls_finger("secure")),
    success("good/submission", "the port for submission", mailing("smtp://shop.example:{port}"), port=SUBMISSION),
    success("good/implicit", "TLS from the first byte", openssl(), port=SMTPS, application=""),
    success("good/implicit-curl", "the same", mailing("smtps://shop.example:{port}"), port=SMTPS, application=""),
    success("client_cert/good", "the server asks for a certificate and takes it",
            openssl_tls12("smtp").of("client_good"), server=ASKS),
    quiet("good/plain", "a mail in plain text: nobody asked for TLS", swaks()),
    quiet("bare/plain", "the same where there is no TLS", swaks(), server=BARE),
    quiet("bare/opportunistic", "a client that would take TLS and does without", swaks("--tls-optional"), server=BARE),
    quiet("bare/quit", "a monitor says EHLO, STARTTLS is there, and it leaves", swaks("-q", "EHLO")),
    failure("expired/openssl", EXPIRED, "alert certificate_expired", openssl("smtp"),
            server=Server("postfix", "expired")),
    failure("expired/curl", EXPIRED, "the same from a mail program", mailing("smtp://shop.example:{port}"),
            server=Server("postfix", "expired")),
    failure("expired/implicit", EXPIRED, "the same without an upgrade", openssl_tls12(), port=SMTPS, application="",
            server=Server("postfix", "expired")),
    failure("self_signed/tls12", SELF_SIGNED, "the chain is read", openssl_tls12("smtp"),
            server=Server("postfix", "self_signed")),
    failure("self_signed/tls13", (REJECTED,), "TLS 1.3 hides the chain, and alert 48 has several meanings",
            openssl("smtp"), server=Server("postfix", "self_signed")),
    failure("wrong_name/tls12", WRONG_NAME, "the chain is read and the SNI known", openssl_tls12("smtp"),
            server=Server("postfix", "wrong_name")),
    failure("missing_intermediate/tls12", "server_cert.missing_intermediate", "the chain is read",
            openssl_tls12("smtp"), server=Server("postfix", "missing_intermediate")),
    failure("version/openssl", VERSION, "the client ends at TLS 1.2, the server begins at 1.3", openssl_tls12("smtp"),
            server=ONLY_TLS13),
    failure("bare/openssl", REFUSED, "s_client asks all the same and is told no", openssl("smtp"), server=BARE,
            words=("502 5.5.1 Error: command not implemented",)),
    failure("bare/curl", REFUSED, "the list lacks STARTTLS and the client leaves", mailing("smtp://shop.example:{port}"),
            server=BARE),
    failure("bare/swaks", REFUSED, "the same", swaks("--tls"), server=BARE),
    failure("bare/postfix", REFUSED, "the same from a mail server", posttls_finger("secure"), server=BARE,
            fails=False),
    failure("lost_certificate/openssl", REFUSED, "STARTTLS is refused for a reason of the server's",
            openssl("smtp"), server=LOST, words=("454 4.7.0 TLS not available due to local problem",)),
    failure("lost_certificate/swaks", REFUSED, "the same", swaks("--tls"), server=LOST,
            words=("454 4.7.0 TLS not available due to local problem",)),
    success("client_cert/none", "Postfix insists on a certificate, but says so inside the finished connection only",
            openssl("smtp"), server=ASKS),
    failure("tls_to_plain/openssl", PLAIN_SERVER, "TLS to the port for STARTTLS: the server greets", openssl(),
            application=""),
    failure("tls_to_plain/curl", PLAIN_SERVER, "the same", mailing("smtps://shop.example:{port}"), port=SUBMISSION,
            application=""),
    failure("tls_to_plain/gnutls", PLAIN_SERVER, "the same where there is no TLS at all", gnutls(), server=BARE,
            application=""),
    failure("plain_to_tls/talker", PLAIN_CLIENT, "EHLO to the port for implicit TLS", talker("EHLO client\\r\\n"),
            port=SMTPS, application=""),
    failure("plain_to_tls/http", HTTP, "a browser at the port for implicit TLS",
            curl_plain("http://shop.example:{port}/"), port=SMTPS, application=""),
    failure("bare/implicit", PLAIN_SERVER, "port 465 whose TLS was forgotten", openssl(), port=SMTPS, server=BARE,
            application=""),
)

DOVECOT, NO_TLS = Server("dovecot"), Server("dovecot", "")
DOVECOT_TLS13 = Server("dovecot", options=(("ssl_min_protocol", "TLSv1.3"),))
OLD, OWN = Server("dovecot", "expired"), Server("dovecot", "self_signed")

failure, success, quiet = family("imap", DOVECOT, IMAP)
IMAP_SCENARIOS = (
    success("good/openssl", "STARTTLS is granted and the handshake done", openssl("imap")),
    success("good/curl", "a login over STARTTLS", curl("imap://shop.example:{port}/", "-u", "anna:secret")),
    success("good/gnutls", "GnuTLS's client", gnutls("imap")),
    success("good/implicit", "TLS from the first byte", curl("imaps://shop.example:{port}/", "-u", "anna:secret"),
            port=IMAPS, application=""),
    quiet("good/plain", "a login in plain text", curl_plain("imap://shop.example:{port}/", "-u", "anna:secret")),
    failure("expired/openssl", EXPIRED, "alert certificate_expired", openssl("imap"), server=OLD),
    failure("expired/gnutls", (REJECTED,), "GnuTLS in TLS 1.3: the alert is hidden", gnutls("imap"), server=OLD),
    failure("self_signed/curl", SELF_SIGNED, "the chain is read",
            curl("imap://shop.example:{port}/", "--tls-max", "1.2"), server=OWN),
    failure("wrong_name/implicit", WRONG_NAME, "the chain is read", openssl_tls12(), port=IMAPS, application="",
            server=Server("dovecot", "wrong_name")),
    failure("version/openssl", CLOSED, "TLS 1.2 against TLS 1.3; Dovecot closes without an alert",
            openssl_tls12("imap"), server=DOVECOT_TLS13),
    failure("bare/openssl", REFUSED, "s_client asks all the same and is told no", openssl("imap"), server=NO_TLS,
            words=("BAD",)),
    failure("bare/curl", REFUSED, "the list lacks STARTTLS and the client leaves", curl("imap://shop.example:{port}/"),
            server=NO_TLS),
    failure("tls_to_plain/openssl", PLAIN_SERVER, "TLS to the port for STARTTLS", openssl(), application=""),
    failure("plain_to_tls/talker", PLAIN_CLIENT, "a command to the port for implicit TLS",
            talker("a1 CAPABILITY\\r\\n"), port=IMAPS, application=""),
    failure("plain_to_tls/http", HTTP, "a browser at the port for implicit TLS",
            curl_plain("http://shop.example:{port}/"), port=IMAPS, application=""),
)

failure, success, quiet = family("pop3", DOVECOT, POP3)
POP3_SCENARIOS = (
    success("good/openssl", "STLS is granted and the handshake done", openssl("pop3")),
    success("good/curl", "a login over STLS", curl("pop3://shop.example:{port}/", "-u", "anna:secret")),
    success("good/implicit", "TLS from the first byte", openssl(), port=POP3S, application=""),
    quiet("good/plain", "a login in plain text", curl_plain("pop3://shop.example:{port}/", "-u", "anna:secret")),
    failure("expired/curl", EXPIRED, "the chain is read", curl("pop3://shop.example:{port}/", "--tls-max", "1.2"),
            server=OLD),
    failure("self_signed/gnutls", SELF_SIGNED, "the chain is read",
            gnutls("pop3", "--priority", "NORMAL:-VERS-TLS1.3"), server=OWN),
    failure("bare/openssl", REFUSED, "s_client asks and is told no", openssl("pop3"), server=NO_TLS, words=("-ERR",)),
    failure("bare/curl", REFUSED, "the list lacks STLS and the client leaves", curl("pop3://shop.example:{port}/"),
            server=NO_TLS),
    failure("tls_to_plain/curl", PLAIN_SERVER, "TLS to the port for STLS", curl("pop3s://shop.example:{port}/"),
            application=""),
    failure("plain_to_tls/talker", PLAIN_CLIENT, "a command to the port for implicit TLS", talker("CAPA\\r\\n"),
            port=POP3S, application=""),
)

failure, success, quiet = family("sieve", DOVECOT, SIEVE)
SIEVE_SCENARIOS = (
    success("good/openssl", "STARTTLS is granted and the handshake done", openssl("sieve")),
    success("good/gnutls", "GnuTLS's client", gnutls("sieve")),
    failure("expired/openssl", EXPIRED, "alert certificate_expired", openssl("sieve"), server=OLD),
    failure("bare/gnutls", REFUSED, "GnuTLS asks all the same and is told no", gnutls("sieve"), server=NO_TLS,
            words=("NO",)),
    failure("tls_to_plain/openssl", PLAIN_SERVER, "TLS to a port that has it by STARTTLS only", openssl(),
            application=""),
)

SCENARIOS = SMTP_SCENARIOS + IMAP_SCENARIOS + POP3_SCENARIOS + SIEVE_SCENARIOS
