"""What users feel of the costs of recproxy, as one table, side by side in one run: on the terminal, and for the page on performance.

    python tests/bench/table.py [--rivals FOLDER] [--mitmdump PROGRAM] [--hoverfly PROGRAM]
        [--wiremock JAR] [--mockttp FOLDER] [--into FOLDER] [NAME ...]

FOLDER of the rivals has pytest-recording and cassetter, each in a folder of its own; `npm install mockttp` was run in that of
mockttp. With `--into`, the table is written
there as costs.json, as pictures, costs.svg and growth.svg, and into the page performance.md, between its two marks. A NAME
is one of the measurements, or `growth`, to see it alone.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.metadata
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import client
import first_answer
import growth
import import_cassette
import pictures_of_costs
import record_many
import scopes
import server_side
import start
import suite
from mock_servers import MOCK_SERVERS, MockServer
from rows import Row, Tools

#: What is measured, in the order of the table.
MEASURED = {
    "suite": suite.rows,
    "client": client.rows,
    "server_side": server_side.rows,
    "record_many": record_many.rows,
    "start": start.rows,
    "first_answer": first_answer.rows,
    "scopes": scopes.rows,
    "import_cassette": import_cassette.rows,
}
#: Where the table stands in the page.
BEGIN, END = "<!-- the table of costs begins -->", "<!-- the table of costs ends -->"
HEADINGS = ("what", "recproxy", "beside it", "ratio", "goal", "met")
VERSIONS = ("uvloop", "httptools", "ahocorasick-rs", "cryptography", "vcrpy", "requests", "httpx", "pytest")


def main(words: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description="What recproxy costs, beside other tools.")
    parser.add_argument("--rivals", type=Path, help="a folder with pytest-recording/ and cassetter/")
    parser.add_argument("--mitmdump", help="the program, in an environment of its own")
    parser.add_argument("--hoverfly", metavar="PROGRAM", help="the program")
    parser.add_argument("--wiremock", metavar="JAR", help="the standalone jar; it needs java")
    parser.add_argument("--mockttp", metavar="FOLDER", help="where `npm install mockttp` was run; it needs node")
    parser.add_argument("--into", type=Path, help="the folder of performance.md")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join((*MEASURED, "growth")))
    asked = parser.parse_args(words)
    if unknown := set(asked.names) - {*MEASURED, "growth"}:
        parser.error(f"no measurement is named {', '.join(sorted(unknown))}; there are: {', '.join(MEASURED)}, growth")
    if asked.into is not None and asked.names:
        parser.error("--into writes the whole table: name no measurement with it")
    if asked.into is not None and not has_marks(asked.into / "performance.md"):
        parser.error(f"--into: {asked.into}/performance.md lacks one of the marks between which the table stands")
    if asked.rivals is not None and not asked.rivals.is_dir():
        parser.error(f"--rivals: {asked.rivals} is no folder")
    tools = Tools(sys.executable, asked.rivals, asked.mitmdump, tuple(mock_servers(parser, asked)))
    # Users have modules compiled: without, each process of an editable install compiles them again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    about = machine(tools)
    print("; ".join(f"{name} {value}" for name, value in about.items()), flush=True)
    rows = list(measured(tools, asked.names or (*MEASURED,)))
    lines = list(grown()) if not asked.names or "growth" in asked.names else []
    if asked.into is not None:
        written(asked.into, about, rows, lines)


def mock_servers(parser: argparse.ArgumentParser, asked: argparse.Namespace) -> Iterator[MockServer]:
    """Those tools whose paths were given."""
    for name, made in MOCK_SERVERS.items():
        if (path := getattr(asked, name)) is not None:
            try:
                yield made(path)
            except ValueError as problem:
                parser.error(f"--{name}: {problem}")


def measured(tools: Tools, names: Sequence[str]) -> Iterator[Row]:
    """The rows of the table, each printed when it is there."""
    for name in names:
        try:
            for row in MEASURED[name](tools) if name in MEASURED else ():
                print(" | ".join(row.cells()), flush=True)
                yield row
        except (AssertionError, OSError, subprocess.SubprocessError) as problem:  # what the others have shown is kept
            last = (str(problem).strip().splitlines() or [type(problem).__name__])[-1]
            print(f"{name} cannot be measured: {last}", file=sys.stderr)


def grown() -> Iterator[growth.Line]:
    """The lines of what grows, each printed when it is there."""
    for line in growth.lines():
        print(growth.text(line), flush=True)
        yield line


def machine(tools: Tools) -> dict[str, str]:
    """What the figures depend on: the day, the machine, and versions."""
    found = {"date": dt.datetime.now(dt.UTC).date().isoformat(), "Python": platform.python_version()}
    found["system"] = (
        f"{platform.system()} {platform.release().split('-')[0]}, {os.cpu_count()} processors, {processor()}"
    )
    for name in VERSIONS:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    for folder in sorted(tools.rivals.glob("*/*.dist-info")) if tools.rivals else ():
        name, version = folder.name.removesuffix(".dist-info").rsplit("-", 1)
        found[name.replace("_", "-")] = version
    programs = {"mitmproxy": [tools.mitmdump, "--version"], "nginx": ["nginx", "-v"]}
    for name, command in (programs | {k: v for each in tools.mock_servers for k, v in each.versions.items()}).items():
        if command[0] and shutil.which(command[0]):
            said = subprocess.run(command, capture_output=True, text=True, check=True)
            version = re.search(r"[0-9]+(\.[0-9]+)+", said.stdout or said.stderr)
            found[name] = version[0] if version else "of an unknown version"
    return found


def processor() -> str:
    """The name of the processor; where the system does not tell, its kind."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def as_markdown(about: dict[str, str], rows: Sequence[Row]) -> str:
    """What was measured, where and when."""
    versions = ", ".join(f"{name} {value}" for name, value in about.items() if name not in ("date", "system"))
    table = [HEADINGS, ("---",) * len(HEADINGS), *(row.cells() for row in rows)]
    lines = "".join(f"| {' | '.join(cells)} |\n" for cells in table)
    return f"Measured on {about['date']} on {about['system']}, with {versions}.\n\n{lines}"


def has_marks(page: Path) -> bool:
    """Whether the table has its place in the page."""
    try:
        text = page.read_text(encoding="utf-8")
    except OSError:
        return False
    return -1 < text.find(BEGIN) < text.find(END)


def written(folder: Path, about: dict[str, str], rows: list[Row], lines: list[growth.Line]) -> None:
    """Write the table and its pictures."""
    values = {"about": about, "rows": [asdict(row) for row in rows], "growth": [asdict(line) for line in lines]}
    (folder / "costs.json").write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    page = folder / "performance.md"
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n\n{as_markdown(about, rows)}\n{END}{after}", encoding="utf-8")
    (folder / "costs.svg").write_text(pictures_of_costs.ratios(rows), encoding="utf-8")
    if lines:
        (folder / "growth.svg").write_text(pictures_of_costs.growth(lines), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
