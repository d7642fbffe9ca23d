"""The secret values that earlier scopes of a run have shown, ready to be found in the scopes that follow.

They grow by some values with each scope. Automata are made in levels, each at least twice as large as the next, so that
a value is made ready again only a few times however many scopes there are. Holds secrets and shows none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from recproxy.redaction.secret_values import SecretValue
from recproxy.redaction.value_automata import Automata, made_automata

if TYPE_CHECKING:
    from recproxy.control.redaction_messages import LearnedValue

__all__ = ["NOTHING", "EarlierValues", "known_values", "learned_values"]


class EarlierValues:
    """The values of earlier scopes."""

    def __init__(self, values: Mapping[bytes, SecretValue] | None = None) -> None:
        self.known: dict[bytes, SecretValue] = {}
        self._new: dict[bytes, SecretValue] = {}
        self._levels: list[Automata] = []
        self.add(values or {})

    def __repr__(self) -> str:
        return f"EarlierValues({len(self.known)} values)"

    def add(self, values: Mapping[bytes, SecretValue]) -> None:
        """Add the values that a scope has shown."""
        new = {value: how for value, how in values.items() if how.adds_to(self.known.get(value))}
        self.known |= new
        self._new |= new

    @property
    def automata(self) -> tuple[Automata, ...]:
        """The values made ready."""
        if self._new:
            level, self._new = self._new, {}
            while self._levels and len(self._levels[-1].values) < 2 * len(level):
                level = {**self._levels.pop().values, **level}
            self._levels.append(made_automata(level))
        return tuple(self._levels)


#: For a scope that is alone.
NOTHING = EarlierValues()


def known_values(learned: Iterable[LearnedValue]) -> dict[bytes, SecretValue]:
    """The values that a process was told of, and how each is looked for."""
    return {each.value: SecretValue(each.rule, each.name, each.field, each.alone) for each in learned}


def learned_values(known: Mapping[bytes, SecretValue]) -> tuple[LearnedValue, ...]:
    """The same as another process is told of them; to be told in memory only."""
    from recproxy.control.redaction_messages import LearnedValue  # noqa: PLC0415 - one process alone needs none

    return tuple(LearnedValue(value, how.rule, how.name, how.field, how.alone) for value, how in known.items())
