"""XMPP with Prosody. NNTP is not here: the package of INN cannot be configured on a machine without a domain name,
and that of Leafnode has no TLS; its words are tested in the room's own tests."""
from ..clients import curl_plain, gnutls, openssl, openssl_tls12, talker
from ..daemons import Server
from ..daemons.messages import XMPP, XMPP_SERVER, XMPP_TLS
from ..scenario import family
from .mail import EXPIRED, HTTP, PLAIN_CLIENT, PLAIN_SERVER, REFUSED, SELF_SIGNED, WRONG_NAME

GOOD, BARE, OLD = Server("prosody"), Server("prosody", ""), Server("prosody", "expired")
HOST = ("-xmpphost", "shop.example")

failure, success, quiet = family("xmpp", GOOD, XMPP)
SCENARIOS = (
    success("good/openssl", "STARTTLS is granted and the handshake done", openssl("xmpp", *HOST)),
    success("good/server", "the port between servers", openssl("xmpp-server", *HOST), port=XMPP_SERVER),
    success("good/gnutls", "GnuTLS's client", gnutls("xmpp")),
    success("good/implicit", "TLS from the first byte", openssl(), port=XMPP_TLS, application=""),
    failure("expired/openssl", EXPIRED, "alert certificate_expired", openssl("xmpp", *HOST), server=OLD),
    failure("expired/server", EXPIRED, "the same between servers", openssl_tls12("xmpp-server", *HOST), server=OLD,
            port=XMPP_SERVER),
    failure("self_signed/openssl", SELF_SIGNED, "the chain is read", openssl_tls12("xmpp", *HOST),
            server=Server("prosody", "self_signed")),
    failure("wrong_name/openssl", WRONG_NAME, "the chain is read", openssl_tls12("xmpp", *HOST),
            server=Server("prosody", "wrong_name")),
    failure("bare/openssl", REFUSED, "the features lack STARTTLS", openssl("xmpp", *HOST), server=BARE),
    failure("tls_to_plain/openssl", PLAIN_SERVER, "TLS to the port for STARTTLS: the server answers in XML", openssl(),
            application=""),
    failure("plain_to_tls/talker", PLAIN_CLIENT, "a stream to the port for TLS",
            talker("<?xml version='1.0'?><stream:stream to='shop.example' xmlns='jabber:client' version='1.0' "
                   "xmlns:stream='http://etherx.jabber.org/streams'>"), port=XMPP_TLS, application=""),
    failure("plain_to_tls/http", HTTP, "a browser at the port for TLS", curl_plain("http://shop.example:{port}/"),
            port=XMPP_TLS, application=""),
)
