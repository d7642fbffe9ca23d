"""What came of a recorded suite whose answers were changed one thing at a time: what no test notices, and a score. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from recproxy.recording.counting import counted
from recproxy.recording.printable import printable
from recproxy.report.sweep_result import SweepResult

__all__ = [
    "NOTHING_TO_CHANGE",
    "MutationTrial",
    "UnnoticedField",
    "mutation_report",
    "mutation_values",
    "score_of",
    "unnoticed",
    "unnoticed_text",
]  # fmt: skip


#: Why there is no mutation at all: a command that asks no service, or services that no recording answers.
NOTHING_TO_CHANGE = "the command got no recorded answer to change"
#: Those of which it is known whether a test notices: what hangs or crashes is noticed.
_JUDGED = frozenset((SweepResult.NOTICED, SweepResult.UNNOTICED, SweepResult.HUNG, SweepResult.CRASHED))
_MEANS = {
    "drop": "missing", "null": "null", "type": "of another type", "empty": "empty", "flip": "the opposite",
    "unknown": "an unknown word", "longer": "longer",
}  # fmt: skip
_MOST_TESTS = 3  # that a line has room for
#: What weighs most is told first: a service that fails, then a field of which nothing is looked at.
_STATUS_WEIGHT, _HEADER_WEIGHT = 20, 0.1


@dataclass(slots=True, kw_only=True)
class MutationTrial:
    """An answer with one thing changed, and the tests that use it. `noticed_by` is the first that failed.

    `key` is the same in each run while the answer is. `seconds` is how long the tests took with it.
    """

    key: str
    profile: str
    request: str
    where: str
    kind: str
    place: str
    tests: tuple[str, ...]
    result: SweepResult = SweepResult.NOT_RUN
    noticed_by: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class UnnoticedField:
    """A place of an answer, and the changes there that no test notices."""

    profile: str
    request: str
    place: str
    kinds: tuple[str, ...]
    tests: tuple[str, ...]
    where: str
    weight: float = field(compare=False)


def score_of(trials: Sequence[MutationTrial]) -> float | None:
    """The part of the judged mutations that some test notices, from 0 to 1; None where none was judged."""
    judged = [trial for trial in trials if trial.result in _JUDGED]
    if not judged:
        return None
    return sum(trial.result is not SweepResult.UNNOTICED for trial in judged) / len(judged)


def unnoticed(trials: Sequence[MutationTrial]) -> list[UnnoticedField]:
    """What no test notices, by service, request and field: first what is most worth a test."""
    fields: dict[tuple[str, str, str], list[MutationTrial]] = {}
    for trial in trials:
        if trial.result is SweepResult.UNNOTICED:
            what = "status" if trial.kind == "status" else trial.place
            fields.setdefault((trial.profile, trial.request, what), []).append(trial)
    rows = [_row(*key, group) for key, group in fields.items()]
    return sorted(rows, key=lambda row: (-row.weight, row.profile, row.request, row.place))


def _row(profile: str, request: str, place: str, group: Sequence[MutationTrial]) -> UnnoticedField:
    seen = dict.fromkeys(trial.place if trial.kind == "status" else trial.kind for trial in group)
    kinds = tuple(sorted(seen, key=lambda kind: (list(_MEANS).index(kind) if kind in _MEANS else 0, kind)))
    tests = tuple(dict.fromkeys(test for trial in group for test in trial.tests))
    weight = len(kinds) * (1 + len(tests) / 100)
    weight *= _STATUS_WEIGHT if place == "status" else _HEADER_WEIGHT if place.startswith("header ") else 1
    return UnnoticedField(
        profile=profile,
        request=request,
        place=place,
        kinds=kinds,
        tests=tests,
        where=group[0].where,
        weight=round(weight, 3),
    )


def unnoticed_text(row: UnnoticedField) -> str:
    """A row as a sentence: a test worth writing."""
    what = (
        f"the status is {_either(row.kinds)}"
        if row.place == "status"
        else f"{row.place} is {_either([_MEANS.get(kind, kind) for kind in row.kinds])}"
    )
    method, _, url = row.request.partition(" ")
    where = f"the webhook {url.removeprefix('webhook://')}" if method == "WEBHOOK" else f"the answer to {row.request}"
    return f"no test notices when {what} in {where}"


def _either(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def mutation_report(trials: Sequence[MutationTrial], *, most: int = 40) -> Iterator[str]:
    """The report in lines: the table of what no test notices, by service and field, and what was counted."""
    rows = unnoticed(trials)
    if rows:
        yield printable(f"worth a test: {unnoticed_text(rows[0])} ({_tests(rows[0])}; {rows[0].where})")
        yield ""
        cells = [("service", "request", "field", "unnoticed", "tests")]
        cells += [
            (row.profile, row.request, row.place, ", ".join(row.kinds), str(len(row.tests))) for row in rows[:most]
        ]
        widths = [max(len(each[column]) for each in cells) for column in range(4)]
        for each in cells:
            yield printable(
                "  ".join((*(c.ljust(w) for c, w in zip(each, widths, strict=False)), each[4].rjust(5))).rstrip()
            )
        if len(rows) > most:
            yield f"and {counted(len(rows) - most, 'more field')}: --report has all"
        yield ""
    yield from _by_service(trials)
    yield _counts(trials)


def _by_service(trials: Sequence[MutationTrial]) -> Iterator[str]:
    for profile in dict.fromkeys(trial.profile for trial in trials):
        own = [trial for trial in trials if trial.profile == profile]
        score = score_of(own)
        if score is not None:
            yield f"{profile}: {_counts(own)}"


def _counts(trials: Sequence[MutationTrial]) -> str:
    if not trials:
        return f"0 mutations: {NOTHING_TO_CHANGE}"
    counts = Counter(trial.result for trial in trials)
    score = score_of(trials)
    told = ", ".join(f"{counts[result]} {result}" for result in SweepResult if counts[result])
    return f"{counted(len(trials), 'mutation')}: {told}" + ("" if score is None else f"; score {score:.0%}")


def _tests(row: UnnoticedField) -> str:
    shown = ", ".join(row.tests[:_MOST_TESTS])
    more = len(row.tests) - _MOST_TESTS
    return f"{shown} and {more} more" if more > 0 else shown


def mutation_values(
    trials: Sequence[MutationTrial], *, command: Sequence[str], seconds: float, complete: bool, seed: int
) -> dict[str, Any]:
    """The report as JSON values; what is `complete` was played whole."""
    score = score_of(trials)
    return {
        "command": list(command),
        "complete": complete,
        "seed": seed,
        "seconds": round(seconds, 3),
        "score": None if score is None else round(score, 4),
        "counts": dict(Counter(str(trial.result) for trial in trials)),
        "unnoticed": [
            {"profile": row.profile, "request": row.request, "field": row.place, "kinds": list(row.kinds),
             "tests": list(row.tests), "where": row.where}
            for row in unnoticed(trials)
        ],
        "mutations": [
            {"key": trial.key, "profile": trial.profile, "request": trial.request, "where": trial.where,
             "kind": trial.kind, "place": trial.place, "tests": list(trial.tests), "result": str(trial.result),
             "noticed_by": trial.noticed_by, "seconds": round(trial.seconds, 3)}
            for trial in trials
        ],
    }  # fmt: skip
