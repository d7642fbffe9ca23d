"""Environments of a tox configuration whose names the plugin rejects."""

import pytest

from recproxy.cli.tox_environments import rejected_environments


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("tox.ini", "[tox]\nenvlist = py{311,312}-functional, lint\n[testenv:replays]\n", ["'replays'"]),
        ("tox.ini", "[testenv:functional-replay]\n[testenv:docs]\n", []),
        ("tox.toml", 'env_list = ["functional", { product = [] }]\n[env.functional]\n', ["'functional'"]),
        ("pyproject.toml", "[tool.tox.env.functional]\n", ["'functional'"]),
        ("pyproject.toml", "tool = 1\n", []),
        ("tox.toml", "= no toml", []),
        ("tox.ini", "no ini", []),
    ],
)
def test_names_that_only_resemble_one_are_told(tmp_path, name, text, wanted):
    (tmp_path / name).write_text(text)

    assert [line.split()[1] for line in rejected_environments(tmp_path / name)] == wanted


def test_a_file_that_is_not_there_has_none(tmp_path):
    assert list(rejected_environments(tmp_path / "tox.toml")) == []
