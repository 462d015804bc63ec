"""What the laboratory and the real servers run in common: a list of what there is, a folder that goes again, a skip."""
import shutil
import tempfile

from .namespaces import Unavailable

SKIP = 77       # what ctest takes for "cannot be done here"


def list_scenarios(scenarios, scoped=False):
    """Prints what SCENARIOS expect, SCOPED with their scopes. Returns the exit status."""
    for scenario in scenarios:
        scope = f"{scenario.scope:8} " if scoped else ""
        print(f"{scenario.name:60} {scope}{' | '.join(scenario.expect) or scenario.outcome}")
    print(len(scenarios), "scenarios,", sum(not scenario.expect for scenario in scenarios), "of them controls")
    return 0


def run_in_folder(experiment):
    """Calls EXPERIMENT with a new folder, which is removed behind it. Returns its exit status, or the one to skip with
    where namespaces cannot be made."""
    folder = tempfile.mkdtemp(prefix="tlswhy-live-")
    try:
        return experiment(folder)
    except Unavailable as error:
        print("skipped: network namespaces cannot be made here:", error)
        return SKIP
    finally:
        shutil.rmtree(folder, ignore_errors=True)
