"""Settings as TOML that says who says it, and as JSON."""

import json
import tomllib

from recproxy.cli.configuration import as_json, as_toml, near
from recproxy.config.layers import Setting
from recproxy.config.toml_files import Precedence

FOUND = [
    Setting(key=("name",), value='a "quoted" \x7f word'),
    Setting(
        key=("match", "ignore", "query"),
        value=("a", "b"),
        precedence=Precedence.PACKAGE,
        locate=lambda: "profile.toml:7",
    ),
    Setting(key=("match", "repeat"), value="last"),
    Setting(
        key=("endpoints", 0, "hosts"), value=("a.example",), precedence=Precedence.PROJECT, locate=lambda: "p.toml:1"
    ),
    Setting(key=("endpoints", 1, "hosts"), value=(), precedence=Precedence.COMMAND, locate=lambda: "--x"),
    Setting(key=("upstream", "timeout"), value=30.0),
    Setting(key=("upstream", "odd key"), value=True),
]


def test_it_parses_to_what_is_in_effect():
    assert tomllib.loads(as_toml(FOUND)) == {
        "name": 'a "quoted" \x7f word',
        "match": {"ignore": {"query": ["a", "b"]}, "repeat": "last"},
        "endpoints": [{"hosts": ["a.example"]}, {"hosts": []}],
        "upstream": {"timeout": 30, "odd key": True},
    }


def test_each_line_says_who_says_it():
    lines = {line.partition(" =")[0]: line.partition("  # ")[2] for line in as_toml(FOUND).splitlines() if "=" in line}

    assert lines["query"] == "profile package, profile.toml:7"
    assert lines["repeat"] == "default"
    assert lines["hosts"] == "command line, --x"


def test_json_has_a_row_for_each():
    rows = json.loads(as_json(FOUND))

    assert rows[1] == {"key": "match.ignore.query", "value": ["a", "b"], "source": "package", "place": "profile.toml:7"}
    assert rows[3]["key"] == "endpoints.0.hosts"


def test_a_place_below_the_working_directory_is_shown_from_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert near(f"{tmp_path}/a/b.toml:3") == "a/b.toml:3"
    assert near("/etc/x.toml:3") == "/etc/x.toml:3"
    assert near("--mode") == "--mode"
