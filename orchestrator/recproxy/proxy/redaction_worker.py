"""A process that redacts what scopes of one profile have recorded, forked like a proxy and beside it.

It is a process of its own for three reasons. Redaction is work for the CPU: in a thread of the orchestrator or of a
proxy it would share their interpreter, and answers would wait for it. The profile's hook runs here, in an environment
that holds this profile's variables only; the values of other profiles' variables are in the rules, in memory, since
they must be masked here too. And what dies here, of a hook or for want of memory, takes no run's raw interactions
with it: the journal has them. The work is done in a thread, so that the end of the channel is seen while it goes on.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from recproxy.config.profile import Profile
from recproxy.control.channel import Channel
from recproxy.control.messages import Message, Ready, Refused
from recproxy.control.redaction_messages import RedactionSetup, RedactScope, ScopeRedacted
from recproxy.errors import HookError
from recproxy.play.correlating import Correlating
from recproxy.play.grpc_calls import readable_interaction
from recproxy.play.hooks import NO_HOOKS, Hooks, load_hooks
from recproxy.play.written_values import WrittenValues
from recproxy.recording import Interaction, Request, pack, unpack
from recproxy.redaction.correlation import Correlation
from recproxy.redaction.earlier_values import NOTHING, EarlierValues, known_values, learned_values
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import mask_again, mask_line, redact_line, redact_scope

__all__ = ["RedactionWorker", "redact_again", "redact_recorded"]

#: Shorter values would be found in any text.
_SHORTEST = 8


class RedactionWorker:
    """One such process; `ended` is done when its channel has gone."""

    def __init__(self, channel: socket.socket, loop: asyncio.AbstractEventLoop) -> None:
        self.ended: asyncio.Future[None] = loop.create_future()
        self._loop = loop
        self._channel = Channel(channel, loop, received=self._received, lost=self._finish)
        self._executor = ThreadPoolExecutor(1)
        self._hooks = NO_HOOKS
        self._earlier = EarlierValues()
        self._rules: RedactionRules
        self._descriptors = ""
        self._correlating: Correlating
        self._tasks: set[asyncio.Task[None]] = set()

    def _received(self, message: Message, descriptors: list[int]) -> None:
        if isinstance(message, RedactionSetup):
            self._set_up(message)
        elif isinstance(message, RedactScope):
            task = self._loop.create_task(self._redact(message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:  # the order to stop
            self._finish()

    def _set_up(self, order: RedactionSetup) -> None:
        os.environ.update(order.environment)  # before hooks are loaded, which may read it then
        profile = Profile.restore(order.profile)
        self._rules = profile.redaction(order.secrets, order.environment)
        self._descriptors = profile.grpc.place
        self._correlating = Correlating(profile, WrittenValues(order.folder, order.written, begun=order.begun))
        try:
            self._hooks = load_hooks(profile.name, profile.hooks, self._rules)
        except HookError as problem:
            self._channel.send(Refused(order=0, message=problem.message))
        else:
            self._channel.send(Ready())

    async def _redact(self, order: RedactScope) -> None:
        try:
            reply = await self._loop.run_in_executor(self._executor, self._answer, order)
        except Exception as problem:  # noqa: BLE001 - nothing of the scope may be written; its journal is kept
            line = f"what was recorded is not written: {type(problem).__name__}: a defect of recproxy's redaction"
            self._channel.send(Refused(order=order.order, message=line))
            return
        self._channel.send(reply)

    def _answer(self, order: RedactScope) -> ScopeRedacted:
        self._earlier.add(known_values(order.learned))
        if order.again:
            return redact_again(order, self._rules, self._hooks, self._earlier)
        correlation = self._correlating.of(order.recording)
        return redact_recorded(order, self._rules, self._hooks, self._earlier, self._descriptors, correlation)

    def _finish(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


def redact_recorded(
    order: RedactScope,
    rules: RedactionRules,
    hooks: Hooks,
    earlier: EarlierValues = NOTHING,
    descriptors: str = "",
    correlation: Correlation | None = None,
) -> ScopeRedacted:
    """The interactions of a scope without their secrets, then without what the hook takes out, and lines about them.

    Messages of gRPC are read first, by a file of `descriptors` if there is one.
    """
    raw = [readable_interaction(unpack(each), descriptors) for each in order.interactions]
    redacted = redact_scope(raw, rules, earlier=earlier, correlation=correlation)
    found = tuple(
        dict.fromkeys(
            each.value.decode("utf-8", "surrogateescape") for each in redacted.findings if len(each.value) >= _SHORTEST
        )
    )
    learned = replace(rules, values=(*rules.values, *found))
    own = EarlierValues(redacted.learned)  # with what was found inside of others, or in what is refused
    why = {refusal.position: refusal.message for refusal in redacted.refusals}
    kept: list[bytes | None] = []
    for position, each in enumerate(redacted.interactions):
        if each is not None:
            try:
                kept.append(pack(_hidden(each, rules, hooks)))
                continue
            except HookError as problem:
                why[position] = problem.message
        kept.append(None)
    return ScopeRedacted(
        order=order.order,
        interactions=tuple(kept),
        lines=tuple(redact_line(redact_line(line, learned, earlier), rules, own) for line in order.lines),
        refusals=tuple(redact_line(each, rules, own) for each in _refusals(raw, why, learned, hooks, earlier)),
        counts=redacted.counts,
        learned=learned_values(redacted.learned),
    )


def redact_again(order: RedactScope, rules: RedactionRules, hooks: Hooks, earlier: EarlierValues) -> ScopeRedacted:
    """Interactions that were redacted, and lines about them, without what other scopes have shown since."""
    before = [unpack(each) for each in order.interactions]
    redacted = mask_again(before, earlier, rules=rules)
    why = {refusal.position: refusal.message for refusal in redacted.refusals}
    return ScopeRedacted(
        order=order.order,
        interactions=tuple(map(_packed, redacted.interactions)) if redacted.counts or why else (),
        lines=tuple(mask_line(line, earlier) for line in order.lines),
        refusals=_refusals(before, why, rules, hooks, earlier),
        counts=redacted.counts,
    )


def _packed(interaction: Interaction | None) -> bytes | None:
    return pack(interaction) if interaction is not None else None


def _refusals(
    interactions: Sequence[Interaction],
    why: Mapping[int, str],
    rules: RedactionRules,
    hooks: Hooks,
    earlier: EarlierValues,
) -> tuple[str, ...]:
    return tuple(
        f"{redact_line(_asked(interactions[place], rules, hooks, earlier), rules, earlier)}: not recorded: {why[place]}"
        for place in sorted(why)
    )


def _hidden(interaction: Interaction, rules: RedactionRules, hooks: Hooks) -> Interaction:
    """A redacted interaction as the hook leaves it. Raises HookError, also where the hook puts a variable's value in."""
    hidden = hooks.hide(interaction)
    if hidden != interaction:
        again = redact_scope([hidden], rules)
        for refusal in again.refusals:
            raise HookError(f"after the hook `redact`, {refusal.message}")
        for finding in again.findings:
            if finding.rule == "known value":
                raise HookError(f"the hook `redact` put a secret value into the {finding.place}; it may only take out")
    return hidden


def _asked(interaction: Interaction, rules: RedactionRules, hooks: Hooks, earlier: EarlierValues) -> str:
    request = interaction.request
    return f"{request.method} {hooks.show(Request(method='GET', url=request.url), rules, earlier).url}"
