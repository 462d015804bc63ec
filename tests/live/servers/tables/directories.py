"""LDAP with slapd, whose TLS in Debian is GnuTLS; so is ldapsearch's."""
from ..clients import curl_plain, ldapsearch, openssl, openssl_tls12
from ..daemons import Server
from ..daemons.directories import LDAP, LDAPS
from ..scenario import family
from .mail import CLOSED, EXPIRED, HTTP, PLAIN_CLIENT, REFUSED, SELF_SIGNED, WRONG_NAME

GOOD, BARE = Server("slapd"), Server("slapd", "")
ASKS = Server("slapd", options=(("TLSVerifyClient", "demand"),))
OLD = Server("slapd", "expired")
TLS13 = Server("slapd", options=(("TLSCipherSuite", "NORMAL:-VERS-ALL:+VERS-TLS1.3"),))
LDAP_URL, LDAPS_URL = "ldap://shop.example:{port}", "ldaps://shop.example:{port}"

failure, success, quiet = family("ldap", GOOD, LDAP)
SCENARIOS = (
    success("good/ldapsearch", "StartTLS is granted and the handshake done", ldapsearch(LDAP_URL, "-ZZ")),
    success("good/openssl", "OpenSSL's client", openssl("ldap")),
    success("good/implicit", "TLS from the first byte", ldapsearch(LDAPS_URL), port=LDAPS, application=""),
    success("client_cert/good", "the server asks for a certificate and takes it",
            openssl_tls12("ldap").of("client_good"), server=ASKS),
    quiet("good/plain", "a search in plain text", ldapsearch(LDAP_URL)),
    quiet("bare/plain", "the same where there is no TLS", ldapsearch(LDAP_URL), server=BARE),
    failure("bare/opportunistic", REFUSED, "a client that asks for TLS, is told no, and does without",
            ldapsearch(LDAP_URL, "-Z"), server=BARE, fails=False, words=("unsupported extended operation",)),
    failure("expired/openssl", EXPIRED, "alert certificate_expired", openssl("ldap"), server=OLD),
    quiet("expired/ldapsearch", "libldap looks at the certificate once the handshake is done, and says good-bye in "
          "plain text", ldapsearch(LDAP_URL, "-ZZ"), server=OLD, fails=True),
    failure("self_signed/openssl", SELF_SIGNED, "the chain is read", openssl_tls12("ldap"),
            server=Server("slapd", "self_signed")),
    success("self_signed/implicit", "the same without an upgrade", ldapsearch(LDAPS_URL), port=LDAPS, application="",
            server=Server("slapd", "self_signed"), fails=True),
    failure("wrong_name/openssl", WRONG_NAME, "the chain is read", openssl_tls12("ldap"),
            server=Server("slapd", "wrong_name")),
    failure("version/openssl", CLOSED, "TLS 1.2 against TLS 1.3; slapd closes without an alert",
            openssl_tls12("ldap"), server=TLS13),
    failure("client_cert/none-tls12", "client_cert.missing", "the server insists on a certificate",
            openssl_tls12("ldap"), server=ASKS),
    failure("client_cert/none-tls13", "client_cert.missing", "the same in TLS 1.3", ldapsearch(LDAP_URL, "-ZZ"),
            server=ASKS),
    success("client_cert/unknown_ca", "slapd looks at the certificate once the handshake is done",
            openssl_tls12("ldap").of("client_unknown_ca"), server=ASKS, fails=None),
    failure("bare/ldapsearch", REFUSED, "StartTLS is refused and the client leaves", ldapsearch(LDAP_URL, "-ZZ"),
            server=BARE, words=("unsupported extended operation",)),
    failure("bare/openssl", REFUSED, "the same", openssl("ldap"), server=BARE,
            words=("unsupported extended operation",)),
    failure("tls_to_plain/openssl", CLOSED, "slapd closes over what is no LDAP, wordless",
            openssl(), application=""),
    failure("tls_to_plain/ldapsearch", CLOSED, "the same", ldapsearch(LDAPS_URL),
            application=""),
    failure("plain_to_tls/ldapsearch", PLAIN_CLIENT, "plain LDAP to the port for implicit TLS", ldapsearch(LDAP_URL),
            port=LDAPS, application=""),
    failure("plain_to_tls/http", HTTP, "a browser at the port for implicit TLS",
            curl_plain("http://shop.example:{port}/"), port=LDAPS, application=""),
)
