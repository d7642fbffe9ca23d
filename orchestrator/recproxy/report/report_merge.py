"""Reports of several runs, most often shards of one suite, as one; and the verdict on a report. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from recproxy.control.shards import part_of_suite
from recproxy.errors import ConfigurationError
from recproxy.report.proof_report import merged_proofs
from recproxy.report.run_report import (
    ProfileReport,
    ReportFinding,
    RunReport,
    TestReport,
    TimelineEntry,
    UnusedInteraction,
)
from recproxy.report.run_timeline import MOST_TIMED
from recproxy.report.tally import TokenCount

__all__ = ["merge_reports", "verdict"]

#: The exit code of a run whose command passed, but something fails it.
_FAILED = 3
#: Missing shards that are named.
_TOLD = 5
_Item = TypeVar("_Item")


def merge_reports(reports: Sequence[tuple[str, RunReport]]) -> RunReport:
    """One report of several, each with the name of its file.

    An interaction is unused if no run played it and a test that passed left it so. A profile is unasked if no run asked it.
    Where shards `K/N` are not all there, unused interactions fail nothing, for a missing one may have played them.

    Raises:
        ConfigurationError: two are of the same run or shard, or of different versions of recproxy; both are named.
    """
    _check(reports)
    every = [report for _, report in reports]
    missing = tuple(_missing_shards(every))
    told = (ReportFinding(text=text) for text in (*missing, *_run_twice(every)))
    notes = (*_joined(each.notes for each in every), *told)
    fails = dict.fromkeys((*_joined(each.fails for each in every), "unused"))
    timeline = _timeline(every)
    merged = replace(
        every[0],
        runs=_joined(each.runs for each in every),
        shards=_joined(each.shards for each in every),
        started=min(each.started for each in every),
        seconds=round(sum(each.seconds for each in every), 3),
        command_code=next((each.command_code for each in every if each.command_code), 0),
        error="; ".join(dict.fromkeys(each.error for each in every if each.error)),
        fails=tuple(each for each in fails if not (missing and each == "unused")),
        profiles=_profiles([each.profiles for each in every]),
        tests=_tests(test for each in every for test in each.tests),
        misses=_counted(miss for each in every for miss in each.misses),
        refusals=_counted(one for each in every for one in each.refusals),
        failures=_counted(one for each in every for one in each.failures),
        drift=_counted(one for each in every for one in each.drift),
        old=tuple(dict.fromkeys(one for each in every for one in each.old)),
        notes=tuple(dict.fromkeys(notes)),
        written=_joined(each.written for each in every),
        proof=merged_proofs(each.proof for each in every),
        wanted=_joined(each.wanted for each in every),
        tokens=_tokens(one for each in every for one in each.tokens),
        redactions=_sums(each.redactions for each in every),
        blocked=_sums(each.blocked for each in every),
        timeline=timeline[:MOST_TIMED],
        timeline_left_out=sum(each.timeline_left_out for each in every) + max(len(timeline) - MOST_TIMED, 0),
    )
    merged = replace(merged, unasked=tuple(_unasked(every, merged.profiles)))
    code = next((each.exit_code for each in every if each.error), 0)
    return replace(merged, exit_code=code or verdict(merged, merged.command_code))


def verdict(report: RunReport, code: int) -> int:
    """The exit code of a run whose command ended with this code."""
    found = {
        "miss": report.misses or report.failures,
        "refusal": report.refusals,
        "old": report.old,
        "proof": report.proof is not None and not report.proof.holds,
        "unused": [
            each for each in report.profiles if each.unused_fails and (each.unused or _is_unasked(report, each))
        ],
    }
    return _FAILED if code == 0 and any(found[kind] for kind in report.fails if kind in found) else code


def _timeline(every: Sequence[RunReport]) -> tuple[TimelineEntry, ...]:
    """The requests of all runs, each from the start of its own; the lanes of a shard bear its name."""
    return tuple(
        replace(entry, lane=" ".join((*each.shards, entry.lane))) if each.shards else entry
        for each in every
        for entry in each.timeline
    )


def _is_unasked(report: RunReport, profile: ProfileReport) -> bool:
    return bool(profile.interactions_unused) and any(each.profile == profile.name for each in report.unasked)


def _check(reports: Sequence[tuple[str, RunReport]]) -> None:
    runs: dict[str, int] = {}
    shards: dict[str, int] = {}
    first, version = reports[0][0], reports[0][1].recproxy
    for number, (name, report) in enumerate(reports):
        if report.recproxy != version:
            raise ConfigurationError(
                f"{name}: is of recproxy {report.recproxy}, and {first} of {version}: merge reports of one version"
            )
        for known, identities, what in ((runs, report.runs, "the same run"), (shards, report.shards, "shard")):
            for identity in identities:
                other = known.setdefault(identity, number)
                if other != number:
                    shown = what if known is runs else f"{what} {identity!r}"
                    raise ConfigurationError(
                        f"{name}: is a report of {shown}, as is {reports[other][0]}: give each one once"
                    )


def _missing_shards(every: Sequence[RunReport]) -> Iterator[str]:
    """A line for each size of a split of which parts are missing."""
    parts: dict[int, set[int]] = {}
    for shard in _joined(each.shards for each in every):
        if part := part_of_suite(shard):
            parts.setdefault(part[1], set()).add(part[0])
    for size, found in parts.items():
        if missing := [f"{part}/{size}" for part in range(1, size + 1) if part not in found]:
            told = f"{', '.join(missing[:_TOLD])}{' and more' * (len(missing) > _TOLD)}"
            yield f"no report of shard {told} is here: unused interactions are not judged"


def _run_twice(every: Sequence[RunReport]) -> Iterator[str]:
    """A line if shards `K/N` have run the same tests, since then others were run by none."""
    ran: dict[str, str] = {}
    twice: dict[tuple[str, str], list[str]] = {}
    for report in every:
        if len(report.shards) == 1 and part_of_suite(report.shards[0]):
            for test in report.tests:
                other = ran.setdefault(test.name, report.shards[0])
                if other != report.shards[0]:
                    twice.setdefault((other, report.shards[0]), []).append(test.name)
    for (one, other), names in twice.items():
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        yield (
            f"shards {one} and {other} have both run {names[0]}{more}, so other tests may have run in none: "
            "give the tests the same order in all shards"
        )


def _joined(each: Iterable[tuple[_Item, ...]]) -> tuple[_Item, ...]:
    return tuple(dict.fromkeys(item for items in each for item in items))


def _sums(each: Iterable[Mapping[str, int]]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for one in each:
        counts.update(one)
    return dict(counts)


def _counted(items: Iterable[_Item]) -> tuple[_Item, ...]:
    """Equal requests or findings once, with the sum of their counts."""
    counts: Counter[_Item] = Counter()
    for item in items:
        counts[replace(item, count=1)] += item.count  # type: ignore[type-var,attr-defined]
    return tuple(replace(item, count=count) for item, count in counts.items())  # type: ignore[type-var]


def _tokens(tokens: Iterable[TokenCount]) -> tuple[TokenCount, ...]:
    sums: dict[tuple[str, str], Counter[str]] = {}
    for each in tokens:
        counts = {kind: getattr(each, kind) for kind in ("responses", "input", "cached", "output")}
        sums.setdefault((each.profile, each.model), Counter()).update(counts)
    return tuple(TokenCount(profile=profile, model=model, **sums[profile, model]) for profile, model in sorted(sums))


def _tests(tests: Iterable[TestReport]) -> tuple[TestReport, ...]:
    by_name: dict[str, TestReport] = {}
    for test in tests:
        before = by_name.get(test.name)
        by_name[test.name] = test if before is None else _added(before, test)
    return tuple(by_name.values())


def _added(before: TestReport, test: TestReport) -> TestReport:
    """A test that several runs have run: it passed where all say so."""
    sums = {
        name: getattr(before, name) + getattr(test, name)
        for name in ("seconds", "played", "recorded", "forwarded", "missed", "failed")
    }
    return replace(before, passed=False if False in (before.passed, test.passed) else test.passed, **sums)


def _profiles(every: Sequence[tuple[ProfileReport, ...]]) -> tuple[ProfileReport, ...]:
    by_name: dict[str, list[ProfileReport]] = {}
    for profiles in every:
        for profile in profiles:
            by_name.setdefault(profile.name, []).append(profile)
    return tuple(map(_profile, by_name.values()))


def _profile(same: Sequence[ProfileReport]) -> ProfileReport:
    played: dict[str, set[int]] = {}
    unused: dict[tuple[str, int], UnusedInteraction] = {}
    for profile in same:
        for path, numbers in profile.interactions_played.items():
            played.setdefault(path, set()).update(numbers)
        for each in profile.interactions_unused:
            if each.passed or (each.path, each.number) not in unused:
                unused[each.path, each.number] = each
    left = tuple(each for (path, number), each in sorted(unused.items()) if number not in played.get(path, ()))
    sums = {
        name: sum(getattr(each, name) for each in same)
        for name in ("played", "recorded", "forwarded", "missed", "failed", "requests", "bytes", "messages")
    }
    slowest = max(same, key=lambda each: each.slowest_seconds)
    return replace(
        same[0],
        slowest=slowest.slowest,
        slowest_seconds=slowest.slowest_seconds,
        named=any(each.named for each in same),
        mode=", ".join(dict.fromkeys(each.mode for each in same)),
        unused=sum(each.passed for each in left),
        seconds=round(sum(each.seconds for each in same), 3),
        unused_fails=any(each.unused_fails for each in same),
        interactions_played={path: tuple(sorted(numbers)) for path, numbers in sorted(played.items())},
        interactions_unused=left,
        **sums,
    )


def _unasked(every: Sequence[RunReport], profiles: Iterable[ProfileReport]) -> Iterable[ReportFinding]:
    asked = {
        each.name for each in profiles if any((each.played, each.recorded, each.missed, each.forwarded, each.failed))
    }
    found = {finding.profile: finding for each in every for finding in each.unasked if finding.profile not in asked}
    return found.values()
