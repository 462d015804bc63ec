"""A case: what the tap sees, what broke, why the verdict must be what it is."""
from dataclasses import dataclass
from typing import Callable

OBSERVED, INFERRED = "observed", "inferred"


@dataclass(frozen=True)
class Case:
    """FOLDER below tests/golden; DRAW(capture) writes the packets; EVENTS in the order of the connections: a tuple
    (cause, confidence, side at fault), or "success", or "unknown"."""
    folder: str
    draw: Callable
    what: str
    why: str
    events: tuple


def fields(event):
    """What events.json asks for."""
    if event in ("success", "unknown"):
        return {"event": {"outcome": event, "dataset": "tlswhy.handshake"}, "tlswhy": {"cause": None}}
    cause, confidence, fault = event
    return {"event": {"outcome": "failure", "code": cause, "dataset": "tlswhy.failure"},
            "tlswhy": {"cause": cause, "confidence": confidence, "at_fault": fault}}
