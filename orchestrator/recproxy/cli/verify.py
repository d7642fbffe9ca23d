"""`recproxy verify`: whether the real services still answer as the recordings say."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recproxy.cli.options import refuse_nested, report_format_option
from recproxy.cli.verb import Verb, is_quiet
from recproxy.errors import ConfigurationError
from recproxy.play.changed_lines import changed_lines, changed_row

if TYPE_CHECKING:
    from recproxy.cli.verifying import ProfileVerification, Verified
    from recproxy.config.profile import Profile
    from recproxy.config.project import Project

__all__ = ["verify"]

DRIFT = 1
#: Something could not be asked, or nothing was.
_UNVERIFIED = 3


@click.command(cls=Verb, example='recproxy verify twitter --unsafe "POST /oauth2/token"', page="ci")
@click.option(
    "--unsafe",
    multiple=True,
    metavar="REQUEST",
    help='Also ask requests that may change something: "POST /oauth2/token", POST, or all. Can be repeated.',
)
@click.option("--values", "values_count", is_flag=True, help="Count other values as drift, too.")
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    metavar="N",
    default=2.0,
    show_default=True,
    help="Ask at most N requests per second.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="How long to wait for an answer. Default: upstream.timeout of the profile.",
)
@click.option("--dry-run", is_flag=True, help="Ask nothing, and print what would be asked and what would be left out.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list to stdout.")
@click.option("--report", "reports", multiple=True, metavar="FILE", help="Write a report, as `recproxy run` does.")
@report_format_option("--report")
@click.argument("names", nargs=-1, metavar="[PROFILE]...")
def verify(
    unsafe: tuple[str, ...],
    values_count: bool,
    rate: float,
    timeout: float | None,
    dry_run: bool,
    as_json: bool,
    reports: tuple[str, ...],
    report_formats: tuple[str, ...],
    names: tuple[str, ...],
) -> None:
    """Ask the real services what the recordings ask, and report how their answers differ. Writes no recording.

    Compares statuses, fields and types first, then values. Requests that may change something are left out unless
    --unsafe names them. Exit codes: 0 without drift; 1 with drift; 3 if a request got no answer or nothing could be
    asked; 2 for a usage or configuration error.
    """
    import asyncio

    from recproxy.config.project import find_project
    from recproxy.report.report_files import report_targets

    refuse_nested()
    project = find_project(Path.cwd())
    profiles = _profiles(project, names, timeout)
    if not dry_run:
        _check_credentials(profiles)
    targets = report_targets(reports, report_formats, folder=Path.cwd())
    results = asyncio.run(_verify(project, profiles, unsafe, rate, dry=dry_run))
    drifted = [each for result in results for each in result.found if each.has_drift or (values_count and each.changes)]
    failed = any(each.failure for result in results for each in result.found) or any(each.problems for each in results)
    _print(results, as_json=as_json, dry=dry_run)
    code = DRIFT if drifted else _UNVERIFIED if failed or not (dry_run or any(each.asked for each in results)) else 0
    if targets:
        from recproxy.cli.verify_report import write_verify_report

        code = write_verify_report(results, project, targets, code, drifted)
    sys.exit(code)


def _profiles(project: Project, names: Sequence[str], timeout: float | None) -> list[Profile]:
    from dataclasses import replace

    from recproxy.control.shown_paths import shown_path

    loaded = project.load(names or project.default_profiles())
    without = [each.name for each in loaded if not (project.recordings / each.name).is_dir()]
    if len(without) == len(loaded):
        named = ", ".join(without) or "any profile"
        shown = shown_path(str(project.recordings_there()))
        raise ConfigurationError(f"{shown}: has no recordings of {named}: record some first")
    if names and without:
        print(f"recproxy: note: no recordings of {', '.join(without)}", file=sys.stderr)
    loaded = tuple(each for each in loaded if each.name not in without)
    if timeout is None:
        return list(loaded)
    return [replace(each, upstream=replace(each.upstream, timeout=timeout)) for each in loaded]


def _check_credentials(profiles: Sequence[Profile]) -> None:
    from recproxy.control.modes import all_credentials_missing

    lacking = [
        (profile.name, "verify", [name for name in profile.credentials if not os.environ.get(name)])
        for profile in profiles
    ]
    if why := all_credentials_missing(lacking):
        raise ConfigurationError(why)


async def _verify(
    project: Project, profiles: Sequence[Profile], unsafe: tuple[str, ...], rate: float, *, dry: bool
) -> list[ProfileVerification]:
    from contextlib import nullcontext

    from recproxy.cli.progress import is_shown, show_progress
    from recproxy.cli.verifying import count_interactions, verify_profile
    from recproxy.play.verification import WhatToAsk, is_request_pattern

    for word in unsafe:
        if not is_request_pattern(word):
            raise ConfigurationError(
                f'--unsafe {word}: write a method, a method and a path such as "POST /login", or all'
            )
    environment = dict(os.environ)
    results = []
    for profile in profiles:
        folder = project.recordings / profile.name
        shown = is_shown() and not dry
        count = count_interactions(folder) if shown else 0
        doing = f"verifying {profile.name}"
        with show_progress(count, doing, unit="requests") if shown else nullcontext(lambda _: None) as advance:
            results.append(
                await verify_profile(
                    profile,
                    profiles,
                    folder,
                    what=WhatToAsk(unsafe=unsafe),
                    environment=environment,
                    rate=rate,
                    dry=dry,
                    advance=advance,
                )
            )
    return results


def _print(results: Sequence[ProfileVerification], *, as_json: bool, dry: bool) -> None:
    """The drift on standard output, all else on standard error."""
    from recproxy.control.shown_paths import shown_path
    from recproxy.recording.counting import counted
    from recproxy.recording.printable import printable

    if as_json:
        rows = [
            _row(each) for result in results for each in result.found if each.changes or each.left_out or each.failure
        ]
        print(json.dumps(rows, indent=2))
    for result in results:
        for line in result.problems:
            print(printable(f"recproxy: {shown_path(line)}"), file=sys.stderr)
        for each in result.found:
            asked = f"{each.interaction.request.method} {each.interaction.request.url}"
            place = f"{shown_path(str(each.path.resolve()))}:{each.interaction.line}"
            if each.changes and not as_json:
                print("\n".join(map(printable, (*changed_lines(each.changed), f"    recorded at {place}"))))
            if each.failure:
                print(printable(f"recproxy: failed: {asked} ({place}): {each.failure}"), file=sys.stderr)
            elif each.left_out and not is_quiet():
                print(printable(f"recproxy: left out: {asked} ({place}): {each.left_out}"), file=sys.stderr)
            elif dry:
                print(printable(f"would ask {asked} ({place})"))
        if not is_quiet():
            kinds = [sum(bool(found) for found in kind) for kind in _kinds(result.found)]
            print(
                f"recproxy: {result.profile}: {counted(result.asked, 'request')} sent, {kinds[0]} with changed fields, types or status, "
                f"{kinds[1]} with changed values only, {kinds[2]} left out, {kinds[3]} failed",
                file=sys.stderr,
            )


def _kinds(found: Sequence[Verified]) -> tuple[list[bool], ...]:
    return (
        [each.has_drift for each in found],
        [bool(each.changes) and not each.has_drift for each in found],
        [bool(each.left_out) for each in found],
        [bool(each.failure) for each in found],
    )


def _row(each: Verified) -> dict[str, object]:
    place = {"path": str(each.path), "line": each.interaction.line, "scope": each.scope}
    return {
        **changed_row(each.changed),
        **place,
        "state": "failed" if each.failure else "left out" if each.left_out else "drift" if each.has_drift else "values",
        "reason": each.failure or each.left_out,
    }
