"""What an import or an export tells: a source_summary for each source, for people or machines, and how far it is."""

from __future__ import annotations

import contextlib
import functools
import json
import sys
from collections.abc import Callable, Iterator, Sequence

from recproxy.cli.import_sources import ImportSource
from recproxy.cli.importing import Progress, SourceSummary
from recproxy.report.counting import counted

__all__ = ["lines", "overall", "report", "row", "take_all"]


def take_all(
    take: Callable[[ImportSource, Progress], SourceSummary], sources: Sequence[ImportSource], doing: str
) -> list[SourceSummary]:
    """The source_summaries of all sources, with a progress bar where somebody looks at a terminal."""
    source_summaries: list[SourceSummary] = []
    done = 0
    with _progress(sum(source.size for source in sources), doing) as advance:
        for source in sources:
            source_summaries.append(take(source, functools.partial(_further, advance, done)))
            done += source.size
            advance(done)
    return source_summaries


def report(source_summaries: list[SourceSummary], *, as_json: bool, dry: bool) -> int:
    """Print source_summaries, on standard output, and what is wrong, on standard error; gives the exit code."""
    if as_json:
        print(json.dumps([row(each) for each in source_summaries], indent=2))
    else:
        for each in source_summaries:
            print("\n".join(lines(each, dry=dry)))
    refused = [each for each in source_summaries if each.problem]
    for each in refused:
        print(f"recproxy: {each.problem}", file=sys.stderr)
    print(overall(source_summaries, dry=dry), file=sys.stderr)
    return 2 if refused else int(any(each.lost for each in source_summaries))


def _further(advance: Progress, done: int, within: float) -> None:
    advance(done + within)


@contextlib.contextmanager
def _progress(total: int, doing: str) -> Iterator[Progress]:
    """A progress bar on a terminal, nothing elsewhere: call it with the bytes that are done."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(doing, total=max(total, 1))
        yield lambda done: bar.update(task, completed=done)


def row(source_summary: SourceSummary) -> dict[str, object]:
    """A source_summary for machines."""
    return {
        "source": str(source_summary.source),
        "format": source_summary.format,
        "interactions": source_summary.interactions,
        "exact": source_summary.exact,
        "targets": [
            {"path": str(each.path), "profile": each.profile, "interactions": each.interactions, "state": each.state}
            for each in source_summary.targets
        ],
        "notes": [{"kind": note.kind, "where": note.where, "text": note.text} for note in source_summary.notes],
        "redacted": dict(source_summary.redacted),
        "passed_over": source_summary.passed_over,
        "problem": source_summary.problem,
    }


def lines(source_summary: SourceSummary, *, dry: bool) -> Iterator[str]:
    """A source_summary for people."""
    if source_summary.passed_over:
        yield f"{source_summary.source}: passed over, of no known format"
        return
    if source_summary.problem:
        yield f"{source_summary.source}: refused"
        return
    count = counted(source_summary.interactions, "interaction")
    exact = "all exact" if source_summary.exact == source_summary.interactions else f"{source_summary.exact} exact"
    hidden = sum(source_summary.redacted.values())
    redacted = f", {hidden} redacted ({', '.join(source_summary.redacted)})" if hidden else ""
    yield f"{source_summary.source} ({source_summary.format}): {count}, {exact}{redacted}"
    for each in source_summary.targets:
        yield f"  -> {each.path}: {'would be ' if dry and each.state != 'unchanged' else ''}{each.state}"
    for (kind, text), places in _gathered(source_summary).items():
        where = f" ({', '.join(places[:5])}{', ...' if len(places) > 5 else ''})" if places else ""
        yield f"  {kind}: {text}{where}"


def _gathered(source_summary: SourceSummary) -> dict[tuple[str, str], list[str]]:
    """The notes of one text together, with the places they are about."""
    found: dict[tuple[str, str], list[str]] = {}
    for note in source_summary.notes:
        places = found.setdefault((note.kind, note.text), [])
        if note.where and note.where not in places:
            places.append(note.where)
    return found


def overall(source_summaries: list[SourceSummary], *, dry: bool) -> str:
    """All source_summaries in one line."""
    taken = [each for each in source_summaries if not each.passed_over and not each.problem]
    refused = sum(bool(each.problem) for each in source_summaries)
    count = sum(each.interactions for each in taken)
    parts = [
        f"{counted(count, 'interaction')} of {counted(len(taken), 'file')}: {sum(each.exact for each in taken)} exact"
    ]
    parts.append(f"{sum(note.kind == 'made up' for each in taken for note in each.notes)} made up")
    parts.append(f"{sum(each.lost for each in taken)} lost")
    if refused:
        parts.append(f"{counted(refused, 'file')} refused, so nothing was written")
    elif dry:
        parts.append("nothing was written")
    return ", ".join(parts)
