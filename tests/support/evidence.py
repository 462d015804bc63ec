"""What an inferred verdict owes its reader: from what it was inferred."""
import re

# Lines that only tell how it ended. They are the occasion of an inference and never its reason.
ENDING = re.compile(r"^(a fatal |a )?(server|client) alert |^the (server|client) (closed|ended) (the connection|it)|"
                    r"^how far it had come")
SHAPE = re.compile(r"encrypted (record|alert)")


def complaint(event):
    """Says what is missing in the evidence of EVENT; None where nothing is."""
    ours = event.get("tlswhy", {})
    if ours.get("confidence") != "inferred":
        return None
    lines = ours.get("evidence", [])
    if not lines:
        return "inferred, and no evidence at all"
    if ours.get("alert", {}).get("encrypted") and not any(SHAPE.search(line) for line in lines):
        return "inferred from an alert that cannot be read, and the evidence does not name the record"
    if not any(not ENDING.search(line) or SHAPE.search(line) for line in lines):
        return f"inferred, and the evidence tells only how it ended: {lines}"
    return None
