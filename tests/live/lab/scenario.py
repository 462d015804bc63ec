"""What a scenario is: who talks to whom, what is spoiled, and what an honest reader of the wire must say."""
from dataclasses import dataclass, field

from .clients import Client
from .servers import Server

DEFAULT_PORT = 4433
# Which part of the work a scenario grades: "plain" is what stands on the wire in plain text, "shape" needs the
# inference from encrypted records of TLS 1.3, "network" what happens before TLS and beside it.
SCOPES = ("plain", "shape", "network")


@dataclass(frozen=True)
class Relay:
    """A record-spoiling relay (relay.py) in the namespace of WHERE: "server" or "client"."""
    where: str
    rule: str


@dataclass(frozen=True)
class Scenario:
    """Name is family/case/stacks/version. EXPECT lists the acceptable causes, the best first; it is empty for a
    control, which must not raise a failure. OUTCOME is failure, success (a finished handshake must be reported),
    or quiet (nothing but the absence of a failure is asked)."""
    name: str
    why: str
    expect: tuple = ()
    outcome: str = "failure"
    server: Server = field(default_factory=Server)
    client: Client = field(default_factory=Client)
    relay: Relay = None
    scope: str = "plain"
    port: int = DEFAULT_PORT
    destination: str = ""           # an address with a fate of its own instead of a server
    quick: bool = False


def failure(name, expect, why, **keys):
    """A scenario that fails; EXPECT is one cause or several, the best first."""
    causes = (expect,) if isinstance(expect, str) else tuple(expect)
    return Scenario(name=name, expect=causes, why=why, **keys)


def control(name, why, outcome="success", **keys):
    """A scenario that must stay silent."""
    return Scenario(name=name, why=why, outcome=outcome, **keys)


def only(version):
    """Keywords for a Server or a Client that speaks VERSION and nothing else."""
    return {"minimum": version, "maximum": version}
