"""The verdicts of a proof: what was seen when it was recorded, against what was seen in each replay. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from recproxy.control.outcomes import NO_TEST, Mending, Missed, MissReason
from recproxy.lazy.dataclass import dataclass
from recproxy.matching.difference_table import difference_table
from recproxy.matching.differences import Difference
from recproxy.matching.run_changes import run_change
from recproxy.orchestrator.proof_evidence import RunEvidence, ScopeEvidence
from recproxy.orchestrator.recorded_scopes import RecordedRequest
from recproxy.recording.printable import printable
from recproxy.report.proof_report import MEANINGS, ProofCause, TestVerdict

__all__ = ["ProofFinding", "ProofFindings", "ProofPass", "findings", "verdicts"]

#: Causes that are the same in every order: a shuffled run that shows one only happened to meet it.
_BY_CHANCE = (ProofCause.RANDOM, ProofCause.TIME, ProofCause.SEQUENCE, ProofCause.FOLDER, ProofCause.HOST)
_PASSED = "passed"
_LATER = 'the test has this result on the day of its recording only: set clock = "recorded" in the project'
_AGAIN = "the test asked for this more often than when it was recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofFinding:
    """Why a scope does not replay; `mendings` are changes that would each help, the least one first."""

    cause: ProofCause
    way: str = ""
    profile: str = ""
    request: str = ""
    where: str = ""
    differences: tuple[str, ...] = ()
    explanation: str = ""
    mendings: tuple[Mending, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofPass:
    """A replay of the command: what was seen, and what of the recordings was not played.

    `cause` is that of a scope that failed in this pass and replayed as it was recorded; None for the pass that runs all as
    it was recorded.
    """

    name: str
    seen: RunEvidence
    unused: Sequence[RecordedRequest] = ()
    isolated: bool = False
    cause: ProofCause | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofFindings:
    """By scope, the first thing that is wrong; a scope that replays has none. `failed` are the scopes by pass."""

    first: Mapping[str, ProofFinding]
    failed: Mapping[str, frozenset[str]]


def findings(recorded: RunEvidence, passes: Sequence[ProofPass], ambiguous: Sequence[RecordedRequest]) -> ProofFindings:
    """What is wrong, of the passes in their order."""
    found: dict[str, ProofFinding] = {}
    failed: dict[str, frozenset[str]] = {}
    unclear = {each.scope: each for each in ambiguous}
    for each in passes:
        here = _explained(dict(_of_pass(recorded, each, unclear)), each.seen)
        if not here and each.seen.code > 0 and recorded.tests:
            text = f"each test has the same result, but the command ended with exit code {each.seen.code}"
            here = {NO_TEST: ProofFinding(cause=ProofCause.RESULT, explanation=text)}
        failed[each.name] = frozenset(here)
        for name, finding in here.items():
            found.setdefault(name, _in_pass(finding, each))
    return ProofFindings(first=found, failed=failed)


def _of_pass(
    recorded: RunEvidence, run: ProofPass, unclear: Mapping[str, RecordedRequest]
) -> Iterator[tuple[str, ProofFinding]]:
    unused = {each.scope: each for each in reversed(run.unused)}
    for name in dict.fromkeys((*recorded.scopes, *run.seen.scopes)):
        was, now = recorded.scopes.get(name), run.seen.scopes.get(name)
        if now is None:
            if was is not None and was.is_test and name != NO_TEST:
                yield name, ProofFinding(cause=ProofCause.MISSING)
            continue
        finding = _of_scope(was, now, unclear.get(now.shown), unused.get(now.shown))
        if finding is not None:
            yield name, finding


def _of_scope(
    was: ScopeEvidence | None, now: ScopeEvidence, unclear: RecordedRequest | None, unused: RecordedRequest | None
) -> ProofFinding | None:
    """What is wrong with a scope, the cause before its consequences."""
    if now.missed:
        return _of_miss(now.missed[0])
    if now.refused:
        return ProofFinding(cause=ProofCause.HOST, request=f"{now.refused[0].method} {now.refused[0].url}".strip())
    if now.forwarded or now.failures:
        return ProofFinding(cause=ProofCause.LIVE, explanation=next(iter(now.failures), ""))
    if unclear is not None:
        return ProofFinding(
            cause=ProofCause.CONCURRENT, profile=unclear.profile, request=unclear.request, where=unclear.where
        )
    # It may have failed before it asked the rest.
    if was is not None and was.passed and not now.passed:
        return ProofFinding(cause=ProofCause.RESULT)
    if was is not None and was.result != now.result:
        text = (
            f"the test {was.result or _PASSED} when it was recorded, and {now.result or _PASSED} when it was replayed"
        )
        return ProofFinding(cause=ProofCause.RESULT, explanation=text)
    if unused is not None and was is not None and unused.profile in was.asked:  # else an earlier run recorded it
        asked = any(line.endswith(unused.request) for line in now.requests)
        cause = ProofCause.RETRIES if asked else ProofCause.KEPT
        return ProofFinding(cause=cause, profile=unused.profile, request=unused.request, where=unused.where)
    return None


def _of_miss(missed: Missed) -> ProofFinding:
    differences = tuple(Difference(*each) for each in missed.differences)
    found = ProofFinding(
        cause=ProofCause.OTHER_REQUEST,
        profile=missed.profile,
        request=f"{missed.method} {missed.url}",
        where=missed.closest or "",
    )
    if missed.reason == MissReason.PLAYED:
        return replace(found, cause=ProofCause.RETRIES, explanation=_AGAIN)
    if missed.reason != MissReason.DIFFERS:
        return found
    lines = tuple(map(printable, difference_table(differences)))
    cause = ProofCause(run_change(differences))
    return replace(found, cause=cause, differences=lines, mendings=missed.mendings)


def _explained(found: Mapping[str, ProofFinding], seen: RunEvidence) -> dict[str, ProofFinding]:
    """The findings, where a test that only failed because its fixture did has the fixture's."""
    scopes = seen.scopes
    fixtures = [each for name, each in found.items() if name in scopes and not scopes[name].is_test]
    return {
        name: fixtures[0] if fixtures and finding.cause is ProofCause.RESULT and not scopes[name].requests else finding
        for name, finding in found.items()
    }


