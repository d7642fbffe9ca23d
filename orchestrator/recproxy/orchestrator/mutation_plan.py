"""What a mutation run plays: each answer that a run has played, once with each change, to the tests that use it.

Equal answers are one, in whichever recordings they stand. Pure but for reading recordings.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from recproxy.control.outcomes import Outcome
from recproxy.orchestrator.fault_plan import interactions_in
from recproxy.play.mutations import mutations_of
from recproxy.recording import Interaction
from recproxy.report.mutation_report import MutationTrial

__all__ = ["MutationOptions", "PlannedMutation", "Use", "planned_mutations", "sampled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MutationOptions:
    """The budget of a mutation run: the `seconds` that it may take, how many mutations are tried, chosen by the `seed`.

    In the `kept` file it keeps its results, and goes on from those that are there. `workers` of pytest-xdist take part.
    """

    seconds: float = 600.0
    sample: int | None = None
    seed: int = 1
    kept: Path | None = None
    reports: tuple[Path, ...] = ()
    least_score: float = 0.0
    workers: int | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """Where an answer is played: the test, its scope or one inside of it, and the interaction, counted from 1."""

    test: str
    scope: str
    interaction: int


@dataclass(slots=True, kw_only=True)
class PlannedMutation:
    """A mutation and where its answer is used, the quickest test first. It `was_played` where some test asked for it."""

    trial: MutationTrial
    uses: list[Use] = field(default_factory=list)
    was_played: bool = False

    @property
    def fault(self) -> str:
        """The mutation as the proxy plays it."""
        return f"{self.trial.kind} {self.trial.place}"


def planned_mutations(
    ended: Mapping[tuple[str, str], Mapping[str, Outcome]], seconds: Mapping[str, float]
) -> list[PlannedMutation]:
    """The mutations of all that scopes have played, by test and scope; quick tests are asked first."""
    planned: dict[str, PlannedMutation] = {}
    for (test, scope), outcomes in ended.items():
        for profile, outcome in outcomes.items():
            for position, where, interaction in _played(outcome):
                use = Use(test, scope, position + 1)
                for one in _of(profile, interaction, where):
                    known = planned.setdefault(one.trial.key, one)
                    if all(each.test != test for each in known.uses):
                        known.uses.append(use)
    for each in planned.values():
        each.uses.sort(key=lambda use: (seconds.get(use.test, 0.0), use.test))
        each.trial.tests = tuple(sorted(use.test for use in each.uses))
    return list(planned.values())


def sampled(planned: Sequence[PlannedMutation], options: MutationOptions) -> list[PlannedMutation]:
    """In the order of their seed, so that a run which ends early has seen something of each answer; and a part of them."""
    chosen = list(planned)
    random.Random(options.seed).shuffle(chosen)  # noqa: S311 - an order, no secret
    return chosen if options.sample is None else chosen[: options.sample]


def _played(outcome: Outcome) -> Iterator[tuple[int, str, Interaction]]:
    if not outcome.played:  # the end of a fixture goes on with the counts of its beginning
        return
    for position, (count, (where, each)) in enumerate(zip(outcome.plays, interactions_in(outcome.files), strict=False)):
        if count:
            yield position, where, each


def _of(profile: str, interaction: Interaction, where: str) -> Iterator[PlannedMutation]:
    request, response = interaction.request, interaction.response
    url = request.url.partition("?")[0]
    steps = [(each.act, each.data) for each in interaction.steps]
    answer = hashlib.sha256(repr((profile, request.method, url, response.status, response.body, *steps)).encode())
    for mutation in mutations_of(interaction):
        key = hashlib.sha256(answer.digest() + str(mutation).encode("utf-8", "surrogateescape")).hexdigest()[:16]
        yield PlannedMutation(
            trial=MutationTrial(
                key=key,
                profile=profile,
                request=f"{request.method} {url}",
                where=where,
                kind=mutation.kind,
                place=mutation.place,
                tests=(),
            )
        )
