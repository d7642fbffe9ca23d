"""Declared keys: read with their defaults, checked, listed."""

import pytest

from recproxy.config.declared import Key, Keys, leaves, read
from recproxy.config.tables import Source, Table
from recproxy.errors import ProfileError

DECLARED = Keys(
    keys={
        "text": Key(kind="string", says="A text.", default="x", pattern="[a-z]+", wrong="{key} is {value!r}: bad"),
        "flag": Key(kind="boolean", says="A flag.", default=True),
        "number": Key(kind="number", says="A number.", default=1.5),
        "whole": Key(kind="integer", says="A whole number.", default=3),
        "word": Key(kind="choice", says="A choice.", choices=("one", "other")),
        "list": Key(kind="strings", says="A list.", check=lambda word: str(int(word))),
        "map": Key(kind="mapping", says="A table."),
        "tables": Key(kind="tables", says="Tables."),
        "inner": Keys(keys={"text": Key(kind="string", says="A text.")}),
        "each": Keys(many=True, keys={"text": Key(kind="string", says="A text.")}),
    }
)


def reading(**values):
    return read(DECLARED, Table(values, Source("f.toml", "", ProfileError)))


def test_what_is_not_there_has_its_default():
    assert reading() == {
        "text": "x",
        "flag": True,
        "number": 1.5,
        "whole": 3,
        "word": "one",
        "list": (),
        "map": {},
        "tables": {},
        "inner": {"text": ""},
        "each": [],
    }


def test_what_is_there_is_read_in_its_normal_form():
    got = reading(text="abc", whole=7.0, word="other", list=["007"], inner={"text": "a"}, each=[{"text": "b"}, {}])

    assert (got["text"], got["whole"], got["word"], got["list"]) == ("abc", 7, "other", ("7",))
    assert (got["inner"], got["each"]) == ({"text": "a"}, [{"text": "b"}, {"text": ""}])


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ({"text": "A"}, "text is 'A': bad"),
        ({"list": ["seven"]}, "invalid literal"),
        ({"whole": 1.5}, "whole is 1.5: give it a whole number"),
        ({"word": "othr"}, "word is 'othr': give it one, other (nearest: other)"),
        ({"inner": {"txt": ""}}, "unknown key 'inner.txt': known here are text (nearest: text)"),
        ({"each": [{"text": 1}]}, "each.text is 1: give it a string"),
        ({"flags": True}, "unknown key 'flags'"),
    ],
)
def test_what_is_wrong_is_told_with_its_key(values, wanted):
    with pytest.raises(ProfileError) as caught:
        reading(**values)

    assert caught.value.message.startswith("f.toml:1: ")
    assert wanted in caught.value.message


def test_the_leaves_are_the_keys_that_hold_values():
    assert [".".join(path) for path, _ in leaves(DECLARED)] == [
        "text", "flag", "number", "whole", "word", "list", "map", "tables", "inner.text", "each.text",
    ]  # fmt: skip
