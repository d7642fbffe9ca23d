"""Tables read strictly: types, unknown keys, and the line of every error."""

import pytest

from recproxy.config.tables import Source, Table, merged, read_toml
from recproxy.errors import ConfigurationError, ProfileError


def table(text="", keys=(), **values):
    return Table(values, Source("f.toml", text, ProfileError), keys)


def refused(work):
    with pytest.raises(ProfileError) as caught:
        work()
    return caught.value.message


def read(tmp_path, text):
    path = tmp_path / "f.toml"
    path.write_text(text)
    return read_toml(path, ProfileError, shown="f.toml")


def test_values_of_every_type_are_read():
    given = table(
        s="a", b=True, n=3, l=["x"], m={"k": "v"}, t={"s": "inner"}, ts=[{"s": "1"}, {"s": "2"}], nt={"a": {}}
    )

    assert given.string("s") == given.required("s") == "a"
    assert given.boolean("b", default=False) is True
    assert given.number("n", 0) == 3.0
    assert given.strings("l") == ("x",)
    assert given.mapping("m") == {"k": "v"}
    assert given.table("t").string("s") == "inner"
    assert [each.string("s") for each in given.tables("ts")] == ["1", "2"]
    assert given.named_tables("nt") == {"a": {}}
    given.done()


def test_what_is_not_there_is_its_default():
    given = table()

    assert given.string("s") == ""
    assert given.string("s", "other") == "other"
    assert given.boolean("b", default=True) is True
    assert given.number("n", 1.5) == 1.5
    assert given.choice("c", ("first", "second")) == "first"
    assert (given.strings("l"), given.mapping("m"), given.tables("ts"), given.named_tables("nt")) == ((), {}, [], {})
    given.table("t").done()
    given.done()
    assert "s" not in given


@pytest.mark.parametrize(
    ("work", "wanted"),
    [
        (lambda t: t.string("n"), "n is 1: give it a string"),
        (lambda t: t.required("gone"), "gone is missing: give it a string"),
        (lambda t: t.required("empty"), "empty is missing: give it a string"),
        (lambda t: t.boolean("n", default=True), "n is 1: give it true or false"),
        (lambda t: t.number("s", 0), "s is 'word': give it a number"),
        (lambda t: t.number("b", 0), "b is True: give it a number of zero or more"),
        (lambda t: t.number("minus", 0), "minus is -1: give it a number of zero or more"),
        (lambda t: t.choice("s", ("words", "other")), "s is 'word': give it words, other (nearest: words)"),
        (lambda t: t.choice("s", ("a", "b")), "s is 'word': give it a, b"),
        (lambda t: t.strings("s"), "s is 'word': give it a list of strings"),
        (lambda t: t.strings("mixed"), "mixed holds something that is no string: give it a list of strings"),
        (lambda t: t.mapping("m"), "m.k is 1: give it a string"),
        (lambda t: t.table("s"), "s is 'word': give it a table"),
        (lambda t: t.tables("s"), "s is 'word': give it tables, each under [[s]]"),
        (lambda t: t.tables("mixed"), "mixed holds something that is no table: write each under [[mixed]]"),
        (lambda t: t.named_tables("m"), "m.k must be a table"),
        (lambda t: t.done(), "unknown key 's': known here are "),
    ],
)
def test_a_wrong_value_is_refused_by_name(work, wanted):
    given = table(s="word", n=1, b=True, minus=-1, empty="", mixed=["a", 1], m={"k": 1})

    assert refused(lambda: work(given)) == f"f.toml:1: {wanted}"


def test_an_unknown_key_is_named_with_the_nearest_known_one():
    given = table(hosst=[])
    given.strings("hosts")
    given.string("protocol")

    assert refused(given.done) == "f.toml:1: unknown key 'hosst': known here are hosts, protocol (nearest: hosts)"


def test_a_key_deep_inside_is_named_whole():
    given = table(keys=("tool", "recproxy"), match={"ignore": {"query": 1}})

    inner = given.table("match").table("ignore")

    assert "tool.recproxy.match.ignore.query is 1" in refused(lambda: inner.strings("query"))


TEXT = """\
# one
name = "x"

[match]
headers = []
ignore.query = ["a"]

[match.ignore]
form = []
[upstream] # two
timeout = 1
limits = { connect = 1, read = 2 }
"quoted key" = 1
[[endpoints]]
hosts = []
[[endpoints]]
host = []
"""


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ((), 1),
        (("name",), 2),
        (("match",), 4),
        (("match", "headers"), 5),
        (("match", "ignore", "query"), 6),
        (("match", "ignore", "form"), 9),
        (("upstream", "timeout"), 11),
        (("upstream", "limits", "read"), 12),
        (("upstream", "quoted key"), 13),
        (("endpoints",), 14),
        (("endpoints", 0), 14),
        (("endpoints", 1), 16),
        (("endpoints", 0, "hosts"), 15),
        (("endpoints", 1, "host"), 17),
        (("upstream", "nowhere"), 10),
        (("nowhere",), 1),
    ],
)
def test_the_line_of_a_key_is_found_in_all_its_spellings(keys, line):
    assert str(Source("f.toml", TEXT, ProfileError).fail(keys, "no")) == f"f.toml:{line}: no"


def test_a_file_that_cannot_be_read_is_the_callers_kind_of_error(tmp_path):
    with pytest.raises(ConfigurationError, match=r"gone\.toml: cannot be read: No such file"):
        read_toml(tmp_path / "gone.toml", ConfigurationError)


@pytest.mark.parametrize(
    ("text", "line"), [("a = 1\nb = \n", 2), ("a = 1\na = 2\n", 2), ("[t\n", 1), ("a = [1,\n2", 2)]
)
def test_what_is_no_toml_is_refused_with_its_line(tmp_path, text, line):
    message = refused(lambda: read(tmp_path, text))

    assert message.startswith(f"f.toml:{line}: not TOML: ")
    assert "(at " not in message


def test_what_is_not_utf_8_is_refused(tmp_path):
    path = tmp_path / "f.toml"
    path.write_bytes(b'a = "caf\xe9"\n')

    assert (
        refused(lambda: read_toml(path, ProfileError, shown="f.toml")) == "f.toml:1: not UTF-8: save the file as UTF-8"
    )


def test_a_file_is_its_values_and_its_source(tmp_path):
    values, source = read(tmp_path, "a = 1\n")

    assert values == {"a": 1}
    assert (source.path, source.text) == ("f.toml", "a = 1\n")


def test_tables_merge_key_by_key_and_the_upper_value_stands():
    below = {"a": 1, "t": {"x": 1, "y": {"deep": 1}}, "list": [1]}

    assert merged(below, {"t": {"y": {"more": 2}}, "list": [2], "a": {"now": "a table"}}) == {
        "a": {"now": "a table"},
        "t": {"x": 1, "y": {"deep": 1, "more": 2}},
        "list": [2],
    }
    assert below["t"] == {"x": 1, "y": {"deep": 1}}
