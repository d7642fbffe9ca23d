"""Declared keys: what their values may be, their normal form, and what is wrong with one that is not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest

from recproxy.config.keys import Computed, OrTables, Required, Word, keys_of, leaves


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    """A table of keys."""

    text: str = ""
    """A text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    text: Annotated[str, Word(pattern="[a-z]+", wrong="give it letters")] = "x"
    """A text."""
    flag: bool = True
    """A flag
    of two lines.
    """
    number: float = 1
    whole: int = 3
    word: Literal["one", "other"] = "one"
    one: Literal[1] = 1
    path: Path = Path("a/b")
    list: Annotated[tuple[str, ...], Word(check=lambda word: str(int(word)))] = ()
    map: Mapping[str, str] = field(default_factory=dict)
    names: Annotated[tuple[str, ...], OrTables(Inner)] = ()
    inner: Inner = field(default_factory=Inner)
    each: Annotated[tuple[Inner, ...], Required("each is missing")] = ()
    other: Computed[Any] = None


KEYS = {each.name: each for each in keys_of(Table)}


def test_fields_that_are_no_keys_are_left_out():
    assert list(KEYS) == [
        "text", "flag", "number", "whole", "word", "one", "path", "list", "map", "names", "inner", "each",
    ]  # fmt: skip


def test_the_text_below_a_field_describes_its_key():
    assert [KEYS[name].says for name in ("text", "flag", "inner")] == [
        "A text.",
        "A flag of two lines.",
        "A table of keys.",
    ]


def test_each_field_has_the_default_of_its_key():
    assert Table() == Table(
        text="x", flag=True, number=1, whole=3, word="one", one=1, path=Path("a/b"), list=(), map={}, names=(),
        inner=Inner(text=""), each=(), other=None,
    )  # fmt: skip
    assert (KEYS["number"].default, KEYS["path"].default) == (1.0, "a/b")


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("text", "abc", "abc"),
        ("flag", False, False),
        ("number", 2, 2.0),
        ("whole", 7.0, 7),
        ("word", "other", "other"),
        ("one", 1, 1),
        ("path", "c", "c"),
        ("list", ["007"], ("7",)),
        ("map", {"k": "v"}, {"k": "v"}),
        ("names", ["a"], ("a",)),
        ("names", {"a": {}}, {"a": {}}),
    ],
)
def test_a_value_is_read_in_its_normal_form(name, value, wanted):
    got = KEYS[name].read(value)

    assert (type(got), got) == (type(wanted), wanted)


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("text", 1, "is 1: give it a string"),
        ("text", "A", "is 'A': give it letters"),
        ("text", ["a"] * 1000, f"is {repr(['a'] * 1000):.200}...: give it a string"),
        ("path", "\0/", "is '\\x00/': leave out the null character"),
        ("names", ["a", "b\0"], "holds 'b\\x00': leave out the null character"),
        ("flag", 1, "is 1: give it true or false"),
        ("number", "word", "is 'word': give it a number of zero or more"),
        ("number", True, "is True: give it a number of zero or more"),
        ("number", -1, "is -1: give it a number of zero or more"),
        ("whole", 1.5, "is 1.5: give it a whole number of zero or more"),
        ("whole", float("inf"), "is inf: give it a whole number of zero or more"),
        ("word", "othr", "is 'othr': give it one, other (nearest: other)"),
        ("word", 1, "is 1: give it one, other"),
        ("one", 2, "is 2: give it 1"),
        ("one", True, "is True: give it 1"),
        ("list", "word", "is 'word': give it a list of strings"),
        ("list", ["1", 1], "is ['1', 1]: give it a list of strings"),
        ("list", ["seven"], "holds 'seven': invalid literal for int() with base 10: 'seven'"),
        ("map", "word", "is 'word': give it a table of strings"),
        ("names", "word", "is 'word': give it a list of strings"),
        ("inner", "word", "is 'word': give it a table"),
        ("each", "word", "is 'word': give it tables, each under [[each]]"),
        ("each", [1], "is [1]: give it tables, each under [[each]]"),
    ],
)
def test_what_is_wrong_with_a_value_is_said(name, value, wanted):
    with pytest.raises(ValueError) as caught:
        KEYS[name].read(value)

    assert str(caught.value) == wanted


def test_the_leaves_are_the_keys_that_hold_no_declared_table():
    assert [".".join(path) for path, _ in leaves(Table)] == [
        "text", "flag", "number", "whole", "word", "one", "path", "list", "map", "names", "inner.text", "each.text",
    ]  # fmt: skip
