"""What becomes of a recorded WebSocket that was recorded again, and how two versions of it differ. Pure.

Messages that mean the same stay as they were, with the wild places that a person wrote into them, the faults, and the
pauses that were measured first. So do pings: when they come is chance.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest

from recproxy.matching.compare import difference
from recproxy.matching.rules import Rules
from recproxy.matching.websocket_messages import COMPARED, RecordedMessage, index_of_messages, message_request
from recproxy.play.change import Change, ChangeKind
from recproxy.recording import WILD, Act, Interaction, Response, Step, pattern

__all__ = ["same_messages", "stable_messages", "websocket_changes"]

_SAID = (Act.SERVER, Act.CLIENT)
_LABELS = {
    Act.SERVER: "message of the server",
    Act.CLIENT: "message of the client",
    Act.CLOSE: "close",
    Act.LEAVE: "close of the client",
    Act.PING: "ping",
    Act.RESET: "reset",
}


def same_messages(old: Interaction, new: Interaction, rules: Rules) -> bool:
    """Whether the client says the same in both."""
    keys = _Keys(old, rules)
    clients = [[keys.of(each) for each in steps if each.act is Act.CLIENT] for steps in (old.steps, new.steps)]
    return clients[0] == clients[1]


def stable_messages(old: Interaction, new: Interaction, rules: Rules) -> tuple[Step, ...]:
    """The new messages, the old ones where they mean the same."""
    keys = _Keys(old, rules)
    before = [each for each in old.steps if each.act is not Act.PING]
    after = [each for each in new.steps if each.act is not Act.PING]
    rows = _aligned([keys.of(each) for each in before], [keys.of(each) for each in after])
    kept = {number: was for was, number in rows if was is not None and number is not None}
    if [*kept] == [*range(len(after))] and len(before) == len(after):
        return old.steps  # pings come when they come
    found: list[Step] = []
    number = 0
    for step in new.steps:
        if step.act is Act.PING:
            found.append(step)
            continue
        found.append(before[kept[number]] if number in kept else step)
        number += 1
    return tuple(found)


class _Keys:
    """Names for steps: two that mean the same have the same one. Named after the steps of `old`."""

    def __init__(self, old: Interaction, rules: Rules) -> None:
        self._word = old.request.wild
        self._clients = [each for each in old.steps if each.act is Act.CLIENT]
        messages = (RecordedMessage(each, self._word, None) for each in self._clients)
        self._index = index_of_messages(messages, rules)
        mark = f"{self._word}[".encode()
        self._named = [
            each for each in old.steps if each.act is Act.SERVER and self._word is not None and mark in each.data
        ]

    def of(self, step: Step) -> Hashable:
        """The name of a step, old or new."""
        if step.act is Act.CLIENT:
            live = message_request(step.data, binary=step.binary)
            found = min((each for tier in self._index.find(live).tiers for each in tier), default=None)
            return (step.act, step.binary, step.data if found is None else self._clients[found].data, step.omitted)
        if step.act is Act.SERVER:
            same = next((each for each in self._named if each.binary is step.binary and self._fits(each, step)), step)
            return (step.act, step.binary, same.data, step.omitted)
        return (step.act, step.code, step.data)

    def _fits(self, old: Step, new: Step) -> bool:
        wild = pattern(old.data, self._word)
        return old.data == new.data or (wild is not None and wild.fits(new.data) is not None)


def _aligned(old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterator[tuple[int | None, int | None]]:
    """Pairs of places that have the same name, and those that have no partner."""
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            yield from zip(range(start, end), range(new_start, new_end), strict=True)
            continue
        yield from ((each, None) for each in range(start, end))
        yield from ((None, each) for each in range(new_start, new_end))


def websocket_changes(before: Interaction, after: Interaction) -> Iterator[Change]:
    """The changes in the messages, in their order; pings are none."""
    rules = Rules()
    old, new = ([each for each in one.steps if each.act is not Act.PING] for one in (before, after))
    keys = _Keys(before, rules)
    names = [keys.of(each) for each in old], [keys.of(each) for each in new]
    matcher = SequenceMatcher(None, *names, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            yield from _faults(old[start:end], new[new_start:new_end])
            continue
        for one, other in zip_longest(old[start:end], new[new_start:new_end]):
            yield from _changed(one, other, before.request.wild or WILD)


def _faults(old: Sequence[Step], new: Sequence[Step]) -> Iterator[Change]:
    for one, other in zip(old, new, strict=True):
        if one.fault != other.fault:
            faults = (f":fault {each.fault}" if each.fault else None for each in (one, other))
            yield Change(ChangeKind.STRUCTURE, _LABELS[other.act], *faults)


def _changed(one: Step | None, other: Step | None, word: str) -> Iterator[Change]:
    if one is None or other is None or one.act is not other.act or one.act not in _SAID:
        place = " ".join(dict.fromkeys(_LABELS[each.act] for each in (one, other) if each is not None))
        yield Change(ChangeKind.STRUCTURE, place, *(None if each is None else _text(each) for each in (one, other)))
        return
    recorded = Interaction(request=message_request(one.data, binary=one.binary, wild=word), response=Response(status=0))
    live = message_request(other.data, binary=other.binary)
    for each in difference(recorded, live, Rules(), match_on=COMPARED):
        kind = ChangeKind.STRUCTURE if each.wanted is None or each.got is None else ChangeKind.VALUE
        yield Change(kind, f"{_LABELS[other.act]} {each.field}", each.wanted, each.got)


def _text(step: Step) -> str:
    text = step.data.decode("utf-8", "backslashreplace")
    code = f"{step.code} " if step.code else ""
    return f"{step.act.value} {code}{' / '.join(text.splitlines())}".strip()
