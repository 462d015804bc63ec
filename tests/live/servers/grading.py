"""Grades events against scenarios: the cause as in the laboratory, then the application and the server's words."""
from dataclasses import replace

from lab import grading as causes


def by_address(lines):
    """Events of a tlswhyd's output by the server's address, in their order: FTP comes on two ports."""
    found = {}
    for (address, _), events in causes.read_events(lines).items():
        found.setdefault(address, []).extend(events)
    return found


def grade(result, events):
    """Grades the EVENTS of one scenario's address."""
    graded = causes.grade(result, events)
    if not graded.good:
        return graded
    told = [event for event in events if event["destination"]["port"] == result.port]
    complaint = _complaint(result.scenario, told) if result.scenario.outcome != "quiet" else ""
    return replace(graded, rank="wrong", said=f"{graded.said}, {complaint}") if complaint else graded


def grade_one_sided(result, events):
    """Grades what is said where one side's packets alone were captured: no failure is well, and so is one that this
    side proves, as the client's alert proves that it refused the certificate."""
    if result.trouble:
        return causes.Grade(result, "void", result.trouble)
    said = {causes.cause(event) for event in events if causes.dataset(event) == causes.FAILURE}
    proven = set(result.scenario.expect)
    if any(cause.startswith("server_cert.") for cause in proven):
        proven.add("server_cert.rejected")
    return causes.Grade(result, "best" if said <= proven else "wrong", ", ".join(sorted(said)) or "silent")


def _complaint(scenario, events):
    for event in events:
        application = event["network"].get("application", "")
        if application != scenario.application:
            return f"application {application or 'absent'}"
        text = "\n".join([event["message"], *event["tlswhy"].get("evidence", [])])
        for words in scenario.words:
            if words not in text:
                return f"without the words {words!r}: {text}"
    return ""
