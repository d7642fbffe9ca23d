"""What `recproxy verify` does: asks the service of one profile what its recordings ask, and compares the answers.

Writes nothing. The requests go over the connections of a recording run; the answers are masked like what a run records
before anything of them is compared or shown. While a profile's hook runs, this process has that profile's variables only.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from recproxy.config.profile import Profile
from recproxy.config.variables import own_variables, secret_values
from recproxy.control.redaction_messages import RedactScope
from recproxy.control.reserved_variables import process_environment
from recproxy.errors import RecproxyError
from recproxy.play.change import Change, ChangeKind
from recproxy.play.hooks import load_hooks
from recproxy.play.reading import read_recording
from recproxy.play.recording_difference import Changed
from recproxy.play.recording_names import recordings_below
from recproxy.play.request_filling import PlaceValues, UnfilledPlaceError, fill_request, names_in, values_handed_out
from recproxy.play.verification import (
    VerifiedScope,
    WhatToAsk,
    conversation_refusal,
    drift_of,
    request_of_interaction,
    scopes_of,
)
from recproxy.proxy.asking import ask
from recproxy.proxy.redaction_worker import redact_recorded
from recproxy.proxy.upstream import Upstreams
from recproxy.proxy.upstream_errors import UpstreamError
from recproxy.recording import Interaction, Request, Response, pack, unpack
from recproxy.recording.request_patterns import SAFE_METHODS
from recproxy.recording.streams import DeclaredStreams
from recproxy.redaction.earlier_values import EarlierValues, known_values

__all__ = ["ProfileVerification", "Verified", "count_interactions", "verify_profile"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What came of one recorded request: the changes of its answer, why it was left out, or why there is no answer."""

    path: Path
    scope: str
    interaction: Interaction
    live: Interaction | None = None
    changes: tuple[Change, ...] = ()
    left_out: str = ""
    failure: str = ""

    @property
    def has_drift(self) -> bool:
        """Whether the structure of the answer is another one: status, fields, types."""
        return any(change.kind is ChangeKind.STRUCTURE for change in self.changes)

    @property
    def changed(self) -> Changed:
        """The changes, as a difference of two versions of a recording."""
        return Changed(before=self.interaction, after=self.live or self.interaction, changes=self.changes)


@dataclass(slots=True, kw_only=True)
class ProfileVerification:
    """What came of the recordings of one profile; `problems` are files that cannot be read."""

    profile: str
    found: list[Verified] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    asked: int = 0
    seconds: float = 0.0


class _Pace:
    """At most so many requests in a second."""

    def __init__(self, rate: float) -> None:
        self._gap = 1 / rate
        self._next = 0.0

    async def wait(self) -> None:
        loop = asyncio.get_running_loop()
        left = self._next - loop.time()
        if left > 0:
            await asyncio.sleep(left)
        self._next = loop.time() + self._gap


async def verify_profile(
    profile: Profile,
    every: Sequence[Profile],
    folder: Path,
    *,
    what: WhatToAsk,
    environment: Mapping[str, str],
    rate: float,
    dry: bool = False,
    advance: Callable[[float], None] = lambda _: None,
) -> ProfileVerification:
    """Ask the service of a profile what the recordings in a folder ask.

    Args:
        profile: whose service.
        every: all profiles whose secrets are masked.
        folder: its recordings.
        what: which requests are asked.
        environment: has the credentials.
        rate: the most requests in a second.
        dry: ask nothing.
        advance: called with the number of interactions that are done.

    Raises:
        RecproxyError: the profile's hooks cannot be loaded, or the answers cannot be masked.
    """
    result = ProfileVerification(profile=profile.name)
    begun = time.monotonic()
    with _own_environment(profile, environment):
        verifier = _Verifier(profile, every, what, environment, _Pace(rate), dry=dry)
        verifier.advance = advance
        try:
            for path in recordings_below(folder):
                try:
                    recording = read_recording(str(path))
                except RecproxyError as problem:
                    result.problems.append(problem.message)
                    continue
                for scope in scopes_of(path, recording):
                    result.found += await verifier.verify(scope)
        finally:
            verifier.close()
    result.asked, result.seconds = verifier.asked, time.monotonic() - begun
    return result


def count_interactions(folder: Path) -> int:
    """How many interactions the readable recordings in a folder have."""
    count = 0
    for path in recordings_below(folder):
        with contextlib.suppress(RecproxyError):
            count += len(read_recording(str(path)).interactions)
    return count


