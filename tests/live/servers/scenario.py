"""What a scenario is: which server, which client, and what an honest reader of the wire must say."""
from dataclasses import dataclass, field

from .clients import Client
from .daemons import Server

OUTCOMES = ("failure", "success", "quiet")


@dataclass(frozen=True)
class Scenario:
    """NAME is protocol/case/client. EXPECT lists the acceptable causes, the best first; it is empty for a control.
    OUTCOME is failure, success (a finished handshake must be reported) or quiet (nothing but the absence of a failure
    is asked). APPLICATION is network.application of the event, "" where there must be none. WORDS stand in the
    event's message or evidence: the server's own. HELP: servers that SERVER needs, by the name that they have.
    SCOPE is what the numbers are summed up by."""
    name: str
    why: str
    server: Server
    client: Client
    port: int
    expect: tuple = ()
    outcome: str = "failure"
    application: str = ""
    words: tuple = ()
    fails: bool = True                              # whether the client itself says so; None: either may be
    help: dict = field(default_factory=dict)
    scope: str = ""


def family(application, server, port, prefix=""):
    """Makers of scenarios that talk to one kind of server: functions for a failure, a success, a quiet one."""
    def one(outcome, name, why, client, expect=(), **keys):
        keys.setdefault("server", server)
        keys.setdefault("port", port)
        keys.setdefault("application", application)
        keys.setdefault("fails", outcome == "failure")
        causes = (expect,) if isinstance(expect, str) else tuple(expect)
        return Scenario(name=f"{prefix or application}/{name}", why=why, client=client, expect=causes, outcome=outcome,
                        scope=prefix or application, **keys)

    def failure(name, expect, why, client, **keys):
        return one("failure", name, why, client, expect, **keys)

    def success(name, why, client, **keys):
        return one("success", name, why, client, **keys)

    def quiet(name, why, client, **keys):
        return one("quiet", name, why, client, **keys)
    return failure, success, quiet
