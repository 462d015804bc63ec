"""All scenarios, numbered; and the choice of some of them."""
import fnmatch

from . import registry
from .tables import client_cert, controls, corners, further, hello, keys, network, server_cert

TABLES = (hello, server_cert, client_cert, keys, network, controls, corners, further)


def all_scenarios():
    """Every scenario of every table; a name that comes twice is a mistake in a table."""
    found = [scenario for table in TABLES for scenario in table.scenarios()]
    names = [scenario.name for scenario in found]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"scenarios with the same name: {sorted(twice)}")
    return found


def chosen(quick=False, pattern="", scopes=(), stacks=()):
    """The scenarios that fit, and the stacks that are not installed."""
    lacking_servers, lacking_clients = registry.missing()
    picked = []
    for scenario in all_scenarios():
        if scenario.server.stack in lacking_servers or scenario.client.stack in lacking_clients:
            continue
        if quick and not scenario.quick:
            continue
        if pattern and not any(fnmatch.fnmatch(scenario.name, part) for part in pattern.split(",")):
            continue
        if scopes and scenario.scope not in scopes:
            continue
        if stacks and not {scenario.server.stack, scenario.client.stack} <= set(stacks) | {"raw", "none"}:
            continue
        picked.append(scenario)
    return picked, sorted(set(lacking_servers + lacking_clients))
