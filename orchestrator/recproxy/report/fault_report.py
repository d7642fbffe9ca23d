"""The report of a fault sweep: what came of each fault, as text for people and as JSON for programs. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from recproxy.recording.counting import counted
from recproxy.recording.printable import printable
from recproxy.report.sweep_result import SweepResult

__all__ = ["FaultTrial", "fault_report", "fault_report_values"]


#: What each result means, in the order in which they are told.
_MEANING = {
    SweepResult.CRASHED: "the command was ended by a signal or broke off",
    SweepResult.HUNG: "nothing gave up within the time-out",
    SweepResult.UNNOTICED: "the test passed: see whether it should",
    SweepResult.NOT_REACHED: "the test did not ask for it this time",
    SweepResult.NOT_RUN: "the sweep ended before",
}


@dataclass(slots=True, kw_only=True)
class FaultTrial:
    """One interaction of a test, played once with a fault.

    `kind` is the fault as it was chosen, `fault` as it was played; `interaction` counts from 1, and is 0 for the TLS
    connections to a profile's services. `scope` is that of the test, or one inside of it, such as that of a fixture.
    """

    test: str
    scope: str
    profile: str
    interaction: int
    request: str
    where: str
    kind: str
    fault: str
    result: SweepResult = SweepResult.NOT_RUN
    seconds: float = 0.0


def fault_report(trials: Sequence[FaultTrial], *, skipped: int = 0) -> Iterator[str]:
    """The report in lines: a table of faults and results, then each trial that was not simply noticed, by test."""
    kinds = list(dict.fromkeys(trial.kind for trial in trials))
    counts = Counter((trial.kind, trial.result) for trial in trials)
    results = [each for each in SweepResult if any(trial.result is each for trial in trials)]
    rows = [("fault", "played", *results)]
    rows += [
        (kind, str(sum(trial.kind == kind for trial in trials)), *(str(counts[kind, each]) for each in results))
        for kind in kinds
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        yield "  ".join(cells).rstrip()
    for result, meaning in _MEANING.items():
        yield from _details(result, meaning, [trial for trial in trials if trial.result is result])
    if skipped:
        yield ""
        yield f"not swept: {counted(skipped, 'interaction')} outside of all tests"


def _details(result: SweepResult, meaning: str, trials: Sequence[FaultTrial]) -> Iterator[str]:
    """Trials of one result by test and interaction, the faults of one interaction in one line."""
    if not trials:
        return
    yield ""
    yield f"{result}: {meaning}"
    tests: dict[str, dict[tuple[str, str], list[str]]] = {}
    for trial in trials:
        tests.setdefault(trial.test, {}).setdefault((trial.request, trial.where), []).append(trial.kind)
    for test, interactions in tests.items():
        yield f"  {test}"
        for (request, where), kinds in interactions.items():
            yield printable(f"    {', '.join(kinds)}: {request}{f' ({where})' if where else ''}")


def fault_report_values(
    trials: Sequence[FaultTrial], *, command: Sequence[str], seconds: float, complete: bool, skipped: int
) -> dict[str, Any]:
    """The report as JSON values."""
    return {
        "command": list(command),
        "complete": complete,
        "seconds": round(seconds, 3),
        "skipped": skipped,
        "counts": dict(Counter(str(trial.result) for trial in trials)),
        "trials": [asdict(trial) | {"seconds": round(trial.seconds, 3)} for trial in trials],
    }
