"""FTP with vsftpd."""
from ..clients import curl, curl_plain, gnutls, lftp, openssl, openssl_tls12, talker
from ..daemons import Server
from ..daemons.files import FTP, FTPS
from ..scenario import family
from .mail import EXPIRED, HTTP, PLAIN_CLIENT, PLAIN_SERVER, REFUSED, SELF_SIGNED, UNTRUSTED, WRONG_NAME

GOOD, BARE = Server("vsftpd"), Server("vsftpd", "")
IMPLICIT = Server("vsftpd", options=(("implicit_ssl", "YES"),))
# vsftpd 3.0.3 says TLS 1.0 or above; a cipher list leaves the client nothing.
ONE_CIPHER = Server("vsftpd", options=(("ssl_ciphers", "ECDHE-RSA-AES256-GCM-SHA384"),))
ASKS = Server("vsftpd", options=(("require_cert", "YES"), ("validate_cert", "YES")))
EXPIRED_SERVER = Server("vsftpd", "expired")
URL = "ftp://shop.example:{port}/readme"

failure, success, quiet = family("ftp", GOOD, FTP)
SCENARIOS = (
    success("good/openssl", "AUTH TLS is granted and the handshake done", openssl("ftp")),
    success("good/curl", "a file over AUTH TLS; the data connection resumes the session", curl(URL)),
    success("good/lftp", "the same by another client", lftp("open ftp://shop.example; cat readme")),
    success("good/gnutls", "GnuTLS's client", gnutls("ftp")),
    success("good/implicit", "TLS from the first byte", curl("ftps://shop.example:{port}/readme"), server=IMPLICIT,
            port=FTPS, application=""),
    success("client_cert/good", "the server asks for a certificate and takes it",
            openssl_tls12("ftp").of("client_good"), server=ASKS),
    quiet("good/plain", "a file in plain text", curl_plain(URL)),
    quiet("bare/plain", "the same where there is no TLS", curl_plain(URL), server=BARE),
    failure("bare/opportunistic", REFUSED, "a client that asks for TLS, is told no, and does without",
            lftp("open ftp://shop.example; cat readme", "false"), server=BARE, fails=False,
            words=("530 Please login with USER and PASS.",)),
    failure("expired/curl", EXPIRED, "the chain is read", curl(URL, "--tls-max", "1.2"), server=EXPIRED_SERVER),
    success("expired/lftp", "lftp looks at the certificate once the handshake is done",
            lftp("open ftp://shop.example; cat readme"), server=EXPIRED_SERVER, fails=True),
    failure("self_signed/openssl", SELF_SIGNED, "the chain is read", openssl_tls12("ftp"),
            server=Server("vsftpd", "self_signed")),
    failure("wrong_name/openssl", WRONG_NAME, "the chain is read", openssl_tls12("ftp"),
            server=Server("vsftpd", "wrong_name")),
    failure("cipher/openssl", "hello.cipher_mismatch", "the server's only suite is not offered",
            openssl_tls12("ftp", "-cipher", "ECDHE-RSA-CHACHA20-POLY1305"), server=ONE_CIPHER),
    failure("bare/openssl", REFUSED, "AUTH TLS is refused", openssl("ftp"), server=BARE,
            words=("530 Please login with USER and PASS.",)),
    failure("bare/curl", REFUSED, "AUTH SSL and AUTH TLS are refused, the client leaves", curl(URL), server=BARE,
            words=("530 Please login with USER and PASS.",)),
    failure("bare/lftp", REFUSED, "the same by another client",
            lftp("open ftp://shop.example; cat readme"), server=BARE,
            words=("530 Please login with USER and PASS.",)),
    failure("client_cert/none", "client_cert.missing", "the server insists on a certificate", openssl_tls12("ftp"),
            server=ASKS),
    failure("client_cert/unknown_ca", UNTRUSTED, "of an authority that the server does not know",
            openssl_tls12("ftp").of("client_unknown_ca"), server=ASKS),
    failure("tls_to_plain/openssl", PLAIN_SERVER, "TLS to the port for AUTH TLS", openssl(), application=""),
    failure("tls_to_plain/curl", PLAIN_SERVER, "the same", curl("ftps://shop.example:{port}/readme"), application=""),
    failure("plain_to_tls/talker", PLAIN_CLIENT, "a command to the port for implicit TLS",
            talker("USER anonymous\\r\\n"), server=IMPLICIT, port=FTPS, application=""),
    failure("plain_to_tls/http", HTTP, "a browser at the port for implicit TLS",
            curl_plain("http://shop.example:{port}/"), server=IMPLICIT, port=FTPS, application=""),
)
