"""The schemas in the docs: equal to the code, and to what the code takes and refuses."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from deadlines import seconds

from recproxy.config.schemas import profile_schema, project_schema, written

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
PROFILE = 'schema = 1\nname = "shop"\n[[endpoints]]\nhosts = ["a.example"]\n'
SHIPPED = sorted(Path(__file__).parents[2].glob("profiles/*/*/profile.toml"))


@pytest.mark.parametrize(("name", "schema"), [("profile", profile_schema()), ("project", project_schema())])
def test_the_schemas_of_the_docs_are_those_of_the_code(name, schema):
    text = (REFERENCE / f"{name}.schema.json").read_text(encoding="utf-8")

    assert text == written(schema), "write them anew with: python -m recproxy.config.schemas docs/reference"


def test_both_are_written_by_one_command(tmp_path):
    subprocess.run([sys.executable, "-m", "recproxy.config.schemas", str(tmp_path)], check=True, timeout=seconds(60))

    assert sorted(path.name for path in tmp_path.iterdir()) == ["profile.schema.json", "project.schema.json"]


def problems(schema, text):
    validator = pytest.importorskip("jsonschema").Draft202012Validator
    validator.check_schema(schema)
    return [problem.json_path for problem in validator(schema).iter_errors(tomllib.loads(text))]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_our_own_profiles_are_taken(path):
    assert problems(profile_schema(), path.read_text(encoding="utf-8")) == []


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
    assert place in problems(profile_schema(), text)


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
    assert problems(project_schema(), text) == wanted
