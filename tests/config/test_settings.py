"""Which value is in effect, and who says it."""

import tomllib

import pytest

from recproxy.config.declared import Key, Keys
from recproxy.config.settings import Layer, Precedence, settings
from recproxy.config.tables import Source
from recproxy.errors import ProfileError

DECLARED = Keys(
    keys={
        "text": Key(kind="string", says="A text.", default="x"),
        "inner": Keys(keys={"word": Key(kind="choice", says="A word.", choices=("a", "b"))}),
        "free": Key(kind="mapping", says="A table."),
        "each": Keys(many=True, keys={"list": Key(kind="strings", says="A list.", check=str.lower)}),
        "tables": Key(kind="tables", says="Tables."),
    }
)


def layer(precedence, text, keys=()):
    values = tomllib.loads(text)
    for key in keys:
        values = values[key]
    source = Source(f"{precedence.name.lower()}.toml", text, ProfileError)
    return Layer(precedence=precedence, values=values, source=source, keys=keys)


PACKAGE = layer(
    Precedence.PACKAGE,
    "text = 'package'\nfree = {one = '1', two = '2'}\ninner.word = 'b'\n[[each]]\nlist = ['A']\n[[each]]\n",
)
PROJECT = layer(Precedence.PROJECT, "[tool.x]\ntext = 'project'\nfree.two = '3'\ntables.t = {}\n", ("tool", "x"))


def found(*layers):
    return {
        ".".join(map(str, each.key)): (each.value, each.precedence.name, each.place)
        for each in settings(DECLARED, layers)
    }


def test_what_nobody_says_has_its_default():
    assert found() == {"text": ("x", "DEFAULT", ""), "inner.word": ("a", "DEFAULT", "")}


@pytest.mark.parametrize("layers", [(PACKAGE, PROJECT), (PROJECT, PACKAGE)])
def test_the_highest_layer_that_says_a_key_wins_whatever_the_order(layers):
    assert found(*layers) == {
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


def test_precedence_is_an_order_and_says_itself_in_words():
    assert max(Precedence) is Precedence.COMMAND
    assert [each.title for each in sorted(Precedence)] == [
        "default", "profile package", "project file", "environment", "command line",
    ]  # fmt: skip
