"""What a fault sweep plays: each interaction that a run played, and each service that it reached over TLS, once with each fault.

Pure but for reading recordings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from recproxy.control.outcomes import Outcome
from recproxy.control.shown_paths import shown_path
from recproxy.errors import ConfigurationError
from recproxy.play.fault_places import fault_place
from recproxy.play.reading import read_recording
from recproxy.recording import Interaction
from recproxy.recording.faults import FAULTS, TLS_FAULTS, read_fault, read_test_fault
from recproxy.report.fault_report import FaultTrial

__all__ = ["SweepOptions", "interactions_in", "planned_trials", "read_sweep"]

_WORD = "sweep"
_USUAL = ("tls expired", "tls wrong name", "reset", "truncate", "hang")
#: These are chosen by their first word alone.
_SIZED = ("truncate", "hang")
#: So long hangs a fault whose test took no time without it; and so many times as long as that test took.
_SHORTEST_HANG = 3.0
_HANG_FACTOR = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepOptions:
    """The faults of a sweep; the seconds that a fault hangs (None: chosen by test), and those that all may take."""

    kinds: tuple[str, ...]
    hang: float | None = None
    limit: float = 1800.0
    report: Path | None = None

    def bound(self, seconds: float) -> float:
        """How long a test may wait that took so many seconds without a fault."""
        return self.hang if self.hang is not None else round(max(_SHORTEST_HANG, _HANG_FACTOR * seconds), 1)


def read_sweep(text: str) -> tuple[str, ...]:
    """The faults that `--faults` names: `sweep`, or `sweep=reset,hang,delay 2.5`. Raises ConfigurationError."""
    word, _, named = text.partition("=")
    if word != _WORD:
        raise ConfigurationError(f"--faults {text}: write {_WORD}, or {_WORD}=reset,truncate,hang")
    kinds = tuple(" ".join(kind.split()) for kind in named.split(",")) if named else _USUAL
    for kind in kinds:
        try:
            if kind not in _SIZED:
                read_test_fault(kind)
        except ValueError as problem:
            raise ConfigurationError(
                f"--faults {text}: {kind!r} is no fault: write truncate or hang without a number, or one of {', '.join((*FAULTS, *TLS_FAULTS))}"
                if "known are" in str(problem)
                else f"--faults {text}: {kind!r}: {problem}"
            ) from None
    return kinds


def planned_trials(
    test: str,
    scope: str,
    outcomes: Mapping[str, Outcome],
    options: SweepOptions,
    seconds: float,
    secured: Collection[str] = (),
) -> Iterator[FaultTrial]:
    """The trials of one scope: of each interaction that it played, one for each fault; the slow ones last.

    A TLS fault is played once with each profile of `secured`: those that the scope reached over TLS.
    """
    for kind in sorted(options.kinds, key=lambda kind: kind.startswith("hang")):
        if kind in TLS_FAULTS:
            for profile in sorted(secured):
                yield FaultTrial(
                    test=test,
                    scope=scope,
                    profile=profile,
                    interaction=0,
                    request=f"TLS connections to {profile}",
                    where="",
                    kind=kind,
                    fault=kind,
                )
            continue
        for profile, outcome in outcomes.items():
            if not outcome.played:  # the end of a fixture goes on with the counts of its beginning
                continue
            interactions = [*interactions_in(outcome.files)]
            for position, (count, (where, each)) in enumerate(zip(outcome.plays, interactions, strict=False)):
                fault = _fault(kind, each, options.bound(seconds))
                if count and fault:
                    yield FaultTrial(
                        test=test,
                        scope=scope,
                        profile=profile,
                        interaction=position + 1,
                        request=f"{each.request.method} {each.request.url}",
                        where=where,
                        kind=kind,
                        fault=fault,
                    )


def interactions_in(files: Sequence[tuple[str, int]]) -> Iterator[tuple[str, Interaction]]:
    """The interactions of recordings in order, each with the place where it stands."""
    for path, _ in files:
        shown = shown_path(path)
        for number, each in enumerate(read_recording(path).interactions, 1):
            yield f"{shown}:{each.line}" if each.line else f"{shown}, interaction {number}", each


def _fault(kind: str, interaction: Interaction, bound: float) -> str:
    """A fault in full; empty where it would change nothing."""
    if interaction.webhook is not None:
        return ""
    if interaction.steps:
        place, size = fault_place(interaction)
        fault = _sized(kind, size, bound)
        return f"{fault} at {place}" if fault else ""
    size = 0 if interaction.request.method == "HEAD" else len(interaction.response.body)
    return _sized(kind, size, bound)


def _sized(kind: str, size: int, bound: float) -> str:
    if kind == "hang":
        return f"hang {bound}"
    if kind == "truncate":
        return f"truncate {size // 2}" if size else ""
    fault = read_fault(kind)
    if fault.kind == "truncate" or (fault.kind == "reset" and fault.value):
        return kind if (fault.value or 0) < size else ""
    return kind
