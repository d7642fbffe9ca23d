"""A tally as a report, and a report as a tally. Pure.

Paths of a report are relative to the project, so that reports of several machines name a file alike; a file of a
profile's package begins with the name of the package.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from recproxy.control.outcomes import NO_TEST, Missed
from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.printable import printable
from recproxy.report.run_report import (
    FieldDifference,
    ProfileReport,
    ReportFinding,
    RequestReport,
    RunReport,
    TestReport,
    TimelineEntry,
    UnusedInteraction,
    WrittenFile,
)
from recproxy.report.run_timeline import TimelineRequest
from recproxy.report.tally import Row, Tally, TestRow, UnusedPlace, Written

__all__ = ["ReportPlaces", "printable_report", "report_of", "tally_of"]

#: A place in a recording: a file and a line.
_PLACE = lazy_pattern(r"(.*?)(?::(\d+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPlaces:
    """Where paths are relative to: the project's root, and the folders of packages' own recordings."""

    root: Path
    packages: Sequence[Path] = ()

    def name(self, path: str) -> str:
        """A path as a report has it."""
        for folder in self.packages:
            if Path(path).is_relative_to(folder):
                return Path(folder.parent.name, folder.name, Path(path).relative_to(folder)).as_posix()
        return Path(os.path.relpath(path, self.root)).as_posix() if Path(path).is_absolute() else path

    def find(self, name: str) -> Path | None:
        """The file that a report names so; None where it is not there, or neither in the project nor in a package."""
        for folder in self.packages:
            parts = Path(name).parts
            if parts[:2] == (folder.parent.name, folder.name) and (found := folder.joinpath(*parts[2:])).exists():
                return found
        found = (self.root / name).resolve()
        return found if found.exists() and found.is_relative_to(self.root.resolve()) else None

    def place(self, where: str | None) -> tuple[str, int]:
        """Path and line of a place, each as a report has it."""
        if not where:
            return "", 0
        found = _PLACE.fullmatch(where.partition(", interaction ")[0])
        path, line = (found[1], found[2]) if found else (where, None)
        return self.name(path), int(line or 0)


def report_of(
    tally: Tally, places: ReportPlaces, facts: RunReport, strict: Iterable[str] = (), *, begun: float = 0.0
) -> RunReport:
    """The report of a tally.

    Args:
        tally: what the run counted.
        places: where paths are relative to.
        facts: what the tally does not know of the run.
        strict: the profiles whose unused interactions fail it.
        begun: when the run began, by the monotonic clock.
    """
    unused, played, strict = tally.unused(), tally.played(), frozenset(strict)
    return printable_report(
        replace(
            facts,
            profiles=tuple(
                _profile(row, unused.get(name, ()), played.get(name, frozenset()), places, fails=name in strict)
                for name, row in tally.rows.items()
                if row.listed
            ),
            tests=tuple(_test(row) for row in tally.tests.values() if row.name != NO_TEST or _acted(row)),
            misses=tuple(_misses(tally.misses, places)),
            refusals=tuple(_findings(refusal.text for refusal in tally.refusals)),
            failures=tuple(_failures(tally)),
            unasked=tuple(ReportFinding(text=line, profile=name) for name, line in tally.unasked.items()),
            old=tuple(_findings(tally.old)),
            notes=tuple(_findings(tally.notes)),
            written=tuple(
                WrittenFile(
                    path=places.name(str(each.path)),
                    interactions=each.interactions,
                    failed=each.failed,
                    changed=each.changed,
                    kept=each.kept,
                    links=each.links,
                )
                for each in tally.written
            ),
            tokens=tuple(tally.tokens),
            redactions=dict(tally.redactions),
            blocked=dict(tally.blocked),
            timeline=tuple(
                _timed(each, places, begun) for each in sorted(tally.timeline.requests, key=lambda each: each.begun)
            ),
            timeline_left_out=tally.timeline.left_out,
        )
    )


def printable_report(report: RunReport) -> RunReport:
    """The report with every text as a terminal may get it."""
    shown: RunReport = _shown(report)
    return shown


def tally_of(report: RunReport) -> Tally:
    """What a table of a report is printed from."""
    tally = Tally()
    for each in report.profiles:
        tally.rows[each.name] = Row(
            profile=each.name,
            mode=each.mode,
            named=each.is_listed,
            played=each.played,
            recorded=each.recorded,
            forwarded=each.forwarded,
            missed=each.missed,
            failed=each.failed,
            unused=each.unused,
            seconds=each.seconds,
            size=each.bytes,
            messages=each.messages,
            slowest=each.slowest,
            slowest_seconds=each.slowest_seconds,
        )
    for miss in report.misses:
        missed = Missed(
            method=miss.method,
            url=miss.url,
            text=miss.text,
            test=miss.test,
            profile=miss.profile,
            differences=tuple((each.field, each.recorded, each.request) for each in miss.differences),
        )
        tally.misses += [missed] * miss.count
    tally.refusals += (Missed(method="", url="", text=each.text) for each in report.refusals for _ in range(each.count))
    tally.failures += (each.text for each in report.failures for _ in range(each.count))
    tally.unasked.update((each.profile, each.text) for each in report.unasked)
    tally.old += (each.text for each in report.old)
    tally.notes += (each.text for each in report.notes)
    tally.written += (
        Written(
            path=Path(each.path),
            interactions=each.interactions,
            failed=each.failed,
            changed=each.changed,
            kept=each.kept,
            links=each.links,
        )
        for each in report.written
    )
    tally.tokens += report.tokens
    tally.redactions.update(report.redactions)
    tally.blocked.update(report.blocked)
    return tally


def _acted(row: TestRow) -> bool:
    return any((row.played, row.recorded, row.forwarded, row.missed, row.failed))


def _test(row: TestRow) -> TestReport:
    return TestReport(
        name=row.name,
        passed=row.passed,
        seconds=round(row.seconds, 3),
        played=row.played,
        recorded=row.recorded,
        forwarded=row.forwarded,
        missed=row.missed,
        failed=row.failed,
    )


def _timed(each: TimelineRequest, places: ReportPlaces, begun: float) -> TimelineEntry:
    method, _, url = each.request.partition(" ")
    return TimelineEntry(
        profile=each.profile,
        test=each.test,
        lane=each.lane,
        method=method,
        url=url,
        result=each.result,
        started=round(max(each.begun - begun, 0), 6),
        seconds=each.seconds,
        status=each.status,
        bytes=each.size,
        path=places.name(each.path) if each.path else "",
        number=each.number,
        line=each.line,
        fault=each.fault,
    )


def _profile(
    row: Row, unused: Sequence[UnusedPlace], played: frozenset[tuple[str, int]], places: ReportPlaces, *, fails: bool
) -> ProfileReport:
    numbers: dict[str, list[int]] = {}
    for path, number in sorted(played):
        numbers.setdefault(places.name(path), []).append(number)
    return ProfileReport(
        name=row.profile,
        mode=row.mode,
        named=row.named,
        played=row.played,
        recorded=row.recorded,
        forwarded=row.forwarded,
        missed=row.missed,
        failed=row.failed,
        unused=row.unused,
        requests=row.requests,
        bytes=row.size,
        messages=row.messages,
        seconds=round(row.seconds, 3),
        slowest=row.slowest,
        slowest_seconds=round(row.slowest_seconds, 6),
        unused_fails=fails,
        interactions_played={path: tuple(each) for path, each in numbers.items()},
        interactions_unused=tuple(
            UnusedInteraction(
                path=places.name(each.path),
                number=each.number,
                line=places.place(each.where)[1],
                request=each.request,
                passed=each.passed,
            )
            for each in unused
        ),
    )


def _misses(misses: Iterable[Missed], places: ReportPlaces) -> Iterator[RequestReport]:
    """Equal misses of a test once, with their count: a client that retries says nothing new."""
    for miss, count in Counter(
        RequestReport(
            profile=each.profile,
            test=each.test or NO_TEST,
            method=each.method,
            url=each.url,
            text=each.text.removeprefix("recproxy: "),
            differences=tuple(
                FieldDifference(field=place, recorded=recorded, request=live)
                for place, recorded, live in each.differences
            ),
            **dict(zip(("path", "line"), places.place(each.closest or each.expected), strict=True)),  # type: ignore[arg-type]
        )
        for each in misses
    ).items():
        yield replace(miss, count=count)


def _findings(texts: Iterable[str]) -> Iterator[ReportFinding]:
    for text, count in Counter(texts).items():
        yield ReportFinding(text=text, count=count)


def _failures(tally: Tally) -> Iterator[ReportFinding]:
    tests = [*tally.failure_tests, *[""] * len(tally.failures)]
    for (text, test), count in Counter(zip(tally.failures, tests, strict=False)).items():
        yield ReportFinding(text=text, profile=text.partition(":")[0], test=test, count=count)


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, tuple):
        return tuple(map(_shown, value))
    if isinstance(value, Mapping):
        return {printable(name): _shown(each) for name, each in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return replace(value, **{name: _shown(getattr(value, name)) for name in value.__dataclass_fields__})
    return value
