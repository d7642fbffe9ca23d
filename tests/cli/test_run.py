"""`recproxy run`: words that were not divided from the command."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from command_line import recproxy

from recproxy.cli.run import run


def said(*words):
    done = CliRunner().invoke(run, words)
    assert done.exit_code == 2
    return done.output.splitlines()[-1]


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (("pytest", "-q"), "-- pytest -q"),
        (("--profile", "twitter", "--any-host", "pytest", "-x"), "--profile twitter --any-host -- pytest -x"),
        (("--mode=auto", "pytest", "-k", "a b"), "--mode=auto -- pytest -k 'a b'"),
    ],
)
def test_an_option_of_the_command_without_dashes_is_shown_where_they_belong(words, command):
    assert said(*words).endswith(f" If it belongs to your command, write -- before that: recproxy run {command}")


@pytest.mark.parametrize("option", ["-q", "-v"])
def test_an_option_that_recproxy_has_too_belongs_to_the_command_that_it_follows(option, tmp_path):
    done = recproxy("run", "--profile", "twitter", "pytest", option, "tests", folder=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"recproxy: No such option '{option}'. If it belongs to your command, write -- before that: "
        f"recproxy run --profile twitter -- pytest {option} tests\n"
    )


@pytest.mark.parametrize("words", [("--modee", "replay", "pytest"), ("--nothing", "--", "pytest", "-q")])
def test_an_option_of_nobody_is_just_unknown(words):
    assert "No such option" in said(*words)
    assert "before that" not in said(*words)


def test_a_profile_for_another_recproxy_fails_only_runs_that_use_it(tmp_path):
    (tmp_path / "recproxy.toml").write_text(
        'run = ["shop"]\n[[profiles.shop.endpoints]]\nhosts = ["shop.example"]\n'
        '[profiles.later]\nrequires_recproxy = ">=99"\n[[profiles.later.endpoints]]\nhosts = ["later.example"]\n'
    )

    used = recproxy("run", "--profile", "later", "--", "true", folder=tmp_path)

    assert recproxy("run", "--", "true", folder=tmp_path).returncode == 0
    assert recproxy("run", "--profile", "shop", "--", "true", folder=tmp_path).returncode == 0
    assert (used.returncode, used.stderr.count("\n")) == (2, 1)
    assert "recproxy.toml:5: profiles.later.requires_recproxy is '>=99': this is recproxy " in used.stderr
