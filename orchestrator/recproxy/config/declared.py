"""The keys of a table, each declared once: what it holds, its default, what it says.

Reading, the reference pages' lists and the JSON Schemas are all made from these declarations. Knows no table in
particular.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from recproxy.config.tables import Table

__all__ = ["Key", "Keys", "leaves", "read"]

Kind = Literal["string", "boolean", "number", "integer", "choice", "strings", "mapping", "tables"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key. `kind` is what it holds: "mapping" is a table of strings, "tables" a table of tables of any form.

    `pattern` is what each of its words must be whole; `wrong` is the message where one is not, with places {key} and
    {value}. `check` gives a word its normal form, or raises ValueError with the message. The first of `choices` is
    the default of a choice.
    """

    kind: Kind
    says: str
    default: object = None
    choices: tuple[str, ...] = ()
    pattern: str = ""
    wrong: str = ""
    check: Callable[[str], str] | None = None

    def read(self, table: Table, name: str) -> Any:
        """Its value in a table, or its default; the table's kind of error where it is wrong."""
        match self.kind:
            case "string":
                value = table.string(name, str(self.default or ""))
                return self._word(table, name, value) if value else value
            case "boolean":
                return table.boolean(name, default=bool(self.default))
            case "number" | "integer":
                number = table.number(name, float(str(self.default or 0)))
                if self.kind == "integer" and not number.is_integer():
                    raise table.fail(name, f"{table.named(name)} is {number:g}: give it a whole number")
                return int(number) if self.kind == "integer" else number
            case "choice":
                return table.choice(name, self.choices)
            case "strings":
                return tuple(self._word(table, name, word) for word in table.strings(name))
            case "mapping":
                return table.mapping(name)
            case "tables":
                return table.named_tables(name)

    def _word(self, table: Table, name: str, word: str) -> str:
        if self.pattern and not re.fullmatch(self.pattern, word):
            raise table.fail(name, self.wrong.format(key=table.named(name), value=word))
        if self.check is None:
            return word
        try:
            return self.check(word)
        except ValueError as problem:
            raise table.fail(name, str(problem)) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """A table of keys; `many` where it is a list of such tables. `required` names those that must be there."""

    keys: Mapping[str, Key | Keys]
    says: str = ""
    many: bool = False
    required: tuple[str, ...] = ()


def read(declared: Keys, table: Table) -> dict[str, Any]:
    """All values of a table, by key; what is a table of keys is a dict, where there are many a list of them.

    An unknown key is an error, as a wrong value is.
    """
    values: dict[str, Any] = {}
    for name, key in declared.keys.items():
        if isinstance(key, Key):
            values[name] = key.read(table, name)
        elif key.many:
            values[name] = [read(key, each) for each in table.tables(name)]
        else:
            values[name] = read(key, table.table(name))
    table.done()
    return values


def leaves(declared: Keys, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Key]]:
    """Each key that is no table of keys, with its path."""
    for name, key in declared.keys.items():
        if isinstance(key, Key):
            yield (*above, name), key
        else:
            yield from leaves(key, (*above, name))
