"""What the relay does to a handshake, from where it is watched, and what an honest reader of those packets must say.
The expectations are reasoned from the fault and causes.md."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Scenario:
    """FOLDER below tests/golden; FAULT of faults.py; AT: whose interface is captured; EVENTS: (cause, confidence) of
    each connection in turn, both None for a success. CALLS: (server name, words for openssl s_client)."""
    folder: str
    fault: str
    at: str
    what: str
    why: str
    events: tuple
    calls: tuple = (("shop.example", ()),)
    seconds: float = 6.0
    mutual: bool = False


INFERRED, OBSERVED = "inferred", "observed"
SCENARIOS = (
    Scenario("path_clear", "clear", "client",
             "Nothing.",
             "The relay changes nothing but TTL and time.",
             ((None, None),)),
    Scenario("path_weather", "weather", "client",
             "Segments are lost and come twice; TCP makes it good.",
             "Retransmissions that get through are no failure.",
             ((None, None),)),
    Scenario("hello_reset_injected_client", "rst", "client",
             "A box three hops from the client answers the ClientHello by a RST in the server's name; the hello goes "
             "on to the server.",
             "The RST's TTL is not the SYN-ACK's, it comes a fifth of a round trip after the hello, and the server "
             "goes on talking.",
             (("hello.reset_injected", INFERRED),)),
    Scenario("hello_reset_injected_drop", "rst_drop", "client",
             "The same, and the hello is kept from the server.",
             "TTL and time still tell; nothing of the server follows.",
             (("hello.reset_injected", INFERRED),)),
    Scenario("hello_reset_injected_server", "rst_both", "server",
             "The box resets both sides; seen beside the server.",
             "A RST in the client's name arrives right behind the ClientHello, with another TTL than the client's "
             "SYN, and ends a connection whose hello was well.",
             (("hello.reset_injected", INFERRED),)),
    Scenario("hello_sni_filter", "sni_filter", "client",
             "A box resets connections that ask for one name; the other name of the same server passes.",
             "TTL and time tell that the server did not send the RST.",
             ((None, None), ("hello.reset_injected", INFERRED)), calls=(("shop.example", ()), ("blocked.example", ()))),
    Scenario("hello_lost", "hello_blackhole", "client",
             "The path drops everything that the client says.",
             "The ClientHello is sent again and again and never acknowledged.",
             (("hello.lost", OBSERVED),)),
    Scenario("path_loss_client_side", "flight_blackhole", "client",
             "The path drops everything that the server says; seen beside the client.",
             "The hello is acknowledged and no byte of the server comes by; its ACKs and its FIN carry sequence "
             "numbers beyond.",
             (("handshake.path_loss", INFERRED),)),
    Scenario("path_loss_server_side", "flight_blackhole", "server",
             "The same, seen beside the server.",
             "The flight is sent again and again and nothing of it acknowledged, short segments neither.",
             (("handshake.path_loss", INFERRED),)),
    Scenario("path_mtu_client_side", "mtu_server", "client",
             "A link takes packets of 1,400 bytes only; seen beside the client.",
             "A short segment of the flight came by, the full-size ones before it never.",
             (("handshake.path_mtu", INFERRED),)),
    Scenario("path_mtu_server_side", "mtu_server", "server",
             "The same, seen beside the server.",
             "Full-size segments are sent again and again, the short one is acknowledged selectively.",
             (("handshake.path_mtu", INFERRED),)),
    Scenario("path_mtu_certificate_client_side", "mtu_client", "client",
             "The client's chain does not fit the link; seen beside the client.",
             "The full-size segment of the client's flight is never acknowledged, the short one is, selectively.",
             (("handshake.path_mtu", INFERRED),), mutual=True),
    Scenario("path_mtu_certificate_server_side", "mtu_client", "server",
             "The same, seen beside the server.",
             "The short segment behind the hole came by, and nothing more for longer than ten seconds. The second "
             "connection waits behind the first: s_server serves one at a time, acknowledges the hello and says "
             "nothing.",
             (("handshake.path_mtu", INFERRED), ("hello.no_reply", OBSERVED)),
             calls=(("shop.example", ()), ("shop.example", ())),
             seconds=11.0, mutual=True),
    Scenario("path_mtu_told", "mtu_told", "server",
             "The narrow link says so by ICMP.",
             "The server sends smaller segments at once and the handshake succeeds.",
             ((None, None),)),
    Scenario("tcp_refused_by_firewall", "reject", "client",
             "A firewall answers the SYN by a RST.",
             "The SYN was answered by a RST.",
             (("tcp.refused", OBSERVED),)),
    Scenario("tcp_dropped_by_firewall", "drop", "client",
             "A firewall drops the SYN.",
             "The SYN and those that follow are never answered.",
             (("tcp.no_answer", OBSERVED),)),
    Scenario("tcp_prohibited_by_firewall", "prohibit", "client",
             "A firewall answers the SYN by ICMP.",
             "ICMP administratively prohibited quotes the SYN.",
             (("tcp.unreachable", OBSERVED),)),
)