class _Verifier:
    """The requests of one profile."""

    def __init__(
        self,
        profile: Profile,
        every: Sequence[Profile],
        what: WhatToAsk,
        environment: Mapping[str, str],
        pace: _Pace,
        *,
        dry: bool,
    ) -> None:
        self._profile = profile
        self._what = replace(
            what, unsafe=(*what.unsafe, *profile.verify.unsafe), skip=(*what.skip, *profile.verify.skip)
        )
        self._variables = own_variables(profile, environment)
        self._rules = profile.redaction(secret_values(every, environment), environment)
        self._descriptors = profile.grpc.place
        self._hooks = load_hooks(profile.name, profile.hooks, self._rules)
        self._upstreams = Upstreams(profile.upstream)
        self._streams = DeclaredStreams(profile.replay.streams)
        self._pace = pace
        self._dry = dry
        #: What earlier scopes have shown to be secret.
        self._earlier = EarlierValues()
        self._answers: dict[object, Response] = {}
        self.asked = 0
        self._done = 0
        #: Called with the number of interactions that are done.
        self.advance: Callable[[float], None] = lambda _: None

    def close(self) -> None:
        self._upstreams.close()

    async def verify(self, scope: VerifiedScope) -> list[Verified]:
        """What came of the requests of a scope, in order."""
        values = PlaceValues(self._profile.name, self._profile.verify.values, self._variables)
        results: list[Verified] = []
        asked: list[tuple[int, Interaction]] = []
        for recorded in scope.interactions:
            self.advance(self._done)
            self._done += 1
            verified = Verified(path=scope.path, scope=scope.name, interaction=recorded)
            if recorded.webhook is not None:
                results.append(replace(verified, left_out="a webhook, which the service sends on its own account"))
                continue
            if recorded.protocol:
                results.append(replace(verified, left_out=conversation_refusal(recorded)))
                continue
            if scope.made_by_init:
                results.append(replace(verified, left_out="recproxy init wrote its answer, not the service"))
                continue
            interaction = request_of_interaction(recorded, self._profile)
            if refusal := self._what.refusal(interaction, self._profile):
                results.append(replace(verified, left_out=refusal))
                continue
            try:
                filled = fill_request(interaction.request, values)
                if self._dry:  # as if it had been asked
                    values.known |= dict.fromkeys(names_in(recorded.response), b"")
                    results.append(verified)
                    continue
                live = await self._ask(filled)
            except UnfilledPlaceError as problem:
                results.append(replace(verified, left_out=_unfilled(problem, scope, results)))
                continue
            except UpstreamError as problem:
                results.append(replace(verified, failure=str(problem)))
                continue
            values.known |= values_handed_out(recorded.response, live)
            asked.append((len(results), Interaction(request=filled, response=live, scope=scope.name)))
            results.append(verified)
        return self._compared(scope, results, asked)

    async def _ask(self, request: Request) -> Response:
        """The answer, the earlier one where the same was asked before and changes nothing."""
        key = (request.method, request.url, request.headers, request.body)
        if request.method in SAFE_METHODS and key in self._answers:
            return self._answers[key]
        await self._pace.wait()
        self.asked += 1
        most = self._profile.upstream.max_body
        answer = await ask(self._upstreams, request, most=most, declared=self._is_declared(request))
        if request.method in SAFE_METHODS:
            self._answers[key] = answer
        return answer

    def _is_declared(self, request: Request) -> bool:
        return self._streams.has(request.method, urlsplit(request.url).path or "/")

    def _compared(
        self, scope: VerifiedScope, results: list[Verified], asked: Sequence[tuple[int, Interaction]]
    ) -> list[Verified]:
        """The results with what differs, once all answers of the scope are masked together."""
        lines = tuple(each.failure for each in results)
        order = RedactScope(order=0, interactions=tuple(pack(each) for _, each in asked), lines=lines)
        masked = redact_recorded(order, self._rules, self._hooks, self._earlier, self._descriptors)
        self._earlier.add(known_values(masked.learned))
        results = [replace(each, failure=line) for each, line in zip(results, masked.lines, strict=True)]
        for (number, _), packed in zip(asked, masked.interactions, strict=True):
            verified = results[number]
            if packed is None:
                results[number] = replace(verified, failure="its answer cannot be masked, so it is not compared")
                continue
            live = unpack(packed)
            alike = [each for each in scope.interactions if each.request == verified.interaction.request]
            declared = self._is_declared(verified.interaction.request)
            changes = drift_of(alike, live.response, declared=declared)
            results[number] = replace(
                verified, live=replace(verified.interaction, response=live.response), changes=changes
            )
        return results


def _unfilled(problem: UnfilledPlaceError, scope: VerifiedScope, results: Iterable[Verified]) -> str:
    """Why a request cannot be filled, and what would hand the value out."""
    source = scope.handing_out(problem.name) if problem.name else None
    for each in results:
        if source is not None and each.interaction is source and (each.left_out or each.failure):
            why = "was left out" if each.left_out else "failed"
            return f"nothing fills {problem}: {source.request.method} {source.request.url}, which hands it out, {why}"
    return f"nothing fills {problem}: set it in verify.values of the profile"


@contextlib.contextmanager
def _own_environment(profile: Profile, environment: Mapping[str, str]) -> Iterator[None]:
    """Hooks find the variables of their own profile only, as in a run."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(process_environment(environment) | own_variables(profile, environment))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
