"""The command line: verbs, and an error for the user as one line and an exit code."""

import gc
import re
import shlex
import sys
from importlib import metadata

import click
import pytest
from verbs import verbs_of

from recproxy.cli import main as entry
from recproxy.cli.main import _recproxy, main
from recproxy.errors import NoMatch, ProxyError


@pytest.fixture
def ended(monkeypatch, capsys):
    """Run `recproxy` with words: its exit code, standard output and standard error."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["recproxy", *words])
        with pytest.raises(SystemExit) as caught:
            main()
        said = capsys.readouterr()
        return caught.value.code, said.out, said.err

    return run


@pytest.fixture
def failing(monkeypatch):
    """A verb that raises an error."""

    def add(error):
        @click.command()
        def fail():
            raise error

        monkeypatch.setitem(_recproxy.commands, "fail", fail)

    return add


def test_the_face_of_the_package_is_the_command():
    assert entry is main


def test_the_version_is_the_installed_one(ended):
    assert ended("--version") == (0, f"recproxy {metadata.version('recproxy')}\n", "")


@pytest.mark.parametrize("words", [("--help",), ("-h",), ("run", "--help"), ("run", "-h")])
def test_help_is_data_and_no_error(ended, words):
    code, out, err = ended(*words)

    assert (code, err) == (0, "")
    assert out.startswith("Usage: recproxy")


def test_every_verb_says_what_it_does(ended):
    _, out, _ = ended("--help")

    assert {"check", "profiles", "run", "scan", "serve", "show"} <= set(verbs_of())
    for name, command in verbs_of().items():
        assert name in out
        assert command.help


@pytest.mark.parametrize(
    ("error", "wanted"),
    [
        (ProxyError("it died", hint="its last\nlines"), (4, "", "recproxy: it died\nits last\nlines\n")),
        (NoMatch("nothing fits"), (3, "", "recproxy: nothing fits\n")),
    ],
)
def test_an_error_for_the_user_is_one_line_its_hint_and_its_exit_code(ended, failing, error, wanted):
    failing(error)

    assert ended("fail") == wanted


def test_any_other_error_is_a_bug_and_shows_itself(monkeypatch, failing):
    failing(ZeroDivisionError("a bug"))
    monkeypatch.setattr(sys, "argv", ["recproxy", "fail"])

    with pytest.raises(ZeroDivisionError):
        main()


def test_an_unknown_verb_is_a_usage_error(ended):
    code, out, err = ended("rewind")

    assert (code, out) == (2, "")
    assert "No such command 'rewind'" in err


def test_an_unknown_verb_near_another_names_that_one(ended):
    assert "Did you mean 'scan'?" in ended("scans")[2]


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--modee",), "No such option '--modee'"),
        (("profiles", "rewind"), "No such command 'rewind'"),
        (("run",), "Missing argument 'COMMAND...': write it after --"),
        (("run", "--modee", "--", "true"), "No such option '--modee'"),
        (("import", "a.yaml"), "Missing option '--to' (see recproxy import --help)"),
        (("import", "a.yaml", "--to"), "Option '--to' requires an argument"),
        (("profiles", "show"), "Missing argument 'NAME' (see recproxy profiles show --help)"),
        (("completion",), "Missing argument '{bash|zsh|fish}'. Choose from: "),
    ],
)
def test_wrong_words_are_one_line_and_no_usage(ended, words, line):
    code, out, err = ended(*words)

    assert (code, out) == (2, "")
    assert err.startswith(f"recproxy: {line}")
    assert (err.count("\n"), err[-1]) == (1, "\n")


def test_without_a_verb_the_help_is_shown(ended):
    _, out, err = ended()

    assert "Usage: recproxy [OPTIONS] COMMAND" in out + err
    assert "recproxy docs command-line" in out + err


def test_an_error_that_quotes_a_control_character_shows_it_as_an_escape(ended, failing):
    failing(ProxyError("a.rec:1: \x1b[2J", hint="\u202esee"))

    assert ended("fail") == (4, "", "recproxy: a.rec:1: \\x1b[2J\n\\u202esee\n")


def verbs(group, *words):
    """Each verb below a group, and each group, with the words that call it."""
    yield words, group
    for name, command in verbs_of(group).items():
        if isinstance(command, click.Group):
            yield from verbs(command, *words, name)
        else:
            yield (*words, name), command


def test_the_example_of_each_verb_is_a_command_that_it_takes():
    examples = set()
    for words, command in verbs(_recproxy):
        called = re.search(r"(?<=recproxy )[^&)]+", getattr(command, "example", ""))
        typed = shlex.split(called[0])[len(words) :] if called else None
        assert typed is not None, words
        with command.make_context((words or ("recproxy",))[-1], typed):  # raises UsageError
            examples.add(words)

    assert {("scan",), ("run",), ("profiles", "show")} <= examples


@pytest.mark.parametrize(
    "words",
    [
        "show {}.rec",
        "diff {}.rec b.rec",
        "merge {} --into x",
        "import {}.yaml --to x",
        "check {}",
        "scan {}",
        "mv {} m/b",
    ],
    ids=lambda words: words.split()[0],
)
def test_a_name_that_no_file_can_have_is_one_line(ended, monkeypatch, tmp_path, words):
    monkeypatch.chdir(tmp_path)

    code, out, err = ended(*words.format("x" * 300).split())

    assert (code, out, err.count("\n")) == (2, "", 1), err
    assert err.startswith("recproxy: xxx")


def test_a_verb_leaves_the_collector_of_garbage_as_it_was(ended, failing, monkeypatch):
    changed = []
    for name in ("freeze", "unfreeze", "disable"):
        monkeypatch.setattr(gc, name, lambda name=name: changed.append(name))
    before = gc.get_threshold()
    failing(ProxyError("no"))
    ended("fail")

    # Not the count of what is frozen: a value that was frozen before may have gone meanwhile.
    assert (gc.get_threshold(), changed) == (before, [])