def _in_pass(finding: ProofFinding, run: ProofPass) -> ProofFinding:
    """The finding as that of a pass: what only another order shows comes of the order."""
    if run.cause is None or finding.cause in _BY_CHANCE:
        return replace(finding, way=run.name)
    if run.cause is ProofCause.TIME:
        text = _LATER if finding.cause is ProofCause.RESULT else finding.explanation
        return replace(finding, way=run.name, cause=run.cause, explanation=text)
    return replace(finding, way=run.name, cause=run.cause, mendings=())


def verdicts(
    recorded: RunEvidence,
    found: Mapping[str, ProofFinding],
    shown: Callable[[str], str],
    mend: Callable[[ProofFinding], str],
) -> tuple[TestVerdict, ...]:
    """A verdict for each test, and for each other scope that does not replay.

    Args:
        recorded: what was seen when it was recorded.
        found: what is wrong, by scope.
        shown: a place as the user sees it.
        mend: what would make a test replay, in words.
    """
    names = [name for name, scope in recorded.scopes.items() if scope.is_test and name != NO_TEST]
    names += [NO_TEST] if not names and NO_TEST in recorded.scopes else []
    names += [name for name in found if name not in names]
    return tuple(_verdict(_shown_name(recorded, name), found.get(name), shown, mend) for name in names)


def _shown_name(recorded: RunEvidence, name: str) -> str:
    scope = recorded.scopes.get(name)
    return printable(scope.shown if scope is not None else name)


def _verdict(
    name: str, finding: ProofFinding | None, shown: Callable[[str], str], mend: Callable[[ProofFinding], str]
) -> TestVerdict:
    if finding is None:
        return TestVerdict(test=name, replays=True)
    meaning = MEANINGS[finding.cause]
    return TestVerdict(
        test=name,
        replays=False,
        cause=finding.cause,
        way=finding.way,
        profile=finding.profile,
        request=printable(finding.request),
        where=printable(shown(finding.where)) if finding.where else "",
        differences=finding.differences,
        explanation=printable(finding.explanation or meaning),
        mend=mend(finding),
    )
