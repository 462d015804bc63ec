"""PostgreSQL and MariaDB with their own clients."""
from ..clients import gnutls, mariadb, openssl, openssl_tls12, psql
from ..daemons import Server
from ..daemons.databases import MYSQL, POSTGRES
from ..scenario import family
from .mail import CLOSED, EXPIRED, PLAIN_SERVER, REFUSED, REJECTED, SELF_SIGNED, UNTRUSTED, VERSION, WRONG_NAME

GOOD, BARE = Server("postgres"), Server("postgres", "")
ONLY_TLS = Server("postgres", options=(("access", "hostssl all all 0.0.0.0/0 trust"),))
ASKS = Server("postgres", options=(("access", "hostssl all all 0.0.0.0/0 trust clientcert=verify-ca"),))
TLS13 = Server("postgres", options=(("ssl_min_protocol_version", "TLSv1.3"),))
TLS12 = "ssl_max_protocol_version=TLSv1.2"
UNKNOWN = ("sslcert={pki}/client_unknown_ca.chain", "sslkey={pki}/client_unknown_ca.key")
KNOWN = ("sslcert={pki}/client_good.chain", "sslkey={pki}/client_good.key")

failure, success, quiet = family("postgres", GOOD, POSTGRES)
POSTGRES_SCENARIOS = (
    success("good/verify-full", "the request is granted, name and chain verified", psql("verify-full")),
    success("good/prefer", "what libpq does by itself", psql("prefer")),
    success("good/openssl", "OpenSSL's client", openssl("postgres")),
    success("client_cert/good", "the server asks for a certificate and takes it", psql("require", *KNOWN),
            server=ASKS),
    success("client_cert/none", "PostgreSQL insists on a certificate, but says so inside the finished connection only",
            psql("require"), server=ASKS, fails=True),
    quiet("good/disable", "a client that wants no TLS", psql("disable")),
    quiet("bare/disable", "the same where there is none", psql("disable"), server=BARE),
    quiet("only_tls/disable", "the server insists on TLS, in words of its own protocol", psql("disable"),
          server=ONLY_TLS, fails=True),
    failure("bare/prefer", REFUSED, "what libpq does by itself: it asks, is told no, and does without",
            psql("prefer"), server=BARE, fails=False),
    failure("bare/require", REFUSED, "the request is answered with N", psql("require"), server=BARE),
    failure("bare/verify-full", REFUSED, "the same", psql("verify-full"), server=BARE),
    failure("bare/openssl", REFUSED, "the same", openssl("postgres"), server=BARE),
    failure("expired/psql", EXPIRED, "alert certificate_expired", psql("verify-ca"),
            server=Server("postgres", "expired")),
    failure("self_signed/tls12", SELF_SIGNED, "the chain is read", psql("verify-ca", TLS12),
            server=Server("postgres", "self_signed")),
    failure("self_signed/tls13", REJECTED, "TLS 1.3 hides the chain", psql("verify-ca"),
            server=Server("postgres", "self_signed")),
    failure("wrong_name/openssl", WRONG_NAME, "the chain is read", openssl_tls12("postgres"),
            server=Server("postgres", "wrong_name")),
    success("wrong_name/psql", "libpq compares names once the handshake is done, and leaves", psql("verify-full"),
            server=Server("postgres", "wrong_name"), fails=True),
    failure("version/psql", VERSION, "the client ends at TLS 1.2, the server begins at 1.3", psql("require", TLS12),
            server=TLS13),
    failure("client_cert/unknown_ca-tls12", UNTRUSTED, "the chain is read",
            psql("require", TLS12, *UNKNOWN), server=ASKS),
    failure("client_cert/unknown_ca-tls13", ("client_cert.rejected",), "TLS 1.3 hides chain and alert",
            psql("require", *UNKNOWN), server=ASKS),
    failure("tls_to_plain/openssl", CLOSED, "TLS without asking: the server closes, wordless",
            openssl(), application=""),
)

MARIADB, NO_TLS = Server("mariadb"), Server("mariadb", "")
MARIADB_TLS13 = Server("mariadb", options=(("tls-version", "TLSv1.3"),))
MARIADB_ASKS = Server("mariadb", options=(("account", " REQUIRE X509"),))
VERIFY = ("--ssl", "--ssl-ca={trust}", "--ssl-verify-server-cert")

failure, success, quiet = family("mysql", MARIADB, MYSQL)
MARIADB_SCENARIOS = (
    success("good/mariadb", "SSLRequest and handshake, name and chain verified", mariadb(*VERIFY)),
    success("good/openssl", "OpenSSL's client", openssl("mysql")),
    success("client_cert/none", "the account needs a certificate: said inside the finished connection only",
            mariadb(*VERIFY), server=MARIADB_ASKS, fails=True),
    success("client_cert/good", "the server asks for a certificate and takes it",
            mariadb(*VERIFY, "--ssl-cert={pki}/client_good.chain", "--ssl-key={pki}/client_good.key"),
            server=MARIADB_ASKS),
    quiet("good/plain", "a client that wants no TLS", mariadb("--skip-ssl")),
    quiet("bare/plain", "the same where there is none", mariadb("--skip-ssl"), server=NO_TLS),
    quiet("bare/opportunistic", "a client that would take TLS and does without", mariadb("--ssl"), server=NO_TLS),
    failure("bare/mariadb", REFUSED, "the greeting does not offer TLS, and the client leaves", mariadb(*VERIFY),
            server=NO_TLS),
    failure("expired/mariadb", EXPIRED, "alert certificate_expired", mariadb(*VERIFY),
            server=Server("mariadb", "expired")),
    failure("expired/openssl", EXPIRED, "the chain is read", openssl_tls12("mysql"),
            server=Server("mariadb", "expired")),
    failure("self_signed/mariadb", SELF_SIGNED, "the chain is read", mariadb(*VERIFY, "--tls-version=TLSv1.2"),
            server=Server("mariadb", "self_signed")),
    failure("version/mariadb", VERSION, "the client ends at TLS 1.2, the server begins at 1.3",
            mariadb(*VERIFY, "--tls-version=TLSv1.2"), server=MARIADB_TLS13),
    failure("client_cert/unknown_ca", UNTRUSTED, "of an authority that the server does not know",
            mariadb(*VERIFY, "--tls-version=TLSv1.2", "--ssl-cert={pki}/client_unknown_ca.chain",
                    "--ssl-key={pki}/client_unknown_ca.key"), server=MARIADB_ASKS),
    failure("tls_to_plain/openssl", PLAIN_SERVER, "TLS without asking: the server greets", openssl(), application=""),
    failure("tls_to_plain/gnutls", PLAIN_SERVER, "the same", gnutls(), application=""),
)

SCENARIOS = POSTGRES_SCENARIOS + MARIADB_SCENARIOS
