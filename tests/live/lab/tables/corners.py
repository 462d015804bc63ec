"""Corners of TLS 1.3, where sizes and order could mislead: other tags, padding, small records, retries, early data."""
from ..clients import Client
from ..scenario import Relay, control, failure, only
from ..servers import Server
from .server_cert import REFUSED

CCM8, CHACHA = "TLS_AES_128_CCM_8_SHA256", "TLS_CHACHA20_POLY1305_SHA256"
CLIENT_REFUSED = "client_cert.rejected"
V13 = only("1.3")
FLIGHT, TICKET = "server:23:4", "server:23:5"      # OpenSSL's server, one message to a record
# Ways of an OpenSSL server to send its flight: name -> (words of the server, of the client, suite)
WAYS = {
    "ccm_8": ((), (), CCM8),
    "chacha": ((), (), CHACHA),
    "small_records": (("-max_send_frag", "512"), ("-max_send_frag", "512"), ""),
    "no_middlebox": (("-no_middlebox",), ("-no_middlebox",), ""),
    "no_tickets": (("-num_tickets", "0"), (), ""),
    "many_tickets": (("-num_tickets", "8"), (), ""),
}


def ways():
    for way, (server_words, client_words, suite) in WAYS.items():
        def server(**keys):
            return Server(suites=suite, extra=server_words, **V13, **keys)

        def client(**keys):
            return Client(suites=suite, extra=client_words, **V13, **keys)
        yield control(f"control/corner_{way}/openssl", "an unusual way to send an ordinary handshake", server=server(),
                      client=client())
        yield control(f"control/corner_{way}_left/openssl", "the same, left right behind the Finished",
                      server=server(), client=client(request=False, hold=0))
        yield control(f"control/corner_{way}_client_auth/openssl", "the same with a good client certificate",
                      server=server(client_auth="require"), client=client(identity="client_good"))
        yield control(f"control/corner_{way}_optional/openssl", "the same, a certificate asked for and not insisted on",
                      server=server(client_auth="request"), client=client())
        yield failure(f"client_cert/corner_{way}_missing/openssl", "client_cert.missing", "an empty Certificate, sent in "
                      "an unusual way", server=server(client_auth="require"), client=client(), scope="shape")
        yield failure(f"client_cert/corner_{way}_expired/openssl", CLIENT_REFUSED, "a certificate that is refused, sent "
                      "in an unusual way", server=server(client_auth="require"),
                      client=client(identity="client_expired"), scope="shape")
        yield failure(f"key/corner_{way}_finished/openssl", "key.mismatch", "the client's Finished is spoiled",
                      server=server(), client=client(hold=1.0), relay=Relay("client", "client:23:1:flip"),
                      scope="shape")
    for way in ("small_records", "no_middlebox", "no_tickets"):
        for stack in ("gnutls", "go", "java", "nss", "rustls", "erlang", "wolfssl"):
            if (way, stack) == ("no_middlebox", "erlang"):
                continue            # it insists on ChangeCipherSpec
            words = WAYS[way][0]
            yield control(f"control/corner_{way}/{stack}", "an unusual way to send an ordinary flight",
                          server=Server(extra=words), client=Client(stack=stack, **V13))
            yield failure(f"server_cert/corner_{way}_unknown_ca/{stack}", REFUSED, "the flight is refused, sent in an "
                          "unusual way", server=Server(identity="unknown_ca", extra=words),
                          client=Client(stack=stack, **V13), scope="shape")
    ccm8 = "-CIPHER-ALL:+AES-128-CCM-8"
    yield control("control/corner_ccm_8/gnutls", "tags of eight bytes", server=Server(suites=CCM8),
                  client=Client(stack="gnutls", priority=ccm8, **V13))
    yield failure("server_cert/corner_ccm_8_unknown_ca/gnutls", REFUSED, "an alert of eleven bytes",
                  server=Server(suites=CCM8, identity="unknown_ca"),
                  client=Client(stack="gnutls", priority=ccm8, **V13), scope="shape")


def retries():
    for stack in ("go", "gnutls", "java", "nss", "rustls"):
        yield failure(f"server_cert/corner_hello_retry_self_signed/{stack}", REFUSED, "refused behind a "
                      "HelloRetryRequest", server=Server(groups="P-384", identity="self_signed"),
                      client=Client(stack=stack, **V13), scope="shape")
        yield failure(f"client_cert/corner_hello_retry_missing/{stack}", "client_cert.missing", "an empty Certificate "
                      "behind a HelloRetryRequest", server=Server(groups="P-384", client_auth="require"),
                      client=Client(stack=stack, **V13), scope="shape")


