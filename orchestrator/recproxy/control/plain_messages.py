"""Messages as plain tuples for the way, and back: a number for the kind, and the values of its fields.

A pickled object names its class and its module, and both ends look them up. That takes longer than the rest of a
message, and a scope sends four to each proxy. Pure.
"""

from __future__ import annotations

from typing import Any, get_args

from recproxy.control.messages import Ended, Message, Playing
from recproxy.control.outcomes import Outcome

__all__ = ["plain_message", "restored_message"]

_KINDS: tuple[Any, ...] = get_args(Message)
_NUMBERS = {kind: number for number, kind in enumerate(_KINDS)}
#: Those whose second field is an outcome, which has more fields than all the others.
_WITH_OUTCOME = (_NUMBERS[Ended], _NUMBERS[Playing])


def plain_message(message: Message) -> tuple[int, tuple[Any, ...]]:
    """A message as a tuple that says the same."""
    number = _NUMBERS[type(message)]
    values = _values(message)
    if number in _WITH_OUTCOME:
        order, outcome, *others = values
        values = (order, _values(outcome), *others)
    return number, values


def restored_message(plain: tuple[int, tuple[Any, ...]]) -> Message:
    """The message that was made plain."""
    number, values = plain
    if number in _WITH_OUTCOME:
        order, outcome, *others = values
        values = (order, _restored(Outcome, outcome), *others)
    message: Message = _restored(_KINDS[number], values)
    return message


def _values(value: Any) -> tuple[Any, ...]:
    values: tuple[Any, ...] = value.__getstate__()
    return values


def _restored(kind: Any, values: tuple[Any, ...]) -> Any:
    made = object.__new__(kind)
    made.__setstate__(values)
    return made
