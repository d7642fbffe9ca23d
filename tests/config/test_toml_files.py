"""TOML files: their values, and the line of every key."""

from pathlib import Path

import pytest

from recproxy.config.toml_files import TomlFile, read_toml
from recproxy.errors import ConfigurationError, ProfileError


def refused(work):
    with pytest.raises(ProfileError) as caught:
        work()
    return caught.value.message


@pytest.fixture(autouse=True)
def in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def read(text):
    path = Path("f.toml")
    path.write_text(text)
    return read_toml(path, ProfileError)


TEXT = """\
# one
name = "x"

[match]
headers = []
ignore.query = ["a"]

[match.inner] # key = 1
form = []
[upstream] # two
timeout = 1
limits = { connect = 1, read = 2 }
"quoted key" = 1
"a.b" = '''
[endpoints]
c = 1
'''
list = [ # 1
  "list = 2",
]
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
        (("match", "inner", "form"), 9),
        (("upstream", "timeout"), 11),
        (("upstream", "limits", "read"), 12),
        (("upstream", "quoted key"), 13),
        (("upstream", "a.b"), 14),
        (("upstream", "list"), 18),
        (("endpoints",), 21),
        (("endpoints", 0), 21),
        (("endpoints", 1), 23),
        (("endpoints", 0, "hosts"), 22),
        (("endpoints", 1, "host"), 24),
        (("upstream", "nowhere"), 10),
        (("nowhere",), 1),
    ],
)
def test_the_line_of_a_key_is_found_in_all_its_spellings(keys, line):
    file = TomlFile(path="f.toml", text=TEXT, error=ProfileError, values={})

    assert str(file.fail(keys, "no")) == f"f.toml:{line}: no"


#: Values of several lines, each with what could be taken for its end.
ODD = (
    """\"""\n[x]\n\\\""" ]\n\"""\"\"""",
    "'''\n\"\"\" [\n''''",
    """[ # ]\n  "]\\"\", '[\"', # \"\n  {a = "}"}, [\n], \n]""",
    '"" # [ "',
    """\"\"\"\"\"\"""",
    "{ a = '''\n}''', \"b#\" = [\n] }",
)


@pytest.mark.parametrize("value", ODD)
def test_a_value_of_several_lines_ends_where_toml_says(value):
    text = f"before = 1\nodd = {value}\nafter = 1"
    read(text)  # it is TOML

    file = TomlFile(path="f.toml", text=text, error=ProfileError, values={})

    assert str(file.fail(("odd",), "no")) == "f.toml:2: no"
    assert str(file.fail(("after",), "no")) == f"f.toml:{text.count(chr(10)) + 1}: no"


def test_a_file_that_cannot_be_read_is_the_callers_kind_of_error(tmp_path):
    with pytest.raises(ConfigurationError, match=r"gone\.toml: cannot be read: No such file"):
        read_toml(tmp_path / "gone.toml", ConfigurationError)


@pytest.mark.parametrize(
    ("text", "line"), [("a = 1\nb = \n", 2), ("a = 1\na = 2\n", 2), ("[t\n", 1), ("a = [1,\n2", 2)]
)
def test_what_is_no_toml_is_refused_with_its_line(text, line):
    message = refused(lambda: read(text))

    assert message.startswith(f"f.toml:{line}: not TOML: ")
    assert "(at " not in message


def test_what_is_not_utf_8_is_refused():
    path = Path("f.toml")
    path.write_bytes(b'a = "caf\xe9"\n')

    assert refused(lambda: read_toml(path, ProfileError)) == "f.toml:1: not UTF-8: save the file as UTF-8"


def test_a_file_holds_its_values_by_path():
    file = read("a = 1\n[[b]]\n[[b]]\nc = 2\n")

    assert (file.path, file.text[:6]) == ("f.toml", "a = 1\n")
    assert (file.at(("a",)), file.at(("b", 1, "c")), file.at(("a", "b")), file.at(("c",))) == (1, 2, None, None)
