"""Options that verbs share, and the plan they make."""

import os

import click
import pytest
from click.testing import CliRunner

from recproxy.cli.options import plan_from, refuse_nested, run_options
from recproxy.cli.run import run
from recproxy.config import project as project_module
from recproxy.errors import ConfigurationError, ProfileError

TEXT = "[tool.recproxy.profiles.shop]\n[[tool.recproxy.profiles.shop.endpoints]]\nhosts = ['shop.example']\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(project_module, "offers", dict)
    monkeypatch.delenv("CI", raising=False)
    return tmp_path


def plan(mode="replay", profiles=(), recordings=(), record=(), live=(), *, any_host=False):
    return plan_from(mode, profiles, recordings, record, live, any_host=any_host)


@pytest.mark.parametrize(
    ("mode", "wanted"),
    [
        ("replay", "replay"),
        ("record", "record"),
        ("live", "live"),
        ("auto", "auto"),
        ("none", "replay"),
        ("all", "record"),
        ("once", "auto"),
        ("new_episodes", "auto"),
    ],
)
def test_modes_and_vcrpys_names_for_them(folder, mode, wanted):
    assert plan(mode).mode == wanted


def test_an_unknown_mode_is_refused_with_the_known_ones(folder):
    with pytest.raises(ConfigurationError) as caught:
        plan("rewind")

    assert caught.value.message == (
        "--mode rewind: unknown mode: use replay, auto, live, record, or vcrpy's names none, all, once, new_episodes"
    )


def test_an_unknown_mode_of_the_environment_is_told_with_its_variable(folder, monkeypatch):
    monkeypatch.delenv("RECPROXY_CONTROL", raising=False)

    done = CliRunner().invoke(run, ["--", "true"], env={"RECPROXY_MODE": "rewind"})

    assert done.exception.message.startswith("RECPROXY_MODE=rewind: unknown mode: use replay")


def test_help_says_where_a_mode_comes_from_and_which_options_may_be_repeated(folder):
    said = " ".join(CliRunner().invoke(run, ["--help"]).output.split())

    assert "[env var: RECPROXY_MODE; default: replay]" in said
    assert said.count("Can be repeated.") == 6


def test_a_word_of_vcrpy_is_explained(folder, capsys):
    plan("all")

    assert capsys.readouterr().err == "recproxy: mode 'all' is vcrpy's name for record\n"


def test_a_mode_that_is_nearly_one_is_answered_with_it(folder):
    with pytest.raises(ConfigurationError, match=r"--mode reply: unknown mode: use .* \(nearest: replay\)$"):
        plan("reply")


def test_the_project_is_that_of_the_working_directory(folder):
    made = plan(record=("shop",))

    assert made.project.root == folder.resolve()
    assert [(profile.name, made.mode_of(profile.name)) for profile in made.profiles] == [("shop", "record")]


def test_paths_are_relative_to_the_working_directory(folder, monkeypatch):
    inner = folder / "inner"
    inner.mkdir()
    (inner / "a.rec").write_text("")
    monkeypatch.chdir(inner)

    assert plan(recordings=("shop=a.rec",)).recordings == {"shop": (os.path.join(inner.resolve(), "a.rec"),)}


def test_a_run_inside_a_run_is_refused(monkeypatch):
    monkeypatch.delenv("RECPROXY_CONTROL", raising=False)
    refuse_nested()
    monkeypatch.setenv("RECPROXY_CONTROL", "http://127.0.0.1:1")

    with pytest.raises(ConfigurationError, match="this already runs under recproxy"):
        refuse_nested()


def test_each_option_may_be_given_as_often_as_it_makes_sense():
    got = {}

    @click.command()
    @run_options
    def verb(**values):
        got.update(values)

    words = "--profile a --profile b --record a --live b --recordings a=x --recordings a=y"
    words += " --peers 10.9.0.1 --peers 10.9.0.2"

    assert CliRunner().invoke(verb, words.split()).exit_code == 0
    assert got == {
        "mode": "replay",
        "profiles": ("a", "b"),
        "record": ("a",),
        "live": ("b",),
        "recordings": ("a=x", "a=y"),
        "any_host": False,
        "listen": None,
        "peers": ("10.9.0.1", "10.9.0.2"),
        "proxy_credentials": False,
    }


def test_any_host_is_a_profile_of_its_own_unless_one_has_all_hosts(folder):
    assert [profile.name for profile in plan(any_host=True).profiles] == ["shop", "any-host"]

    text = TEXT + "[[tool.recproxy.profiles.shop.endpoints]]\nhosts = ['*']\n"
    (folder / "pyproject.toml").write_text(text)

    assert [profile.name for profile in plan(any_host=True).profiles] == ["shop"]


def test_any_host_may_have_a_mode_of_its_own(folder):
    made = plan(any_host=True, record=("any-host",))

    assert [profile.name for profile in made.profiles] == ["shop", "any-host"]
    assert [made.mode_of(name) for name in ("shop", "any-host")] == ["replay", "record"]
    assert made.profiles[1].ways().record == "recproxy run --any-host --record any-host -- COMMAND"
    with pytest.raises(ProfileError, match="unknown profile 'any-host'"):
        plan(record=("any-host",))


def test_any_host_needs_no_profile_beside_it(folder):
    (folder / "pyproject.toml").write_text("[tool.recproxy]\n")

    assert [profile.name for profile in plan(any_host=True).profiles] == ["any-host"]


def test_with_any_host_no_credentials_are_asked_for(folder):
    (folder / "pyproject.toml").write_text(TEXT.replace("shop]", "shop]\ncredentials = ['KEY_OF_THE_SHOP']", 1))

    assert plan("record", any_host=True).mode_of("shop") == "record"
    with pytest.raises(ConfigurationError, match="KEY_OF_THE_SHOP"):
        plan("record")
