"""What an import or an export tells: a receipt for each source, for people or machines, and how far it is."""

from __future__ import annotations

import contextlib
import functools
import json
import sys
from collections.abc import Callable, Iterator, Sequence

from recproxy.cli.importing import Progress, Receipt
from recproxy.cli.sources import Source
from recproxy.counting import counted

__all__ = ["lines", "report", "row", "summary", "take_all"]


def take_all(take: Callable[[Source, Progress], Receipt], sources: Sequence[Source], doing: str) -> list[Receipt]:
    """The receipts of all sources, with a progress bar where somebody looks at a terminal."""
    receipts: list[Receipt] = []
    done = 0
    with _progress(sum(source.size for source in sources), doing) as advance:
        for source in sources:
            receipts.append(take(source, functools.partial(_further, advance, done)))
            done += source.size
            advance(done)
    return receipts


def report(receipts: list[Receipt], *, as_json: bool, dry: bool) -> int:
    """Print receipts, on standard output, and what is wrong, on standard error; gives the exit code."""
    if as_json:
        print(json.dumps([row(each) for each in receipts], indent=2))
    else:
        for each in receipts:
            print("\n".join(lines(each, dry=dry)))
    refused = [each for each in receipts if each.problem]
    for each in refused:
        print(f"recproxy: {each.problem}", file=sys.stderr)
    print(summary(receipts, dry=dry), file=sys.stderr)
    return 2 if refused else int(any(each.lost for each in receipts))


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


def row(receipt: Receipt) -> dict[str, object]:
    """A receipt for machines."""
    return {
        "source": str(receipt.source),
        "format": receipt.format,
        "interactions": receipt.interactions,
        "exact": receipt.exact,
        "targets": [
            {"path": str(each.path), "profile": each.profile, "interactions": each.interactions, "state": each.state}
            for each in receipt.targets
        ],
        "notes": [{"kind": note.kind, "where": note.where, "text": note.text} for note in receipt.notes],
        "redacted": dict(receipt.redacted),
        "passed_over": receipt.passed_over,
        "problem": receipt.problem,
    }


def lines(receipt: Receipt, *, dry: bool) -> Iterator[str]:
    """A receipt for people."""
    if receipt.passed_over:
        yield f"{receipt.source}: passed over, of no known format"
        return
    if receipt.problem:
        yield f"{receipt.source}: refused"
        return
    count = counted(receipt.interactions, "interaction")
    exact = "all exact" if receipt.exact == receipt.interactions else f"{receipt.exact} exact"
    hidden = sum(receipt.redacted.values())
    redacted = f", {hidden} redacted ({', '.join(receipt.redacted)})" if hidden else ""
    yield f"{receipt.source} ({receipt.format}): {count}, {exact}{redacted}"
    for each in receipt.targets:
        yield f"  -> {each.path}: {'would be ' if dry and each.state != 'unchanged' else ''}{each.state}"
    for (kind, text), places in _gathered(receipt).items():
        where = f" ({', '.join(places[:5])}{', ...' if len(places) > 5 else ''})" if places else ""
        yield f"  {kind}: {text}{where}"


def _gathered(receipt: Receipt) -> dict[tuple[str, str], list[str]]:
    """The notes of one text together, with the places they are about."""
    found: dict[tuple[str, str], list[str]] = {}
    for note in receipt.notes:
        places = found.setdefault((note.kind, note.text), [])
        if note.where and note.where not in places:
            places.append(note.where)
    return found


def summary(receipts: list[Receipt], *, dry: bool) -> str:
    """All receipts in one line."""
    taken = [each for each in receipts if not each.passed_over and not each.problem]
    refused = sum(bool(each.problem) for each in receipts)
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
