"""What a tally tells in words, all at once, so that it can be told without what turned out to be secret. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from recproxy.control.outcomes import Missed
from recproxy.report.tally import Tally

__all__ = ["replace_texts", "texts_of"]


def texts_of(tally: Tally) -> list[str]:
    """All that the report of a run says in words, each once."""
    told = [*tally.notes, *tally.unasked.values(), *tally.failures, *tally.failure_tests, *tally.tests, *tally.blocked]
    for missed in (*tally.misses, *tally.refusals):
        told += missed.method, missed.url, missed.text, missed.test
        told += _compared(missed)
    told += _named_headers(tally)
    told += (row.slowest for row in tally.rows.values())
    told += (str(written.path) for written in (*tally.written, *tally.recovered))
    for request in tally.timeline.requests:
        told += request.request, request.test, request.path
    return list(dict.fromkeys(told))


def replace_texts(tally: Tally, new: Mapping[str, str]) -> None:
    """Say it in other words, which `new` has for each of the texts."""

    def shown(missed: Missed) -> Missed:
        return replace(
            missed,
            method=new[missed.method],
            url=new[missed.url],
            text=new[missed.text],
            test=new[missed.test],
            closest=_found(new, missed.closest),
            expected=_found(new, missed.expected),
            differences=tuple(
                (new[place], _found(new, recorded), _found(new, live)) for place, recorded, live in missed.differences
            ),
        )

    for told in (tally.notes, tally.failures, tally.failure_tests):
        told[:] = [new[each] for each in told]
    tally.unasked = {profile: new[line] for profile, line in tally.unasked.items()}
    tally.tests = {name: replace(row, name=new[row.name]) for name, row in tally.tests.items()}
    for misses in (tally.misses, tally.refusals):
        misses[:] = [shown(each) for each in misses]
    for row in tally.rows.values():
        row.slowest = new[row.slowest]
    for files in (tally.written, tally.recovered):
        files[:] = [replace(each, path=Path(new[str(each.path)])) for each in files]
    tally.timeline.rename(new)
    tally.blocked = _renamed(tally.blocked, new)
    tally.redactions = _renamed(tally.redactions, {each: new[each] for each in _named_headers(tally)})


def _named_headers(tally: Tally) -> list[str]:
    """What counts how often a header was redacted: clients and services have named it, and recproxy the other rules."""
    return [rule for rule in tally.redactions if rule.startswith("header ")]


def _renamed(counts: Mapping[str, int], new: Mapping[str, str]) -> Counter[str]:
    renamed = Counter[str]()
    for name, count in counts.items():
        renamed[new.get(name, name)] += count
    return renamed


def _compared(missed: Missed) -> Iterator[str]:
    yield from (place for place in (missed.closest, missed.expected) if place is not None)
    for difference in missed.differences:
        yield from (text for text in difference if text is not None)


def _found(new: Mapping[str, str], text: str | None) -> str | None:
    return None if text is None else new[text]
