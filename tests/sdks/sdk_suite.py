"""Runs the SDKs that are here and writes the table in docs/reference/sdks.md: what `nox -s sdks` runs.

    python tests/sdks/sdk_suite.py PACKAGES [SDK ...]

PACKAGES is the folder in which npm has installed. An SDK that is not here is skipped by name.
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "journeys"))

from sdk_runs import ORDERS, Bench
from sdk_table import SDKS, version_here

PAGE = Path(__file__).parents[2] / "docs/reference/sdks.md"
EDGES = ("<!-- scenarios of the SDKs -->", "<!-- end of scenarios -->")
COLUMNS = ("recorded", "secrets", "recorded again", *ORDERS)


def main(folder, *names):
    """Run the SDKs with these names, or all; the exit code."""
    packages = Path(folder).resolve()
    if unknown := sorted(set(names) - {sdk.name for sdk in SDKS}):
        print(f"no such SDK: {', '.join(unknown)}", file=sys.stderr)
        return 2
    rows, problems, skipped = [], [], []
    for sdk in SDKS:
        if names and sdk.name not in names:
            continue
        version = version_here(sdk, packages)
        if not version:
            skipped.append(sdk.name)
            continue
        with tempfile.TemporaryDirectory(prefix="recproxy-sdk-") as place:
            outcome = Bench(sdk, Path(place), packages).tried()
        problems += [f"{sdk.name}: {problem}" for problem in outcome.problems]
        for scenario, words in outcome.columns.items():
            row = [sdk.name, version, scenario.replace("_", " "), *(words.get(column, "-") for column in COLUMNS)]
            rows.append(row)
            print(" | ".join(row), flush=True)
    print(*problems, sep="\n", file=sys.stderr)
    if skipped:
        print(f"skipped, not installed here: {', '.join(skipped)}")
    wrong = sum("differs" in row for row in rows)
    if not names and not skipped:
        write(rows)
    print(f"{len(rows)} scenarios of {len({row[0] for row in rows})} SDKs, {wrong} differ")
    return 1 if problems else 0


def write(rows):
    """Put the table into the page."""
    head = ["SDK", "version", "scenario", "recorded", "no secret", "recorded again", *ORDERS]
    lines = [head, ["---"] * len(head), *(["yes" if word == "equal" else word for word in row] for row in rows)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.partition(EDGES[0])[0], text.partition(EDGES[1])[2]
    PAGE.write_text(f"{before}{EDGES[0]}\n\n{table}\n\n{EDGES[1]}{after}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
