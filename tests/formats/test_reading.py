"""Foreign values, one by one."""

import pytest

from recproxy.errors import ConfigurationError, RecordingError
from recproxy.formats import reading
from recproxy.formats.stored import Notebook


@pytest.mark.parametrize(
    ("take", "value", "message"),
    [
        (reading.mapping, [], "x must be a mapping, not list"),
        (reading.mapping, None, "x is missing: a mapping is expected there"),
        (reading.sequence, {}, "x must be a list, not dict"),
        (reading.string, 1, "x must be text, not int"),
        (reading.number, True, "x must be a number, not bool"),
        (reading.number, "many", "x must be a number, not 'many'"),
        (reading.number, float("inf"), "x must be a number, not 'inf'"),
        (reading.base64_bytes, "A", "x is not base64"),
    ],
)
def test_a_wrong_value_is_named(take, value, message):
    with pytest.raises(ValueError, match=message):
        take(value, "x")


def test_right_values_are_given_back():
    assert reading.mapping({"a": 1}, "x") == {"a": 1}
    assert reading.string(b"\xc3\xa9", "x") == "é"
    assert reading.number("200", "x") == 200
    assert reading.base64_bytes("YQ\n==", "x") == b"a"
    assert reading.json_values(b"\xef\xbb\xbf[1]") == [1]


def test_headers_have_one_value_or_many_and_bodies_are_bytes():
    block = {"a": ["1", 2], "b": "3", "c": None}
    assert reading.header_lines(block) == ((b"a", b"1"), (b"a", b"2"), (b"b", b"3"), (b"c", b""))
    assert reading.header_lines(block, drop_null=True) == ((b"a", b"1"), (b"a", b"2"), (b"b", b"3"))
    assert reading.header_lines({"a": ("1", "2")}) == ((b"a", b"1"), (b"a", b"2"))
    assert reading.header_lines({b"\xff": "1"}) == ((b"\xff", b"1"),)


@pytest.mark.parametrize("none", [None, {}, []])
def test_no_headers_are_null_or_empty(none):
    assert reading.header_lines(none) == ()


@pytest.mark.parametrize(("block", "kind"), [("", "str"), (0, "int"), (False, "bool"), (["a"], "list")])
def test_headers_that_are_no_mapping_are_refused(block, kind):
    with pytest.raises(ValueError, match=f"headers must be a mapping, not {kind}"):
        reading.header_lines(block)


def test_an_exchange_is_named_by_its_number():
    notes = Notebook()
    values = [{"request": {"a": 1}, "response": {"b": 2}, "c": 3}, {"request": {}}]
    found = reading.exchanges(values, notes)

    assert next(found) == (values[0], {"a": 1}, {"b": 2})
    with pytest.raises(ValueError, match="response is missing: a mapping is expected there"):
        next(found)
    assert notes.where == "interaction 2"
    assert [reading.body_bytes(each) for each in (None, "é", b"\xff")] == [b"", b"\xc3\xa9", b"\xff"]


def test_a_value_that_holds_itself_is_too_large():
    itself = []
    itself.append(itself)

    with pytest.raises(ValueError, match="holds more than 100 values"):
        reading.within(itself, 100, "x")
    assert reading.within({"a": [1, (2, 3)]}, 100, "x") == {"a": [1, (2, 3)]}


@pytest.mark.parametrize(
    ("raised", "message"),
    [
        (ValueError("two\nlines"), "a: interaction 3: two lines; mend the file"),
        (KeyError("x"), "a: interaction 3: KeyError: 'x'; mend the file"),
        (RecursionError(), "a: interaction 3: values are nested too deeply; mend the file"),
        (ValueError("y" * 1000), f"a: interaction 3: {'y' * 200}...; mend the file"),
        (ConfigurationError("not installed"), "a: not installed"),
        (RecordingError("its own words"), "its own words"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_any_exception_is_one_line_that_names_the_file(raised, message):
    notes = Notebook()
    notes.where = "interaction 3"

    with pytest.raises(RecordingError) as caught, reading.refusing("a", notes):
        raise raised
    assert caught.value.message == message
