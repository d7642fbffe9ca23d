"""Lets the SDKs that are here ask for the starter recordings, and writes their table in docs/reference/sdks.md.

    python tests/sdks/starter_suite.py PACKAGES [SDK ...]

As sdk_suite.py, which `nox -s sdks` runs before it. Nothing is recorded: the recordings come with the profiles.
"""

import dataclasses
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "journeys"))

from sdk_runs import Bench, Outcome
from sdk_table import SDKS, version_here
from starter_table import SAYS

PAGE = Path(__file__).parents[2] / "docs/reference/sdks.md"
EDGES = ("<!-- starter recordings -->", "<!-- end of starter recordings -->")


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


def main(folder, *names):
    """Run the SDKs with these names, or all; the exit code."""
    packages = Path(folder).resolve()
    rows, problems, skipped = [], [], []
    for sdk in SDKS:
        if names and sdk.name not in names:
            continue
        version = version_here(sdk, packages)
        if not version:
            skipped.append(sdk.name)
            continue
        outcome = tried(sdk, packages, SAYS[sdk.name])
        problems += [f"{sdk.name}: {problem}" for problem in outcome.problems]
        for recording, said in SAYS[sdk.name].items():
            replayed = "yes" if outcome.columns[recording]["replayed"] == "equal" else "differs"
            rows.append([sdk.name, version, f"`{recording}.rec`", words(said), replayed])
            print(" | ".join(rows[-1]), flush=True)
    print(*problems, sep="\n", file=sys.stderr)
    if skipped:
        print(f"skipped, not installed here: {', '.join(skipped)}")
    if not names and not skipped:
        write(rows)
    print(f"{len(rows)} uses of starter recordings, {sum('differs' in row for row in rows)} differ")
    return 1 if problems else 0


def words(said):
    """What an SDK says, as the table has it."""
    return ", then ".join(map(str, said)) or "an empty list" if isinstance(said, list) else str(said)


def write(rows):
    """Put the table into the page."""
    head = ["SDK", "version", "starter recording", "what the SDK returns or raises", "replayed"]
    table = "\n".join(f"| {' | '.join(line)} |" for line in [head, ["---"] * len(head), *rows])
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.partition(EDGES[0])[0], text.partition(EDGES[1])[2]
    PAGE.write_text(f"{before}{EDGES[0]}\n\n{table}\n\n{EDGES[1]}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
