"""The report of an import or export: a summary of each source, for people or machines."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from recproxy.cli.import_sources import ImportSource
from recproxy.cli.importing import Progress, SourceSummary
from recproxy.cli.progress import show_progress
from recproxy.cli.verb import is_quiet
from recproxy.recording.counting import counted
from recproxy.recording.printable import printable

__all__ = ["line", "notices", "overall", "report", "row", "take_all"]

#: Places of a notice that are shown; its count says how many there are.
_MOST_PLACES = 5


def take_all(
    take: Callable[[ImportSource, Progress], SourceSummary], sources: Sequence[ImportSource], doing: str
) -> list[SourceSummary]:
    """The summaries of all sources, with their progress."""
    summaries: list[SourceSummary] = []
    done = 0
    with show_progress(sum(source.size for source in sources), doing) as advance:
        for source in sources:
            summaries.append(take(source, functools.partial(_further, advance, done)))
            done += source.size
            advance(done)
    return summaries


def report(summaries: list[SourceSummary], *, as_json: bool, dry: bool) -> int:
    """Print the summaries to stdout and the errors to stderr. Returns the exit code."""
    if as_json:
        print(json.dumps([row(each) for each in summaries], indent=2))
    else:
        for each in summaries if not is_quiet() else ():
            print(printable(line(each, dry=dry)))
        for notice in notices(summaries):
            print(printable(notice))
    refused = [each for each in summaries if each.problem]
    for refusal in _refusals(refused):
        print(printable(f"recproxy: {refusal}"), file=sys.stderr)
    code = 2 if refused else int(any(each.lost for each in summaries))
    if code or not is_quiet():
        print(overall(summaries, dry=dry), file=sys.stderr)
    return code


def _further(advance: Progress, done: int, within: float) -> None:
    advance(done + within)


def row(summary: SourceSummary) -> dict[str, object]:
    """A summary for machines."""
    return {
        "source": str(summary.source),
        "format": summary.format,
        "interactions": summary.interactions,
        "exact": summary.exact,
        "targets": [
            {"path": str(each.path), "profile": each.profile, "interactions": each.interactions, "state": each.state}
            for each in summary.targets
        ],
        "notes": [{"kind": note.kind, "where": note.where, "text": note.text} for note in summary.notes],
        "redacted": dict(summary.redacted),
        "passed_over": summary.passed_over,
        "what": summary.what,
        "problem": summary.problem,
    }


def line(summary: SourceSummary, *, dry: bool) -> str:
    """A summary for people: of a source and what it became."""
    if summary.passed_over:
        return f"{summary.source}: skipped, {f'{summary.what} is not read' if summary.what else 'unknown format'}"
    if summary.problem:
        return f"{summary.source}: refused"
    count = counted(summary.interactions, "interaction")
    exact = "all exact" if summary.exact == summary.interactions else f"{summary.exact} exact"
    hidden = sum(summary.redacted.values())
    redacted = f", {hidden} redacted ({', '.join(summary.redacted)})" if hidden else ""
    written = ", ".join(
        f"{each.path} {'would be ' if dry and each.state != 'unchanged' else ''}{each.state}"
        for each in summary.targets
    )
    arrow = f" -> {written}" if written else ""
    return f"{summary.source} ({summary.format}){arrow}: {count}, {exact}{redacted}"


def notices(summaries: Sequence[SourceSummary]) -> Iterator[str]:
    """The notes of all sources, each text once, with the places they are about."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    files: dict[tuple[str, str], set[Path]] = {}
    for summary in summaries:
        for note in summary.notes:
            source = str(summary.source) if len(summaries) > 1 else ""
            place = ", ".join(filter(None, (source, note.where)))
            found.setdefault((note.kind, note.text), {})[place] = None
            files.setdefault((note.kind, note.text), set()).add(summary.source)
    for (kind, text), every in found.items():
        places = [place for place in every if place]
        shown = "; ".join(places[:_MOST_PLACES]) if len(summaries) > 1 else ", ".join(places[:_MOST_PLACES])
        left = ", ..." if len(places) > _MOST_PLACES else ""
        count = f" in {counted(len(files[kind, text]), 'file')}" if len(summaries) > 1 else ""
        yield f"  {kind}{count}: {text}{f' ({shown}{left})' if places else ''}"


def _refusals(refused: Iterable[SourceSummary]) -> Iterator[str]:
    """Why files were refused, each reason once."""
    reasons: dict[str, list[str]] = {}
    for each in refused:
        path, _, reason = each.problem.partition(": ")
        reasons.setdefault(reason, []).append(path)
    for reason, paths in reasons.items():
        if len(paths) == 1:
            yield f"{paths[0]}: {reason}"
        else:
            left = ", ..." if len(paths) > _MOST_PLACES else ""
            yield f"{counted(len(paths), 'file')}: {reason} ({', '.join(paths[:_MOST_PLACES])}{left})"


def overall(summaries: list[SourceSummary], *, dry: bool) -> str:
    """All summaries in one line."""
    taken = [each for each in summaries if not each.passed_over and not each.problem]
    refused = sum(bool(each.problem) for each in summaries)
    count = sum(each.interactions for each in taken)
    parts = [
        f"{counted(count, 'interaction')} of {counted(len(taken), 'file')}: {sum(each.exact for each in taken)} exact"
    ]
    parts.append(f"{sum(note.kind == 'synthesized' for each in taken for note in each.notes)} synthesized")
    parts.append(f"{sum(each.lost for each in taken)} lost")
    if refused:
        parts.append(f"{counted(refused, 'file')} rejected, so nothing was written")
    elif dry:
        parts.append("nothing was written")
    return ", ".join(parts)
