"""How a key of a TOML table is declared: once, as a field of the dataclass that holds its value.

    timeout: float = 30
    \"\"\"Seconds without an answer before the client gets 504.\"\"\"

The annotation says what the key holds, and `Annotated` what else must be true of it: a `Word`, `Required`, `OrTables`.
The string below the field describes it. `keys_of` collects the keys of a dataclass; reading (`layers`),
`--show-config`, the JSON Schemas and the tables in docs/reference (`reference`) are all made from them. A table within
a table is a field whose type is such a dataclass. A field of type `Computed` is no key: no file sets it. Knows no files.

A module with such a dataclass must not import `annotations` from `__future__`: it would turn the types into strings.
docs/explanation/architecture.md says why this is no library.
"""

from __future__ import annotations

import ast
import dataclasses
import difflib
import enum
import functools
import inspect
import itertools
import re
import textwrap
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, TypeVar

from recproxy.lazy.dataclass import dataclass

__all__ = [
    "Computed", "Key", "Kind", "OrTables", "Required", "Word", "described", "keys_of", "leaves", "nearest_word",
]  # fmt: skip

_Held = TypeVar("_Held")
#: Characters of a value that messages show.
_LONGEST_SHOWN = 200
#: The type of a field that is no key.
Computed = Annotated[_Held, "computed"]


class Required(str):
    """The error where a key is not there or empty; without it a key is optional."""

    __slots__ = ()


class OrTables(NamedTuple):
    """What a list of names may be instead: a table of such tables, by name."""

    table: type


class Word(NamedTuple):
    """What a string of a key must be, or each name of a table: wholly `pattern`, else `wrong` says what is expected.

    A number is one of `span`. `check` returns the normal form, or raises ValueError with the same kind of text.
    """

    pattern: str = ""
    wrong: str = ""
    check: Callable[[Any], Any] = lambda word: word
    ignore_case: bool = False
    span: range | None = None

    def normal(self, word: Any, verb: str = "is") -> Any:
        """The word in its normal form. Raises ValueError: how a message about its key continues."""
        if isinstance(word, str) and "\0" in word:  # TOML can write one, and neither a path nor a variable can hold it
            raise ValueError(f"{verb} {_shown(word)}: leave out the null character")
        if (self.pattern and not re.fullmatch(self.pattern, word)) or (self.span and word not in self.span):
            raise ValueError(f"{verb} {_shown(word)}: {self.wrong}")
        try:
            return self.check(word)
        except ValueError as problem:
            raise ValueError(f"{verb} {_shown(word)}: {problem}") from None


_STRING = {"type": "string"}


