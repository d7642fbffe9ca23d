"""What both suites of `nox -s sdks` do: run each SDK that is here, print its rows, and write their table into the page."""

import sys
from pathlib import Path

from sdk_table import SDKS, version_here

PAGE = Path(__file__).parents[2] / "docs/reference/sdks.md"


def run_suite(folder, names, rows_of, head, edges, counted):
    """Run the SDKs with these names, or all; the exit code.

    `rows_of(sdk, version, packages)` gives the rows of an SDK, and its problems. The table with this `head` goes between
    the two `edges` of the page. `counted` says in a word what a row is.
    """
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
        own, wrong = rows_of(sdk, version, packages)
        problems += [f"{sdk.name}: {problem}" for problem in wrong]
        rows += own
        for row in own:
            print(" | ".join(row), flush=True)
    print(*problems, sep="\n", file=sys.stderr)
    if skipped:
        print(f"skipped, not installed here: {', '.join(skipped)}")
    if not names and not skipped:
        _write(rows, head, edges)
    differ = sum("differs" in row for row in rows)
    print(f"{len(rows)} {counted} of {len({row[0] for row in rows})} SDKs, {differ} differ")
    return 1 if problems else 0


def _write(rows, head, edges):
    table = "\n".join(f"| {' | '.join(line)} |" for line in [head, ["---"] * len(head), *rows])
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.partition(edges[0])[0], text.partition(edges[1])[2]
    PAGE.write_text(f"{before}{edges[0]}\n\n{table}\n\n{edges[1]}{after}", encoding="utf-8")
