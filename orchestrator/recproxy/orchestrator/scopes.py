"""The scopes of a run: which recordings are in play in each lane, and in which scope of it.

A scope is begun with each proxy that answers in it, and ended with the same. Knows the proxies by what they are asked;
not how a run comes up, nor its signals.
"""

from __future__ import annotations

import asyncio
import functools
import itertools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from recproxy.control.messages import Began, Begin, Extend, Look
from recproxy.control.outcomes import NO_TEST
from recproxy.control.scope_options import PROFILES, ScopeFault, ScopeOptions
from recproxy.errors import RecproxyError
from recproxy.orchestrator.lane import Lane
from recproxy.orchestrator.lane_scope import LaneScope, scope_within
from recproxy.orchestrator.old_recordings import OldScopes
from recproxy.orchestrator.plan import RunPlan
from recproxy.orchestrator.proxy import Proxy
from recproxy.orchestrator.proxy_replies import ask_all
from recproxy.orchestrator.recorder import Recorder
from recproxy.orchestrator.roster import Roster
from recproxy.orchestrator.scope_ends import LatestEnds, ScopeEnds, ScopeOutcome
from recproxy.orchestrator.scope_files import check_file_name, choose, find_named, own_mode, used_profiles
from recproxy.report import Tally

__all__ = ["Scopes"]


