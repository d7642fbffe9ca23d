"""A proof on record: when a recording has ended well, its command runs again from what was recorded.

What differs is a verdict for each test. Where the user wants it, what would mend a test is written, and all of it is tried
again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from recproxy.control.outcomes import NO_TEST
from recproxy.control.shown_paths import shown_path
from recproxy.lazy.dataclass import dataclass
from recproxy.orchestrator.command_waiting import on_signals
from recproxy.orchestrator.fork_server import ForkServer
from recproxy.orchestrator.isolation import isolation_problem
from recproxy.orchestrator.orchestrator import Orchestrator
from recproxy.orchestrator.plan import RunPlan
from recproxy.orchestrator.proof_evidence import RunEvidence
from recproxy.orchestrator.proof_mending import MendPlan, chosen_mending
from recproxy.orchestrator.proof_replays import ProofReplays
from recproxy.orchestrator.proof_verdicts import ProofFinding, ProofFindings, ProofPass, findings, verdicts
from recproxy.orchestrator.recorded_scopes import ambiguous_requests
from recproxy.orchestrator.run_secrets import RunSecrets
from recproxy.orchestrator.sweep_command import say
from recproxy.report import Tally
from recproxy.report.proof_report import PassReport, ProofCause, ProofReport, ReplaySavings, pass_line, proof_lines

__all__ = ["NOT_PROVEN", "Proof", "ProofOptions"]

#: The exit code where a test does not replay: that of a run whose requests matched no recording.
NOT_PROVEN = 3
#: Mending may show what was hidden behind the first difference of a test; each round but the last asks again.
_MOST_ROUNDS = 5
_TOO_MANY = "the timeline has no room for all requests: whether answers are ambiguous was told for the first ones only"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofOptions:
    """How a proof is made.

    `replan` makes the plan that replays what was recorded, with the profiles as they are now. `seed` is that of the
    shuffled order. `isolate` is None where the machine decides. With `mend`, what would mend a test is written where
    `confirm` says so after it was shown. If `verbose`, the output of the command is shown each time.
    """

    replan: Callable[[], RunPlan]
    seed: int = 1
    isolate: bool | None = None
    mend: bool = False
    confirm: Callable[[], bool] = lambda: False
    verbose: bool = False


class Proof:
    """The proof of one run that records."""

    def __init__(
        self, words: Sequence[str], environment: Mapping[str, str], fork_server: ForkServer, options: ProofOptions
    ) -> None:
        self._words = words
        self._environment = environment
        self._fork_server = fork_server
        self._options = options
        self._recorded = RunEvidence()
        self._shown = RunSecrets()
        self._begun = time.monotonic()
        self._notes: list[str] = []
        self._mended: list[str] = []

    def watch(self, orchestrator: Orchestrator) -> None:
        """See what the tests do while they are recorded."""
        self._begun = time.monotonic()
        orchestrator.scopes.ends.watchers.append(self._recorded.take)
        self._shown = orchestrator.recorder.learned

    async def prove(self, plan: RunPlan, tally: Tally, code: int) -> tuple[int, ProofReport | None]:
        """Prove what a run by this plan has recorded; the code to end with, and the report.

        A run that ended with another `code` than 0 is not proven.

        Raises:
            RecproxyError: a replay could not be brought up, or a proxy died; nothing is left running.
        """
        self._recorded.tally, self._recorded.seconds = tally, time.monotonic() - self._begun
        if code:
            say("proof: nothing was proven, because the recording did not end well")
            return code, None
        stopping: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        on_signals(asyncio.get_running_loop(), stopping)
        ambiguous = [*ambiguous_requests(tally.timeline.requests)]
        self._notes += [_TOO_MANY] if tally.timeline.left_out else []
        replays = self._replays(plan)
        report = None
        for left in reversed(range(_MOST_ROUNDS)):
            plan = self._replay_plan()
            passes: list[ProofPass] = []
            async for each in replays.all(plan, stopping):
                passes.append(each)
                found = findings(self._recorded, passes, ambiguous)
                if not stopping.done():
                    say(pass_line(_pass_report(each, found)))
            if plan.isolate and not stopping.done():
                found = await self._without_isolation(found, plan, replays, stopping)
            if stopping.done():
                say("proof: it was stopped before its end")
                return 128 + stopping.result(), None
            report = self._report(plan, passes, found, (*self._notes, *replays.notes))
            for line in proof_lines(report):
                say(line)
            if report.holds or not self._options.mend:
                break
            if not self._mend(MendPlan.of(found.first.values(), plan), is_last=not left):
                break
        assert report is not None
        return (0 if report.holds else NOT_PROVEN), report

    def _replays(self, plan: RunPlan) -> ProofReplays:
        profiles = frozenset(each.name for each in plan.profiles)
        options = self._options
        return ProofReplays(
            self._words,
            self._environment,
            self._fork_server,
            self._recorded,
            profiles,
            seed=options.seed,
            silent=not options.verbose,
        )

    def _replay_plan(self) -> RunPlan:
        """The plan that only replays, isolated where that is wanted and can be."""
        plan = self._options.replan()
        isolate = self._options.isolate
        if isolate is None:
            problem = isolation_problem().partition(":")[0]
            isolate = not problem
            note = f"not isolated: {problem}; the proxies only replay"
            self._notes += [note] if problem and note not in self._notes else []
        return replace(plan, isolate=isolate)

    async def _without_isolation(
        self, found: ProofFindings, plan: RunPlan, replays: ProofReplays, stopping: asyncio.Future[int]
    ) -> ProofFindings:
        """The findings, where tests that only fail for want of this machine's network say so."""
        unclear = [name for name, each in found.first.items() if each.cause is ProofCause.RESULT]
        if not unclear or self._options.isolate is not None:
            return found
        again = await replays.as_recorded(replace(plan, isolate=False), stopping)
        passed = [name for name in unclear if self._has_same_result(name, again.seen)]
        local = {name: replace(found.first[name], cause=ProofCause.LOCAL) for name in passed}
        return replace(found, first={**found.first, **local})

    def _has_same_result(self, name: str, seen: RunEvidence) -> bool:
        was, now = self._recorded.scopes.get(name), seen.scopes.get(name)
        if name == NO_TEST or was is None or now is None:
            return name == NO_TEST and not seen.code
        return now.passed and now.result == was.result

    def _mend(self, mending: MendPlan, *, is_last: bool) -> bool:
        """Show what would mend tests, and write it if the user wants that; whether something was written.

        Nothing is written in the last round, which nobody would prove.
        """
        for line in mending.refused:
            say(f"proof: not mended: {line}")
        if not mending:
            return False
        if is_last:
            say(f"proof: not mended: {_MOST_ROUNDS - 1} rounds did not mend it all: run it again to go on")
            return False
        for line in mending.lines:
            say(f"proof: {line}")
        if not self._options.confirm():
            return False
        for line in mending.write():
            self._mended.append(line)
            say(f"proof: {line}")
        return True

    def _report(
        self, plan: RunPlan, passes: Sequence[ProofPass], found: ProofFindings, notes: Sequence[str]
    ) -> ProofReport:
        def mend(finding: ProofFinding) -> str:
            chosen = chosen_mending(finding)
            return chosen.text if chosen is not None else ""

        folder = plan.shown_from
        first = {name: self._without_secrets(each) for name, each in found.first.items()}
        judged = verdicts(self._recorded, first, lambda place: shown_path(place, folder), mend)
        return ProofReport(
            passes=tuple(_pass_report(each, found) for each in passes),
            verdicts=judged,
            saves=self._saves(passes[0]),
            notes=tuple(notes),
            mended=tuple(self._mended),
            seed=self._options.seed,
        )

    def _without_secrets(self, finding: ProofFinding) -> ProofFinding:
        """A finding without what the run has shown to be secret: a replay, which shows nothing, cannot know it."""
        return replace(
            finding,
            request=self._shown.masked(finding.request),
            differences=tuple(map(self._shown.masked, finding.differences)),
            explanation=self._shown.masked(finding.explanation),
        )

    def _saves(self, first: ProofPass) -> ReplaySavings:
        """What a replay saves: what the services were asked, and how long the run waited for it."""
        asked = [row for row in self._recorded.tally.rows.values() if row.mode in ("record", "auto")]
        replayed = {name: row.seconds for name, row in first.seen.tally.rows.items()}
        waited = sum(row.seconds - replayed.get(row.profile, 0.0) for row in asked)
        return ReplaySavings(
            requests=sum(row.forwarded for row in asked),
            seconds=round(max(waited, 0.0), 3),
            recorded_seconds=round(self._recorded.seconds, 3),
            replayed_seconds=round(first.seen.seconds, 3),
            tokens=tuple(first.seen.tally.tokens),
        )


def _pass_report(run: ProofPass, found: ProofFindings) -> PassReport:
    tests = run.seen.tests or (NO_TEST,)
    failed = len(found.failed[run.name].intersection(tests))
    return PassReport(
        name=run.name,
        tests=len(tests),
        replayed=len(tests) - failed,
        seconds=round(run.seen.seconds, 3),
        isolated=run.isolated,
    )
