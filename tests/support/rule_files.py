"""The shipped rules, for the checks of this folder."""
import glob
import json
import os


def rules_of(root):
    """Each rule of each file, as it stands there."""
    for path in sorted(glob.glob(os.path.join(root, "rules", "*.json"))):
        with open(path, encoding="utf-8") as file:
            yield from json.load(file)["rules"]
