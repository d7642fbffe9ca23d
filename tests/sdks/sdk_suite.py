"""Runs the SDKs that are here and writes the table in docs/reference/sdks.md: what `nox -s sdks` runs.

    python tests/sdks/sdk_suite.py PACKAGES [SDK ...]

PACKAGES is the folder in which npm has installed. An SDK that is not here is skipped by name.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "journeys"))

from sdk_page import run_suite
from sdk_runs import ORDERS, Bench

EDGES = ("<!-- scenarios of the SDKs -->", "<!-- end of scenarios -->")
COLUMNS = ("recorded", "secrets", "recorded again", "live", *ORDERS)
HEAD = ["SDK", "version", "scenario", "recorded", "no secret", "recorded again", "live", *ORDERS]
WORDS = {"equal": "yes"}


def rows_of(sdk, version, packages):
    """A row for each scenario of an SDK, and what was not as it should be."""
    with tempfile.TemporaryDirectory(prefix="recproxy-sdk-") as place:
        outcome = Bench(sdk, Path(place), packages).tried()
    rows = []
    for scenario, found in outcome.columns.items():
        words = (found.get(column, "-") for column in COLUMNS)
        rows.append([sdk.name, version, scenario.replace("_", " "), *(WORDS.get(word, word) for word in words)])
    return rows, outcome.problems


if __name__ == "__main__":
    sys.exit(run_suite(sys.argv[1], sys.argv[2:], rows_of, HEAD, EDGES, "scenarios"))
