"""How a key of a TOML table is declared: once, as a field of the dataclass that holds its value.

    timeout: float = key("Seconds without an answer before the client gets 504.", 30)

The annotation says what the key holds, `key` its description, default and check. `keys_of` collects the keys of a
dataclass; reading (`layers`), `--show-config`, the JSON Schemas and the tables in docs/reference (`reference`) are all
made from them. A table within a table is a field of its dataclass made by `subtable`. A field without either is a
value that no file sets. Knows no files.

A module with such a dataclass must not import `annotations` from `__future__`: it would turn the types into strings.
docs/explanation/architecture.md says why this is no library.
"""

from __future__ import annotations

import dataclasses
import difflib
import enum
import functools
import inspect
import re
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from recproxy.recording.dataclass import dataclass

__all__ = [
    "ANY_WORD",
    "Key",
    "Kind",
    "Word",
    "described",
    "key",
    "keys_of",
    "leaves",
    "nearest_word",
    "subtable",
]


class Word(NamedTuple):
    """What a string must be: wholly `pattern`, else `wrong` says what is expected.

    `check` returns the normal form, or raises ValueError with the same kind of text.
    """

    pattern: str = ""
    wrong: str = ""
    check: Callable[[Any], Any] | None = None
    ignore_case: bool = False

    def normal(self, word: Any, verb: str = "is") -> Any:
        """The word in its normal form. Raises ValueError: how a message about its key continues."""
        if self.pattern and not re.fullmatch(self.pattern, word):
            raise ValueError(f"{verb} {word!r}: {self.wrong}")
        try:
            return self.check(word) if self.check else word
        except ValueError as problem:
            raise ValueError(f"{verb} {word!r}: {problem}") from None


#: A string of any form.
ANY_WORD = Word()
_STRING = {"type": "string"}


class Kind(enum.Enum):
    """What a key can hold: title in the reference, words of an error, type, type of its items, and JSON Schema."""

    TEXT = "string", "a string", str, None, _STRING
    BOOLEAN = "boolean", "true or false", bool, None, {"type": "boolean"}
    NUMBER = "number", "a number of zero or more", float, None, {"type": "number", "minimum": 0}
    INTEGER = "integer", "a whole number of zero or more", int, None, {"type": "integer", "minimum": 0}
    STRINGS = "list", "a list of strings", list, str, {"type": "array", "items": _STRING}
    MAPPING = "table", "a table of strings", dict, None, {"type": "object", "additionalProperties": _STRING}
    TABLE = "table", "a table", dict, None, {"type": "object"}
    TABLES = "tables", "tables, each under [[{name}]]", list, dict, {"type": "array"}

    def __init__(self, title: str, wanted: str, holds: type, inner: type | None, schema: Mapping[str, Any]) -> None:
        self.title, self.wanted, self.holds, self.inner, self.schema = title, wanted, holds, inner, schema

    def fits(self, value: Any) -> bool:
        """Whether a value from a file is of this kind. TOML writes 30 where 30.0 is meant, and 1e6 for a whole number."""
        if self.holds in (float, int):
            return type(value) in (float, int) and value >= 0 and (self.holds is float or float(value).is_integer())
        right = isinstance(value, self.holds)
        return right and (self.inner is None or all(isinstance(each, self.inner) for each in value))


_SCALARS = {str: Kind.TEXT, Path: Kind.TEXT, bool: Kind.BOOLEAN, float: Kind.NUMBER, int: Kind.INTEGER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key of a table.

    `table` is the dataclass of the tables it holds. `missing` is the error where a required key is not there. A key
    with `inline` is either a list of names or a table of such tables by name.
    """

    name: str
    kind: Kind
    says: str = ""
    default: Any = None
    missing: str = ""
    word: Word = ANY_WORD
    choices: tuple[Any, ...] = ()
    table: Any = None
    inline: type | None = None

    def read(self, value: Any) -> Any:
        """The normal form of a value from a file. Raises ValueError: how a message about the key continues."""
        if self.choices:
            if type(value) is not type(self.choices[0]) or (value := self.word.normal(value)) not in self.choices:
                known = ", ".join(str(each) for each in self.choices if each != "")
                raise ValueError(f"is {value!r}: give it {known}{nearest_word(value, self.choices)}")
            return value
        if self.inline and isinstance(value, dict):
            return value
        if not self.kind.fits(value):
            raise ValueError(f"is {value!r}: give it {self.kind.wanted.format(name=self.name)}")
        if self.kind is Kind.STRINGS:
            return tuple(self.word.normal(each, "holds") for each in value)
        if isinstance(value, str):
            return self.word.normal(value) if value else value
        if self.kind in (Kind.NUMBER, Kind.INTEGER):
            return self.word.normal(self.kind.holds(value))
        return value if self.kind.inner else self.kind.holds(value)


def key(says: str, default: Any = "", *, word: Word = ANY_WORD, missing: str = "", inline: type | None = None) -> Any:
    """The field of a key.

    Args:
        says: its description, one sentence or more, in Markdown.
        default: its value where no file sets it.
        word: what each of its strings must be; of a table of strings, each name.
        missing: the error where it is not there or empty. Without it the key is optional.
        inline: the dataclass of the tables that may be there in place of a list of names.
    """
    metadata = {"key": {"says": says, "word": word, "missing": missing, "inline": inline}}
    if isinstance(default, type | dict):
        return dataclasses.field(default_factory=default if isinstance(default, type) else dict, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def subtable(table: type) -> Any:
    """The field of a table of keys, whose dataclass describes it."""
    return key(described(table), table)


def described(table: type) -> str:
    """What a table is for: the first line of its docstring."""
    return (inspect.getdoc(table) or "").partition("\n")[0]


@functools.cache
def keys_of(table: type) -> tuple[Key, ...]:
    """The keys of a dataclass, in order."""
    return tuple(_key(field) for field in dataclasses.fields(table) if "key" in field.metadata)


def leaves(table: type, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Key]]:
    """Each key that holds no table of declared keys, with its path."""
    for each in keys_of(table):
        path = (*above, each.name)
        yield from leaves(each.table, path) if each.table else [(path, each)]


def nearest_word(word: Any, known: Sequence[Any]) -> str:
    """The nearest of the known words in brackets, empty where none is near."""
    near = difflib.get_close_matches(str(word), [each for each in known if isinstance(each, str)], n=1)
    return f" (nearest: {near[0]})" if near else ""


def _key(field: dataclasses.Field[Any]) -> Key:
    hint: Any = field.type
    inner = typing.get_args(hint)
    default = None if field.default is dataclasses.MISSING else field.default
    held, choices = None, ()
    match typing.get_origin(hint):
        case origin if origin is Literal:
            kind, choices = _SCALARS[type(inner[0])], inner
        case origin if origin is tuple:
            kind, held = (Kind.STRINGS, None) if inner[0] is str else (Kind.TABLES, inner[0])
        case origin if origin is Mapping:
            kind = Kind.MAPPING
        case _ if dataclasses.is_dataclass(hint):
            kind, held = Kind.TABLE, hint
        case _:
            kind = _SCALARS[hint]
            default = kind.holds(default)  # 30.0 where 30 is written, and the text of a path
    return Key(name=field.name, kind=kind, default=default, choices=choices, table=held, **field.metadata["key"])
