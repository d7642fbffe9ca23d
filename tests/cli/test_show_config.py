"""`recproxy run --show-config`: the effective configuration, and who says each value."""

import json
import os
import tomllib

import pytest
from command_line import recproxy

PROJECT = """\
[tool.recproxy]
on_miss = "warn"
[tool.recproxy.profiles.shop]
[[tool.recproxy.profiles.shop.endpoints]]
hosts = ["shop.example"]
[tool.recproxy.profiles.shop.match]
repeat = "miss"
"""


@pytest.fixture
def config(tmp_path):
    (tmp_path / "pyproject.toml").write_text(PROJECT)

    def run(*words, **variables):
        inherited = {name: value for name, value in os.environ.items() if name != "CI" and "RECPROXY" not in name}
        words = ("run", "--show-config", "--profile", "shop", *words)
        return recproxy(*words, folder=tmp_path, environment=inherited | variables)

    return run


def rows(done):
    assert done.returncode == 0, done.stderr
    return {row["key"]: (row["value"], row["source"], row["place"]) for row in json.loads(done.stdout)}


def test_values_come_from_defaults_the_project_and_the_command(config, tmp_path):
    got = rows(config("--json", "--record", "shop"))

    assert got["run.mode"] == ("replay", "default", "")
    assert got["run.profiles"] == (["shop"], "command", "--profile")
    assert got["run.modes.shop"] == ("record", "command", "--record")
    assert got["project.on_miss"] == ("warn", "project", f"{tmp_path}/pyproject.toml:2")
    assert got["project.recordings"][1:] == ("default", "")
    assert got["profiles.shop.match.repeat"] == ("miss", "project", f"{tmp_path}/pyproject.toml:7")
    assert got["profiles.shop.match.miss"] == ("status", "default", "")


def test_the_environment_says_a_mode_and_the_command_goes_before_it(config):
    assert rows(config("--json", RECPROXY_MODE="live"))["run.mode"] == ("live", "environment", "RECPROXY_MODE")
    assert rows(config("--json", "--mode", "record", RECPROXY_MODE="live"))["run.mode"] == (
        "record", "command", "--mode",
    )  # fmt: skip


def test_auto_under_ci_and_vcrpys_words_say_what_they_become(config):
    assert rows(config("--json", "--mode", "auto", CI="1"))["run.modes.shop"] == (
        "replay", "command", "--mode auto, replay if CI is set",
    )  # fmt: skip
    assert rows(config("--json", "--mode", "all"))["run.mode"] == ("record", "command", "--mode all")


def test_people_get_toml_on_standard_output(config):
    done = config("--", "pytest")

    values = tomllib.loads(done.stdout)
    assert (values["run"]["mode"], values["project"]["on_miss"]) == ("replay", "warn")
    (endpoint,) = values["profiles"]["shop"]["endpoints"]
    assert {key: value for key, value in endpoint.items() if value} == {"protocol": "http", "hosts": ["shop.example"]}
    assert (endpoint["ports"], endpoint["base_url"]) == ([], "")
    assert "# project file, pyproject.toml:7\n" in done.stdout


def test_a_wrong_configuration_is_one_line(config, tmp_path):
    (tmp_path / "pyproject.toml").write_text(PROJECT.replace('"warn"', '"wran"'))

    done = config()

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "recproxy: pyproject.toml:2: tool.recproxy.on_miss is 'wran': give it fail, warn (nearest: warn)\n"
    )


def test_json_without_it_is_refused(config, tmp_path):
    done = recproxy("run", "--json", "--", "true", folder=tmp_path)

    assert done.returncode == 2
    assert "--json needs --show-config" in done.stderr


def test_what_is_in_effect_is_printed_without_the_credentials_that_a_run_would_need(config, tmp_path):
    (tmp_path / "pyproject.toml").write_text(PROJECT.replace("shop]\n", "shop]\ncredentials = ['SHOP_KEY']\n", 1))

    assert rows(config("--json", "--record", "shop"))["run.modes.shop"] == ("record", "command", "--record")


def test_profiles_that_the_project_chooses_are_shown_with_the_line_that_does(tmp_path):
    (tmp_path / "pyproject.toml").write_text(PROJECT.replace('"warn"\n', '"warn"\nrun = ["shop"]\n', 1))

    got = rows(recproxy("run", "--show-config", "--json", folder=tmp_path))

    assert got["run.profiles"] == (["shop"], "project", f"{tmp_path}/pyproject.toml:3")
    assert got["project.run"] == (["shop"], "project", f"{tmp_path}/pyproject.toml:3")
