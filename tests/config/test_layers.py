"""Which value is in effect, and who says it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

import pytest

from recproxy.config.keys import OrTables, Required, Word
from recproxy.config.layers import build, nested, settings
from recproxy.config.toml_files import Precedence, TomlFile
from recproxy.errors import ProfileError


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    word: Literal["a", "b"] = "a"


@dataclass(frozen=True, slots=True, kw_only=True)
class Each:
    list: Annotated[tuple[str, ...], Word(check=str.lower)] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    text: Annotated[str, Required("text is missing: give it one")] = "x"
    inner: Inner = field(default_factory=Inner)
    free: Annotated[Mapping[str, str], Word(pattern="[a-z]+", wrong="give it letters")] = field(default_factory=dict)
    each: tuple[Each, ...] = ()
    tables: Annotated[tuple[str, ...], OrTables(Inner)] = ()


def layer(precedence, text, keys=()):
    path, values = f"{precedence.name.lower()}.toml", tomllib.loads(text)
    return TomlFile(path=path, text=text, error=ProfileError, values=values, precedence=precedence).table(*keys)


def refused(*layers):
    with pytest.raises(ProfileError) as caught:
        list(settings(Table, layers))
    return caught.value.message


PACKAGE = layer(
    Precedence.PACKAGE,
    "text = 'package'\nfree = {one = '1', two = '2'}\ninner.word = 'b'\n[[each]]\nlist = ['A']\n[[each]]\n",
)
PROJECT = layer(Precedence.PROJECT, "[tool.x]\ntext = 'project'\nfree.two = '3'\ntables.t = {}\n", ("tool", "x"))


def found(*layers):
    return {
        ".".join(map(str, each.key)): (each.value, each.precedence.name, each.place) for each in settings(Table, layers)
    }


def test_what_nobody_says_has_its_default():
    assert found() == {
        "text": ("x", "DEFAULT", ""),
        "inner.word": ("a", "DEFAULT", ""),
        "tables": ((), "DEFAULT", ""),
    }


def test_the_highest_layer_that_says_a_key_wins():
    assert found(PACKAGE, PROJECT) == {
        "text": ("project", "PROJECT", "project.toml:2"),
        "inner.word": ("b", "PACKAGE", "package.toml:3"),
        "free.two": ("3", "PROJECT", "project.toml:3"),
        "free.one": ("1", "PACKAGE", "package.toml:2"),
        "each.0.list": (("a",), "PACKAGE", "package.toml:5"),
        "each.1.list": ((), "DEFAULT", ""),
    }


def test_a_list_of_tables_stands_as_one():
    above = layer(Precedence.PROJECT, "[[each]]\nlist = ['c']\n")

    assert [key for key in found(PACKAGE, above) if key.startswith("each")] == ["each.0.list"]


def test_the_values_are_those_of_the_settings():
    table = build(Table, nested(settings(Table, [PACKAGE])))

    assert table == Table(
        text="package",
        inner=Inner(word="b"),
        free={"one": "1", "two": "2"},
        each=(Each(list=("a",)), Each()),
    )
    assert build(Table, {"each": [{"list": ["a"]}], "inner": {"word": "b"}}) == Table(
        each=(Each(list=["a"]),), inner=Inner(word="b")
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("txt = ''\n", "1: unknown key 'x.txt': the known keys are text, inner, free, each, tables (nearest: text)"),
        ("text = 'a'\ninner.wrd = ''\n", "3: unknown key 'x.inner.wrd': the known keys are word (nearest: word)"),
        ("text = 'a'\ninner.word = 'c'\n", "3: x.inner.word is 'c': give it a, b"),
        ("text = 'a'\n[[x.each]]\n[[x.each]]\nlist = 1\n", "5: x.each.list is 1: give it a list of strings"),
        ("text = 'a'\nfree.A = ''\n", "3: x.free holds 'A': give it letters"),
        ("text = 'a'\nfree.a = 1\n", "3: x.free.a is 1: give it a string"),
        ("text = 'a'\ninner = 1\n", "3: x.inner is 1: give it a table"),
        ("text = ''\n", "2: text is missing: give it one"),
        ("", "1: text is missing: give it one"),
    ],
)
def test_what_is_wrong_is_told_with_file_line_and_key(text, wanted):
    wanted = wanted.replace("1: unknown", "2: unknown")

    assert refused(layer(Precedence.PROJECT, f"[x]\n{text}", ("x",))) == f"project.toml:{wanted}"


def test_a_layer_is_checked_even_where_a_higher_one_overrides_it():
    below = layer(Precedence.PACKAGE, "text = 'a'\ninner.word = 'c'\n[[each]]\nlist = 1\n")
    above = layer(Precedence.PROJECT, "inner.word = 'a'\neach = []\n")

    assert refused(below, above) == "package.toml:2: inner.word is 'c': give it a, b"


def test_a_required_key_may_be_said_by_a_layer_below():
    known, empty = layer(Precedence.DEFAULT, "text = 'known'\n"), layer(Precedence.PROJECT, "")

    assert found(known, empty)["text"] == ("known", "DEFAULT", "")


def test_precedence_is_an_order_and_says_itself_in_words():
    assert max(Precedence) is Precedence.COMMAND
    assert [each.title for each in sorted(Precedence)] == [
        "default", "profile package", "project file", "environment", "command line",
    ]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    names: Annotated[tuple[str, ...], Word(check=str.lower)] = ("a",)


def names(*texts):
    places = [layer(Precedence(number), text) for number, text in enumerate(texts, 1)]
    (found,) = settings(Listed, places)
    return found.value, found.place


@pytest.mark.parametrize(
    ("texts", "value", "place"),
    [
        (["names.add = ['B']"], ("a", "b"), "package.toml:1"),
        (["names = ['x']", "names.add = ['Y', 'X']"], ("x", "y"), "project.toml:1"),
        (["names = ['x']", "names = {add = []}"], ("x",), "project.toml:1"),
        (["names.add = ['b']", "names.add = ['c']"], ("a", "b", "c"), "project.toml:1"),
        (["names.add = ['b']", "names = ['c']"], ("c",), "project.toml:1"),
    ],
)
def test_a_layer_adds_to_a_list_of_those_below(texts, value, place):
    assert names(*texts) == (value, place)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("names.more = []", "names is a table: give it a list of strings, or add to it with add = []"),
        ("names = {}", "names is a table: give it a list of strings, or add to it with add = []"),
        ("names.add = 'b'", "names.add is 'b': give it a list of strings"),
    ],
)
def test_what_adds_nothing_to_a_list_is_refused(text, message):
    with pytest.raises(ProfileError) as caught:
        names(text)

    assert caught.value.message == f"package.toml:1: {message}"


def test_a_table_of_a_list_has_nothing_to_add_to():
    places = [
        layer(Precedence.PACKAGE, "[[each]]\nlist = ['a']\n"),
        layer(Precedence.PROJECT, "[[each]]\nlist.add = ['b']\n"),
    ]

    assert refused(*places) == "project.toml:2: each.list is a table: give it a list of strings"
