"""The report of a proof: which tests replay as they were recorded, and why the others do not. Pure.

Values for programs and lines for people. Every text that came from traffic is masked before it gets here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from recproxy.recording.counting import counted
from recproxy.report.tally import TokenCount

__all__ = [
    "MEANINGS",
    "PassReport",
    "ProofCause",
    "ProofReport",
    "ReplaySavings",
    "TestVerdict",
    "merged_proofs",
    "pass_line",
    "proof_lines",
    "savings_line",
    "verdict_lines",
]


class ProofCause(StrEnum):
    """Why a test does not replay as it was recorded."""

    RANDOM = "random value"
    TIME = "time"
    SEQUENCE = "order of values"
    FOLDER = "temporary path"
    STATE = "shared state"
    OTHER = "changed value"
    OTHER_REQUEST = "another request"
    RETRIES = "retries"
    KEPT = "kept answers"
    CONCURRENT = "concurrency"
    HOST = "host without a profile"
    LIVE = "real service"
    LOCAL = "needs this machine"
    ORDER = "order of tests"
    PARALLEL = "parallel tests"
    RESULT = "result"
    MISSING = "not run"


#: What each cause means, and what a person does about it.
MEANINGS: Mapping[ProofCause, str] = {
    ProofCause.RANDOM: "the test makes a new value in each run",
    ProofCause.TIME: "the request holds the time at which it is sent",
    ProofCause.SEQUENCE: "the same values come in another order: sort them, or keep them in a list",
    ProofCause.FOLDER: "the request names a folder that each run has anew",
    ProofCause.STATE: "the test goes on with what the run before has left: reset it before the test",
    ProofCause.OTHER: "the test asks with another value in each run",
    ProofCause.OTHER_REQUEST: "the test asks for something that it did not ask for when it was recorded",
    ProofCause.RETRIES: "how often the test asks depends on how fast answers come: replay with pace = "
    '"recorded", or let the test decide',
    ProofCause.KEPT: "the test did not ask for what was recorded for it: it keeps answers of the run before",
    ProofCause.CONCURRENT: "equal requests run at the same time and have different answers: which gets which is chance",
    ProofCause.HOST: "the test asks a host that no profile owns: a replay refuses it",
    ProofCause.LIVE: "the request went to the real service",
    ProofCause.LOCAL: "the test passes only with this machine's network: name its ports in isolate_ports",
    ProofCause.ORDER: "the test depends on the tests that run before it",
    ProofCause.PARALLEL: "the test depends on tests that run in the same process, or at the same time",
    ProofCause.RESULT: "no request differs, but the test does not have the same result: it depends on something else, "
    "such as the clock, the speed of answers, or a secret",
    ProofCause.MISSING: "the test was recorded, but did not run again",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PassReport:
    """One replay of the whole command: how it ran, and how many tests replayed in it."""

    name: str
    tests: int
    replayed: int
    seconds: float
    isolated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TestVerdict:
    """What a proof says of a test, or of another scope; `cause` is empty where it replays.

    `way` is the first pass in which it did not replay. `request` is the first one that differed, `where` the recorded
    interaction, `differences` are lines, and `mend` is what would make it replay, in words.
    """

    __test__ = False  # pytest would take it for tests

    test: str
    replays: bool
    cause: str = ""
    way: str = ""
    profile: str = ""
    request: str = ""
    where: str = ""
    differences: tuple[str, ...] = ()
    explanation: str = ""
    mend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaySavings:
    """What one replay saves: requests to services, seconds that the run waited for them, and tokens of models.

    `recorded_seconds` and `replayed_seconds` are what the whole command took.
    """

    requests: int = 0
    seconds: float = 0.0
    recorded_seconds: float = 0.0
    replayed_seconds: float = 0.0
    tokens: tuple[TokenCount, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofReport:
    """A proof: its passes, a verdict for each test, what a replay saves, and what could not be tried.

    `mended` are the changes that were made for it.
    """

    passes: tuple[PassReport, ...] = ()
    verdicts: tuple[TestVerdict, ...] = ()
    saves: ReplaySavings = field(default_factory=ReplaySavings)
    notes: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()
    seed: int = 0

    @property
    def holds(self) -> bool:
        """Whether all replay."""
        return bool(self.passes) and all(verdict.replays for verdict in self.verdicts)


def pass_line(done: PassReport) -> str:
    """A pass that has ended, in one line."""
    how = ", isolated" if done.isolated else ""
    return f"proof: {done.name}: {done.replayed} of {counted(done.tests, 'test')} replayed ({done.seconds:.1f} s{how})"


def proof_lines(proof: ProofReport) -> Iterator[str]:
    """The proof in lines, after those of its passes: each test that does not replay, the verdict, what a replay saves."""
    for note in proof.notes:
        yield f"proof: note: {note}"
    for verdict in proof.verdicts:
        if not verdict.replays:
            yield from _verdict(verdict)
    failed = [verdict for verdict in proof.verdicts if not verdict.replays]
    total = len(proof.verdicts)
    if failed:
        does = "does not replay" if len(failed) == 1 else "do not replay"
        yield (
            f"proof: {len(failed)} of {counted(total, 'test')} {does}: {', '.join(each.test for each in failed[:10])}"
            + (f", and {len(failed) - 10} more" if len(failed) > 10 else "")
        )
    elif total:
        yield (
            f"proof: {'it replays' if total == 1 else f'all {total} tests replay'}: same result, every interaction "
            "used, none ambiguous, nothing live"
        )
    if line := savings_line(proof.saves):
        yield f"proof: {line}"


def savings_line(saves: ReplaySavings) -> str:
    """What a replay saves, in one line; empty where it saves nothing."""
    if not saves.requests:
        return ""
    parts = [counted(saves.requests, "request"), f"{saves.seconds:.1f} s of waiting for services"]
    if saves.tokens:
        given = sum(each.input for each in saves.tokens)
        made = sum(each.output for each in saves.tokens)
        parts.append(f"{given + made} tokens ({given} input, {made} output)")
    whole = f"the command took {saves.recorded_seconds:.1f} s when it recorded, and {saves.replayed_seconds:.1f} s now"
    return f"each replay saves {', '.join(parts)}; {whole}"


def _verdict(verdict: TestVerdict) -> Iterator[str]:
    yield f"proof: {verdict.test} does not replay ({verdict.way}): {verdict.cause}"
    yield from (f"    {line}" for line in verdict_lines(verdict))


def verdict_lines(verdict: TestVerdict) -> Iterator[str]:
    """What is known of a test that does not replay: the reason, the first request that differed, what would mend it."""
    yield verdict.explanation
    if verdict.request:
        yield f"request  {verdict.request}"
    if verdict.where:
        yield f"recorded {verdict.where}"
    yield from verdict.differences
    if verdict.mend:
        yield from f"to mend it: {verdict.mend}".splitlines()


def merged_proofs(proofs: Iterable[ProofReport | None]) -> ProofReport | None:
    """One proof of those of several runs, such as the parts of a suite; None where none was made."""
    made = [each for each in proofs if each is not None]
    if len(made) < 2:
        return made[0] if made else None
    saves = [each.saves for each in made]
    return ProofReport(
        passes=tuple(one for each in made for one in each.passes),
        verdicts=tuple(one for each in made for one in each.verdicts),
        saves=ReplaySavings(
            requests=sum(each.requests for each in saves),
            seconds=round(sum(each.seconds for each in saves), 3),
            recorded_seconds=round(sum(each.recorded_seconds for each in saves), 3),
            replayed_seconds=round(sum(each.replayed_seconds for each in saves), 3),
            tokens=tuple(one for each in saves for one in each.tokens),
        ),
        notes=tuple(dict.fromkeys(one for each in made for one in each.notes)),
        mended=tuple(dict.fromkeys(one for each in made for one in each.mended)),
        seed=made[0].seed,
    )