def padded():
    """Where a side pads, sizes say nothing of it: a success must stay one."""
    for size in ("64", "256", "1024"):
        for side in ("server", "client", "both"):
            words = ("-record_padding", size)
            yield control(f"control/corner_padding_{size}_{side}/openssl", f"records padded to multiples of {size}",
                          server=Server(extra=words if side != "client" else ()),
                          client=Client(extra=words if side != "server" else (), **V13))
            yield control(f"control/corner_padding_{size}_{side}_client_auth/openssl", "the same with a client "
                          "certificate", server=Server(extra=words if side != "client" else (), client_auth="require"),
                          client=Client(extra=words if side != "server" else (), identity="client_good", **V13),
                          outcome="quiet")
        for stack in ("go", "gnutls", "nss", "rustls"):
            yield control(f"control/corner_padding_{size}/{stack}", "records of the server are padded",
                          server=Server(extra=("-record_padding", size)), client=Client(stack=stack, **V13))
            yield failure(f"server_cert/corner_padding_{size}_expired/{stack}", REFUSED, "the client refuses a padded "
                          "flight; it does not pad itself", server=Server(identity="expired",
                                                                          extra=("-record_padding", size)),
                          client=Client(stack=stack, **V13), scope="shape")


def resumed():
    session = "{folder}/session.pem"
    yield control("control/corner_psk_ke/openssl", "resumption by the ticket's key alone (psk_ke)",
                  server=Server(extra=("-allow_no_dhe_kex",), **V13), client=Client(
                      runs=(("-sess_out", session), ("-sess_in", session, "-allow_no_dhe_kex")), hold=0.4, **V13))
    yield control("control/corner_resumed_client_auth/openssl", "resumption of a session with a client certificate",
                  server=Server(client_auth="require", **V13), client=Client(
                      identity="client_good", runs=(("-sess_out", session), ("-sess_in", session)), hold=0.4, **V13))
    yield control("control/corner_ticket_unknown/openssl", "a ticket of which the server knows nothing: it goes on with "
                  "its certificate", server=Server(extra=("-no_ticket", "-no_cache"), **V13), client=Client(
                      runs=(("-sess_out", session), ("-sess_in", session)), hold=0.4, **V13))


def afterwards():
    yield control("control/corner_key_update/openssl", "KeyUpdate behind the handshake", server=Server(**V13),
                  client=Client(text="K\n", hold=0.3, seconds=3.0, **V13))
    for identity in ("client_good", ""):
        yield control(f"control/corner_asked_later/{identity[7:] or 'missing'}", "a client certificate asked for behind "
                      "the handshake (RFC 8446, section 4.6.2)",
                      server=Server(stack="python", mode="ask_later", client_auth="request", **V13),
                      client=Client(identity=identity, extra=("-enable_pha",), **V13))
    for how in ("close", "reset"):
        yield control(f"control/corner_finished_then_{how}/openssl", f"the client's Finished, then its {how}, before any "
                      "ticket", server=Server(**V13), client=Client(**V13),
                      relay=Relay("client", f"client:23:1:after:{how}"))
        yield control(f"control/corner_ticket_then_{how}/openssl", "the server leaves in place of its tickets, nothing "
                      "was asked for: both Finished are out", server=Server(**V13), client=Client(**V13),
                      relay=Relay("server", f"{TICKET}:{how}"))
        causes = ("handshake.closed",) if how == "close" else ("handshake.reset",)
        yield failure(f"handshake/corner_flight_then_{how}/openssl", causes, "the server leaves right behind its flight, "
                      "before the client's Finished", server=Server(**V13), client=Client(stack="nss", **V13),
                      relay=Relay("server", f"{FLIGHT}:after:{how}"))
        yield failure(f"client_cert/corner_{how}_for_certificate/openssl", (CLIENT_REFUSED, *causes),
                      "the server leaves without a word where its tickets or its refusal would stand",
                      server=Server(client_auth="require", **V13), client=Client(identity="client_good", **V13),
                      relay=Relay("server", f"server:23:6:{how}"), scope="shape")
    for stack in ("openssl", "curl", "go", "nss"):
        yield control(f"control/corner_late_tickets/{stack}", "tickets and answer come late, behind the client's "
                      "request", server=Server(**V13), client=Client(stack=stack, **V13),
                      relay=Relay("server", f"{TICKET}:delay=0.7"))
    yield control("control/corner_late_tickets_left/openssl", "the client has left when the tickets come",
                  server=Server(**V13), client=Client(request=False, hold=0, **V13),
                  relay=Relay("server", f"{TICKET}:delay=0.7"))


def scenarios():
    for table in (ways, retries, padded, resumed, afterwards):
        yield from table()
