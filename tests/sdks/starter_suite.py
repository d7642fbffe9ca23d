"""Lets the SDKs that are here ask for the starter recordings, and writes their table in docs/reference/sdks.md.

    python tests/sdks/starter_suite.py PACKAGES [SDK ...]

As sdk_suite.py, which `nox -s sdks` runs before it. Nothing is recorded: the recordings come with the profiles.
"""

import dataclasses
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "journeys"))

from sdk_page import run_suite
from sdk_runs import Bench, Outcome
from starter_table import SAYS

EDGES = ("<!-- starter recordings -->", "<!-- end of starter recordings -->")
HEAD = ["SDK", "version", "starter recording", "what the SDK returns or raises", "replayed"]


def tried(sdk, packages, says):
    """What came of the starter recordings that an SDK asks for, by what it `says` to each: an Outcome."""
    outcome = Outcome()
    asking = dataclasses.replace(sdk, program=sdk.program.replace("_calls", "_starters"))
    with tempfile.TemporaryDirectory(prefix="recproxy-starters-") as place:
        bench = Bench(asking, Path(place), packages)
        (bench.folder / "pyproject.toml").write_text("[tool.recproxy]\n")
        replayed = bench.run(outcome, "replayed", "replay", list(says), {})
    bench.compare(outcome, "replayed", says, replayed)
    return outcome


def rows_of(sdk, version, packages):
    """A row for each recording that an SDK asks for, and what was not as it should be."""
    outcome = tried(sdk, packages, SAYS[sdk.name])
    rows = []
    for recording, said in SAYS[sdk.name].items():
        replayed = "yes" if outcome.columns[recording]["replayed"] == "equal" else "differs"
        rows.append([sdk.name, version, f"`{recording}.rec`", words(said), replayed])
    return rows, outcome.problems


def words(said):
    """What an SDK says, as the table has it."""
    return ", then ".join(map(str, said)) or "an empty list" if isinstance(said, list) else str(said)


if __name__ == "__main__":
    sys.exit(run_suite(sys.argv[1], sys.argv[2:], rows_of, HEAD, EDGES, "uses of starter recordings"))
