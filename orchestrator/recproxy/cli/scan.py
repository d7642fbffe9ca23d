"""`recproxy scan PATH...`: finds secrets in existing recordings, and redacts them with `--fix`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recproxy.cli.verb import Verb, is_quiet

if TYPE_CHECKING:
    from recproxy.play.scanning import Scan

__all__ = ["scan"]


@click.command(cls=Verb, example="recproxy scan tests/functional/recordings")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--fix", is_flag=True, help="Redact the secrets in place.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    metavar="P",
    help="Also apply its rules and search for its credentials. Can be repeated.",
)
def scan(paths: tuple[Path, ...], fix: bool, as_json: bool, profiles: tuple[str, ...]) -> None:
    """Search the recordings at PATHS, or all recordings of the project, for secrets, including those of other tools.

    Prints the place of each secret and the rule that found it, never the secret. Exit codes: 1 if a secret was found
    (with --fix: if one could not be redacted); 2 for a usage error or a file that cannot be read.
    """
    from recproxy.cli.collecting import collecting_seldom
    from recproxy.cli.secret_search import search_files, secret_rules
    from recproxy.config.project import find_project
    from recproxy.control.shown_paths import shown_path
    from recproxy.play.found_recordings import recordings_in
    from recproxy.recording.printable import printable

    paths = paths or (find_project(Path.cwd()).recordings_there(),)
    found = recordings_in(paths)
    problems = [f"{path}: no such file or folder" for path in found.missing]
    folders = [path for path in paths if path.is_dir()]  # once: pre-commit names a thousand files
    with collecting_seldom():
        scans = search_files(found.paths, secret_rules(profiles), folders, fix=fix)
    problems += [each.problem for each in scans if each.problem]
    _report(scans, as_json=as_json)
    for problem in problems:
        print(printable(f"recproxy: {shown_path(problem)}"), file=sys.stderr)
    if scans or not problems:  # where nothing of what was named is there, that is all there is to say
        _summary(scans, found.passed_over, fix=fix)
    left = any(each.findings and not each.fixed for each in scans)
    sys.exit(2 if problems else int(left))


def _report(scans: list[Scan], *, as_json: bool) -> None:
    from recproxy.control.shown_paths import shown_path
    from recproxy.recording.printable import printable

    found = [(done, each) for done in scans for each in done.findings]
    if as_json:
        rows = [
            {
                "path": shown_path(done.path),
                "line": each.line,
                "rule": each.rule,
                "place": each.place,
                "fixed": done.fixed,
            }
            for done, each in found
        ]
        print(json.dumps(rows, indent=2))
        return
    for done, each in found:
        line = f":{each.line}" if each.line else ""
        print(
            printable(f"{shown_path(done.path)}{line}: {each.rule} in {each.place}{' (fixed)' if done.fixed else ''}")
        )


def _summary(scans: list[Scan], passed_over: int, *, fix: bool) -> None:
    if is_quiet() and not any(each.findings for each in scans):
        return
    from recproxy.play.detectors import are_there
    from recproxy.play.found_recordings import kinds
    from recproxy.recording.counting import counted

    if not are_there():
        hint = "pip install 'recproxy[scan]'"
        print(f"used only the built-in rules, because detect-secrets is not installed: {hint}", file=sys.stderr)
    count = sum(len(each.findings) for each in scans)
    held = sum(1 for each in scans if each.findings)
    read = [each.format for each in scans if each.format]
    looked = counted(len(read), "recording") + (f" ({names})" if (names := kinds(read)) else "")
    others = f"; {counted(passed_over, 'file')} of unknown format skipped" if passed_over else ""
    if count:
        ours = any(each.findings and each.format == "rec" for each in scans)
        how = "with --fix" if ours else "with the tool that wrote them"
        advice = "" if fix else f"; remove them {how}, and revoke real secrets"
        print(f"{count} found in {held} of {looked}{others}{advice}", file=sys.stderr)
    elif read:
        print(f"no secret found in {looked}{others}", file=sys.stderr)
    elif not any(each.problem for each in scans):  # else the lines above say what was found, and why it was not read
        print(f"no recordings found{others}", file=sys.stderr)
