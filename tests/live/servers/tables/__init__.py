"""The scenarios, one table for each kind of server."""
from . import databases, directories, files, mail, messages, proxies

SCENARIOS = tuple(scenario for table in (mail, files, directories, databases, messages, proxies)
                  for scenario in table.SCENARIOS)
if len({scenario.name for scenario in SCENARIOS}) != len(SCENARIOS):
    raise ValueError("two scenarios have one name")