class Scopes:
    """The scopes of all lanes of a run.

    Args:
        plan: the run's.
        roster: who is in it.
        lanes: the open lanes by name; theirs to fill is the orchestrator's.
        proxies: all of the run, those that join later included.
        recorder: takes what is recorded.
        tally: counts what happened.
        find: the proxy of a profile, or that of a host, which may join the run for it.
        fail: ends the run with an error.
    """

    def __init__(
        self,
        plan: RunPlan,
        roster: Roster,
        *,
        lanes: Mapping[str, Lane],
        proxies: Sequence[Proxy],
        recorder: Recorder,
        tally: Tally,
        find: Callable[[str], Awaitable[Proxy]],
        fail: Callable[[RecproxyError], None],
    ) -> None:
        self._plan = plan
        self._roster = roster
        self._lanes = lanes
        self._proxies = proxies
        self._recorder = recorder
        self._find = find
        #: Faults that a scope, or the base scope, plays besides its own, by profile.
        self.forced: Callable[[LaneScope], Mapping[str, ScopeFault]] = lambda _: {}
        self.ends = ScopeEnds(proxies=proxies, recorder=recorder, tally=tally, fail=fail)
        self._numbers = itertools.count(1)
        self._old = OldScopes(plan, roster)
        #: Whether a test has begun one.
        self.have_begun = False
        #: Outcomes of scopes that were ended by a call that did not name them, by number, the latest last.
        #: What a call without number has returned was most often its own, and does not crowd out what nobody has seen.
        self._returned = LatestEnds(64)
        self._unseen = LatestEnds(1024)

    async def begin(
        self,
        lane_name: str,
        name: str,
        recordings: Mapping[str, Sequence[str]],
        scope_options: ScopeOptions = PROFILES,
        *,
        inner: bool = False,
        default: str | None = None,
        beside: Path | None = None,
        plays: Mapping[str, Sequence[int]] | None = None,
    ) -> int:
        """Begin a scope in a lane and return its number; a recording's profile may also be a host.

        Args:
            lane_name: the lane.
            name: the scope's, the test's.
            recordings: names or paths, by profile or host, `*` for all that no profile owns; none: nothing answers.
            scope_options: how they are played, where that is not the profile's to say.
            inner: leave what is open open: profiles that are not named, and have no fault, are answered as before.
            default: for profiles that are not named, the recording to look for. An inner scope begins anew for those
                that have it, or may write it.
            beside: the folder of the test module.
            plays: how often each interaction was played already, by profile: an outcome's, to go on there.

        Raises:
            RecordingNotFound: a recording does not exist.
            RecordingError: one does not parse. The scope is then not open.
        """
        lane = self._lanes[lane_name]
        self.have_begun = True
        if not inner:
            await self._end_all(lane)
        scope = scope_within(lane.scopes, name, next(self._numbers), scope_options)
        await self._add_faults(scope)
        named = await self._named(recordings, beside, scope)
        scope.uses = (*(lane.scopes[0].uses if lane.scopes else ()), *used_profiles(self._plan, named, default))
        orders = [
            (proxy, self._order(proxy, lane, scope, named, default, (plays or {}).get(proxy.profile.name, ())))
            for proxy in self._proxies
            if not inner
            or proxy.profile.name in {*named, *scope.faults}
            or self._has_default(proxy.profile.name, default, scope)
        ]
        lane.scopes.append(scope)
        for reply in await ask_all(orders, scope.joined, all_of_them=True):
            if isinstance(reply, RecproxyError):
                await self.end(lane_name, scope.number)
                raise reply
        return scope.number

    async def extend(
        self, lane_name: str, recordings: Mapping[str, Sequence[str]], *, beside: Path | None = None
    ) -> None:
        """Put more recordings in play in the innermost open scope; raises as `begin` does."""
        lane = self._lanes[lane_name]
        scope = lane.scopes[-1]
        named = await self._named(recordings, beside, scope)
        asked = [proxy for proxy in self._proxies if named.get(proxy.profile.name)]
        within = [proxy for proxy in asked if proxy in scope.proxies]
        if len(asked) > 1:  # before the first has them in play
            await ask_all([(each, _extension(lane_name, named[each.profile.name], tries=True)) for each in within])
        others = [(each, self._order(each, lane, scope, named)) for each in asked if each not in within]
        await ask_all(others, scope.joined)
        await ask_all([(each, _extension(lane_name, named[each.profile.name])) for each in within], scope.extended)
        scope.fallen_back.difference_update(each.profile.name for each in asked)

    async def look(self, lane_name: str, number: int | None = None) -> ScopeOutcome | None:
        """What happened so far in the open scope of a lane.

        With the number of a scope: None if it is not known, and its outcome if others have ended it.
        """
        lane = self._lanes[lane_name]
        if number is not None and not lane.is_open(number):
            return await _outcome(self._returned.get(number) or self._unseen.get(number))
        scope = lane.scopes[-1] if lane.scopes else None
        proxies = tuple(scope.proxies if scope is not None else self._proxies)
        replies = await ask_all([(proxy, lambda order: Look(order=order, lane=lane_name)) for proxy in proxies])
        outcomes = {proxy.profile.name: reply.outcome for proxy, reply in zip(proxies, replies, strict=True)}
        return self.ends.outcome(scope, outcomes, tuple(lane.refusals))

    async def end(self, lane_name: str, number: int | None = None, *, passed: bool = False) -> ScopeOutcome | None:
        """End the innermost scope that a test opened in a lane and return its outcome; None where there was none.

        What it recorded replaces what it had recorded before only where it `passed`; one that nobody ended did not.
        With the number of a scope, that one is ended, after those inside of it. If others have ended it, its outcome
        is still returned, once.
        """
        lane = self._lanes[lane_name]
        if number is None:
            return await self._end_innermost(lane, self._returned, passed=passed)
        while lane.is_open(number):  # other calls end scopes while this one waits
            if lane.scopes[-1].number == number:
                return await _outcome(self.ends.end(lane, lane.scopes.pop(), passed=passed))
            await self._end_innermost(lane, self._unseen)
        return await _outcome(self._returned.pop(number, None) or self._unseen.pop(number, None))

    async def _end_innermost(self, lane: Lane, kept: LatestEnds, *, passed: bool = False) -> ScopeOutcome | None:
        """End the innermost scope of a lane for a call that did not name it, and keep its outcome for one that does."""
        if not lane.scopes:
            return None
        scope = lane.scopes.pop()
        ended = self.ends.end(lane, scope, passed=passed)
        kept.keep(scope.number, ended)
        return await _outcome(ended)

    async def settled(self) -> None:
        """Wait for the scopes that are being ended; what went wrong there has ended the run."""
        await self.ends.settled()

    async def end_lane(self, lane: Lane, *, passed: bool) -> None:
        """End all that goes on in a lane: the scopes that tests opened, and what there was without them."""
        await self._end_all(lane)
        await _outcome(self.ends.end(lane, passed=passed))

    async def _end_all(self, lane: Lane) -> None:
        while await self._end_innermost(lane, self._unseen):
            pass

    async def _add_faults(self, scope: LaneScope) -> None:
        """Give a scope the faults that it was begun with, and those of a sweep."""
        for word, faults in scope.scope_options.faults.items():
            scope.add_faults((await self._find(word)).profile.name, faults)
        for profile, fault in self.forced(scope).items():
            scope.add_faults(profile, (fault,))

    async def _named(
        self, recordings: Mapping[str, Sequence[str]], beside: Path | None, scope: LaneScope
    ) -> dict[str, tuple[str, ...]]:
        """The files that names mean, by profile."""
        profiles = {word: (await self._find(word)).profile.name for word in recordings}
        find = functools.partial(
            find_named, self._plan, beside=beside, selection=scope.selection, uses=(*scope.uses, *profiles.values())
        )
        named: dict[str, tuple[str, ...]] = {}
        for word, profile in profiles.items():
            found = find(profile, self._mode(profile, scope), recordings[word], is_host=word != profile)
            named[profile] = (*named.get(profile, ()), *found)
        return named

    async def begin_base(self, proxy: Proxy, lane: Lane) -> None:
        """Begin what goes on in a lane whenever no scope is open, with one proxy."""
        if fault := self.forced(lane.base).get(proxy.profile.name):
            lane.base.add_faults(proxy.profile.name, (fault,))
        lane.begin_base(await proxy.ask(self._order(proxy, lane, None, {}), Began))

    def _order(
        self,
        proxy: Proxy,
        lane: Lane,
        scope: LaneScope | None,
        named: Mapping[str, tuple[str, ...]],
        default: str | None = None,
        plays: Sequence[int] = (),
    ) -> Callable[[int], Begin]:
        """The order to begin a scope, or the base scope, by its number. RecordingError if its files cannot be written."""
        profile = proxy.profile.name
        mode = self._mode(profile, scope)
        chosen = choose(self._plan, profile, mode, named.get(profile), default)
        name = self._roster.shown(proxy.profile, scope.name) if scope is not None else NO_TEST
        if hides := scope is not None and name != scope.name:
            chosen = chosen.of_secret(functools.partial(self._roster.shown, proxy.profile))
        if anew := mode == "auto" and self._old.is_recorded_anew(proxy.profile, chosen.target, name):
            mode, chosen = "record", replace(chosen, recordings=())
        if scope is not None and chosen.unnamed:
            scope.fallen_back.add(profile)
        writes = mode in ("record", "auto")
        target = Path(chosen.target) if writes else Path()
        if writes:
            shown = self._roster.shown(proxy.profile, target.name)
            check_file_name(target.name, shown, test=scope.name if scope is not None else name, shown_test=name)
        scope_options = scope.scope_options if scope is not None else PROFILES

        def begin(order: int) -> Begin:
            (scope or lane.base).numbers.pop(profile, None)
            if writes:
                # The recorder must know the scope before the proxy does: what it records may come at once.
                (scope or lane.base).numbers[profile] = order
                self._recorder.begin(profile, order, name, target, proxy.profile.rules(), append=mode == "auto")
            return Begin(
                order=order,
                lane=lane.name,
                scope=name,
                recordings=chosen.recordings,
                mode="record" if anew else own_mode(self._plan, profile, scope),
                fallback=scope is not None and chosen.unnamed,
                base=scope is None,
                expected=chosen.expected,
                match_on=scope_options.match_on,
                repeat=scope_options.repeat,
                ignore=scope_options.ignore,
                chooser=scope_options.chooser,
                **(self._roster.record_words(proxy.profile, scope.selection, scope.uses, hides=hides) if scope else {}),
                plays=tuple(plays),
                faults=(scope or lane.base).faults.get(profile, ()),
            )

        return begin

    def _mode(self, profile: str, scope: LaneScope | None) -> str:
        """The mode of a profile in a scope; what passes without a profile passes there too."""
        return own_mode(self._plan, profile, scope) or self._plan.mode_of(profile)

    def _has_default(self, profile: str, default: str | None, scope: LaneScope) -> bool:
        """Whether a profile's own recording of a test is there, or may be written."""
        if default is None:
            return False
        return (
            self._mode(profile, scope) in ("record", "auto") or self._plan.library.default(profile, default).is_file()
        )


def _extension(lane: str, recordings: tuple[str, ...], *, tries: bool = False) -> Callable[[int], Extend]:
    return lambda order: Extend(order=order, lane=lane, recordings=recordings, tries=tries)


async def _outcome(ended: asyncio.Future[ScopeOutcome] | None) -> ScopeOutcome | None:
    """The outcome of a scope when it has ended; whoever waits may go meanwhile."""
    return None if ended is None else await asyncio.shield(ended)
