"""The schemas and the tables of keys in the docs: made from the code, and of one mind with it."""

import functools
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import pytest
from deadlines import seconds

from recproxy.cli.configuration import as_toml
from recproxy.config.keys import Required, leaves
from recproxy.config.profile import Profile
from recproxy.config.project import Project, find_project
from recproxy.config.reference import key_tables, profile_schema, project_schema, reference_files

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
PROFILE = 'schema = 1\nname = "shop"\n[[endpoints]]\nhosts = ["a.example"]\n'
SHIPPED = sorted(Path(__file__).parents[2].glob("profiles/*/*/profile.toml"))


@pytest.mark.parametrize(("path", "text"), list(reference_files(REFERENCE)), ids=lambda each: getattr(each, "name", ""))
def test_the_reference_is_that_of_the_code(path, text):
    assert path.read_text(encoding="utf-8") == text, (
        "write it anew with: python -m recproxy.config.reference docs/reference"
    )


def test_the_files_are_written_by_one_command(tmp_path):
    pages = ("profile.md", "project.md")
    for page in pages:
        (tmp_path / page).write_text("# Keys\n\n<!-- keys of -->\nold\n<!-- end of keys -->\n\nMore.\n")

    subprocess.run([sys.executable, "-m", "recproxy.config.reference", str(tmp_path)], check=True, timeout=seconds(60))

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "profile.md", "profile.schema.json", "project.md", "project.schema.json",
    ]  # fmt: skip
    text = (tmp_path / "project.md").read_text()
    assert text.startswith(
        "# Keys\n\n<!-- keys of -->\n\n| key | type, default | meaning |\n|---|---|---|\n| `profiles` |"
    )
    assert text.endswith("\n\n<!-- end of keys -->\n\nMore.\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A sample."""

    text: Annotated[str, Required("text is missing")] = ""
    """A text."""
    empty: tuple[str, ...] = ()
    """A list."""
    number: float = 30
    """A number."""
    half: float = 0.5
    """Half."""
    flag: bool = True
    """A flag."""
    choice: Literal["a", "b"] = "a"
    """A choice."""


#: Tables that are shown only where something is in them.
FILLED = (
    "[placeholders]\nSHOP_KEY = 'x'\n[match]\naliases = {'b.example' = 'a.example'}\ndefault_query = {alt = 'json'}\n"
    "[verify.values]\nkey = '{SHOP_KEY}'\n[[webhooks]]\nname = 'events'\naddress = 'http://127.0.0.1:5000'\n"
)


def test_a_row_has_type_default_and_description():
    page = key_tables("<!-- keys of -->\n<!-- end of keys -->\n", Sample)

    assert page.splitlines()[4:-2] == [
        "| `text` | string, required | A text. |",
        "| `empty` | list, empty | A list. |",
        "| `number` | number, `30` | A number. |",
        "| `half` | number, `0.5` | Half. |",
        "| `flag` | boolean, `true` | A flag. |",
        '| `choice` | `"a"`, `"b"` | A choice. |',
    ]


@pytest.mark.parametrize(
    ("name", "table", "schema", "text"),
    [
        ("profile", Profile, profile_schema(), PROFILE + FILLED),
        ("project", Project, project_schema(), ""),
    ],
)
def test_each_key_has_a_row_a_schema_a_setting_and_an_attribute(tmp_path, monkeypatch, name, table, schema, text):
    """A key is declared in one place, and all of these follow."""
    (tmp_path / f"{name}.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    project = find_project(tmp_path)
    value = project.profile("./profile.toml") if name == "profile" else project
    shown = tomllib.loads(as_toml(value.settings))
    page = (REFERENCE / f"{name}.md").read_text(encoding="utf-8")
    for path, key_ in leaves(table):
        described = attribute = line = None
        for part in path:
            schema_ = schema if described is None else described
            described = schema_.get("items", schema_)["properties"][part]
            attribute = getattr(first(value if attribute is None else attribute), part)
            line = first(shown if line is None else line)[part]
        assert described["description"] == key_.says
        assert key_.says.endswith(".")
        assert page.count(f"| `{'.'.join(path)}` | ") == 1
        assert line == plain(attribute) or path == ("recordings",)


def first(value):
    """The table itself, or the first of a list of them."""
    return value[0] if isinstance(value, list | tuple) else value


def plain(value):
    return list(value) if isinstance(value, tuple) else value


@functools.cache
def validator(schema):
    """What judges by a schema, which is judged itself once: that takes longer than all that it judges."""
    kind = pytest.importorskip("jsonschema").Draft202012Validator
    made = schema()
    kind.check_schema(made)
    return kind(made)


def problems(schema, text):
    return [problem.json_path for problem in validator(schema).iter_errors(tomllib.loads(text))]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_our_own_profiles_are_taken(path):
    assert problems(profile_schema, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (PROFILE.replace("schema = 1\n", ""), "$"),
        (PROFILE.replace("schema = 1", "schema = 2"), "$.schema"),
        (PROFILE.replace("shop", "Shop", 1), "$.name"),
        (PROFILE.partition("[[")[0], "$"),
        (PROFILE.replace("hosts", "host"), "$.endpoints[0]"),
        (PROFILE + "[match]\nrepeat = 'twice'\n", "$.match.repeat"),
        (PROFILE + "[match]\nignore.json = ['user']\n", "$.match.ignore.json[0]"),
        (PROFILE + "[upstream]\ntimeout = 'long'\n", "$.upstream.timeout"),
        (PROFILE + "[hooks]\ncompare = 'module'\n", "$.hooks.compare"),
        (PROFILE + "[placeholders]\nA = 1\n", "$.placeholders.A"),
    ],
)
def test_what_the_code_refuses_is_refused(text, place):
    assert place in problems(profile_schema, text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("profiles = ['shop']\non_miss = 'warn'\nmax_age = 1.5\n", []),
        ("[profiles.shop.match]\nrepeat = 'miss'\n[profiles.bank]\nendpoints = [{hosts = ['b.example']}]\n", []),
        ("unlisted = 'maybe'\n", ["$.unlisted"]),
        ("on_mis = 'warn'\n", ["$"]),
        ("[profiles.shop.match]\nreapeat = 'miss'\n", ["$.profiles"]),
    ],
)
def test_a_project_holds_a_list_of_names_or_tables_of_profiles(text, wanted):
    assert problems(project_schema, text) == wanted


def test_the_numbers_that_a_schema_allows_are_those_that_a_file_may_have():
    replay, match = (profile_schema()["properties"][table]["properties"] for table in ("replay", "match"))

    assert (replay["workers"]["minimum"], replay["workers"]["maximum"]) == (1, 64)
    assert (match["miss_status"]["minimum"], match["miss_status"]["maximum"]) == (400, 599)