class Kind(enum.Enum):
    """What a key can hold: title in the reference, words of an error, type, type of its items, and JSON Schema."""

    TEXT = "string", "a string", str, object, _STRING
    BOOLEAN = "boolean", "true or false", bool, object, {"type": "boolean"}
    NUMBER = "number", "a number of zero or more", float, object, {"type": "number", "minimum": 0}
    INTEGER = "integer", "a whole number of zero or more", int, object, {"type": "integer", "minimum": 0}
    STRINGS = "list", "a list of strings", list, str, {"type": "array", "items": _STRING}
    MAPPING = "table", "a table of strings", dict, object, {"type": "object", "additionalProperties": _STRING}
    TABLE = "table", "a table", dict, object, {"type": "object"}
    TABLES = "tables", "tables, each under [[{name}]]", list, dict, {"type": "array"}

    def __init__(self, title: str, wanted: str, holds: type, inner: type, schema: Mapping[str, Any]) -> None:
        self.title, self.wanted, self.holds, self.inner, self.schema = title, wanted, holds, inner, schema

    def fits(self, value: Any) -> bool:
        """Whether a value from a file is of this kind. TOML writes 30 where 30.0 is meant, and 1e6 for a whole number."""
        if self.holds in (float, int):
            return type(value) in (float, int) and value >= 0 and (self.holds is float or float(value).is_integer())
        items = value if isinstance(value, list) else ()
        return isinstance(value, self.holds) and all(isinstance(each, self.inner) for each in items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key of a table: the field `name` of the dataclass `owner`.

    `table` is the dataclass of the tables it holds. A key with `inline` is a list of names, or such tables by name.
    """

    name: str
    kind: Kind
    owner: type | None = None
    default: Any = None
    missing: str = ""
    word: Word = Word()
    choices: tuple[Any, ...] = ()
    table: Any = None
    inline: type | None = None

    @property
    def says(self) -> str:
        """Its description in Markdown; that of a table is what its dataclass says."""
        return described(self.table) if self.kind is Kind.TABLE else _descriptions(self.owner)[self.name]

    def read(self, value: Any) -> Any:
        """The normal form of a value from a file. Raises ValueError: how a message about the key continues."""
        if self.choices:
            if type(value) is not type(self.choices[0]) or (value := self.word.normal(value)) not in self.choices:
                known = ", ".join(str(each) for each in self.choices if each != "")
                raise ValueError(f"is {_shown(value)}: give it {known}{nearest_word(value, self.choices)}")
        elif self.inline and isinstance(value, dict):
            return value
        elif not self.kind.fits(value):
            raise ValueError(f"is {_shown(value)}: give it {self.kind.wanted.format(name=self.name)}")
        elif self.kind is Kind.STRINGS:
            return tuple(self.word.normal(each, "holds") for each in value)
        elif self.kind in _SCALARS.values() and value != "":
            return self.word.normal(self.kind.holds(value))
        return value


_SCALARS = {str: Kind.TEXT, Path: Kind.TEXT, bool: Kind.BOOLEAN, float: Kind.NUMBER, int: Kind.INTEGER}


def _shown(value: Any) -> str:
    """A value as messages show it: its beginning where it is long."""
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def described(table: type) -> str:
    """What a table is for: the first line of its docstring."""
    return (inspect.getdoc(table) or "").partition("\n")[0]


@functools.cache
def keys_of(table: type) -> tuple[Key, ...]:
    """The keys of a dataclass, in order."""
    return tuple(key for field in dataclasses.fields(table) for key in _key(field, table))


def leaves(table: type, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Key]]:
    """Each key that holds no table of declared keys, with its path."""
    for each in keys_of(table):
        path = (*above, each.name)
        yield from leaves(each.table, path) if each.table else [(path, each)]


def nearest_word(word: Any, known: Sequence[Any]) -> str:
    """The nearest of the known words in brackets, empty where none is near."""
    near = difflib.get_close_matches(str(word), [each for each in known if isinstance(each, str)], n=1)
    return f" (nearest: {near[0]})" if near else ""


def _key(field: dataclasses.Field[Any], owner: type) -> Iterator[Key]:
    hint, *said = typing.get_args(field.type) if typing.get_origin(field.type) is Annotated else (field.type,)
    if "computed" in said:
        return
    about = {type(each): each for each in said}
    inner, origin = typing.get_args(hint), typing.get_origin(hint)
    default = None if field.default is dataclasses.MISSING else field.default
    choices, table = (inner, None) if origin is Literal else ((), None)
    if origin is tuple:
        kind, table = (Kind.STRINGS, None) if inner[0] is str else (Kind.TABLES, inner[0])
    elif origin is Mapping:
        kind = Kind.MAPPING
    elif dataclasses.is_dataclass(hint):
        kind, table, default = Kind.TABLE, hint, None
    else:
        kind = _SCALARS[type(inner[0]) if choices else hint]
        default = default if choices else kind.holds(default)  # 30.0 where 30 is written, and the text of a path
    yield Key(
        name=field.name, kind=kind, owner=owner, default=default, choices=choices, table=table,
        missing=about.get(Required, ""), word=about.get(Word, Word()), inline=about[OrTables].table if OrTables in about else None,
    )  # fmt: skip


@functools.cache
def _descriptions(table: type) -> Mapping[str, str]:
    """The string below each field of a dataclass. Python does not keep it, so it is read from the source."""
    found = {}
    for field, text in itertools.pairwise(ast.walk(ast.parse(textwrap.dedent(inspect.getsource(table))))):
        match field, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(words))):
                found[name] = " ".join(words.split())
    return found
