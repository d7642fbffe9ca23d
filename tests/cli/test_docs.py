"""`recproxy docs`, and the help of each verb."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from command_line import recproxy
from verbs import verbs_of

from recproxy.cli.main import _recproxy

ROOT = Path(__file__).resolve().parents[2]


def verbs(group=_recproxy, name=""):
    for word, command in verbs_of(group).items():
        yield f"{name} {word}".strip()
        if isinstance(command, click.Group):
            yield from verbs(command, word)


def test_a_page_is_shown_by_its_name(tmp_path):
    text = (ROOT / "docs/how-to/record.md").read_text()

    for name in ("record", "how-to/record", "record.md"):
        assert recproxy("docs", name, folder=tmp_path).stdout == text
    schema = (ROOT / "docs/reference/profile.schema.json").read_text()
    assert recproxy("docs", "profile.schema.json", folder=tmp_path).stdout == schema
    listed = recproxy("docs", folder=tmp_path).stdout
    assert "how-to/record                       Record\n" in listed
    wrong = recproxy("docs", "recrod", folder=tmp_path)
    assert (wrong.returncode, wrong.stderr) == (
        2,
        "recproxy: there is no page 'recrod' (nearest: record): recproxy docs lists them\n",
    )


@pytest.mark.parametrize("verb", sorted(set(verbs()) - {"profiles", "report"}))
def test_the_help_of_each_verb_has_an_example_and_names_a_page(verb, tmp_path):
    text = CliRunner().invoke(_recproxy, [*verb.split(), "--help"], prog_name="recproxy").output

    page = text.partition("\nMore:\n  recproxy docs")[2].strip()
    example = text.partition("\nExample:\n  ")[2].partition("\n")[0]
    assert verb in example
    assert not page or recproxy("docs", page, folder=tmp_path).returncode == 0


def test_the_list_of_verbs_cuts_no_sentence():
    text = CliRunner().invoke(_recproxy, ["--help"], prog_name="recproxy", terminal_width=60).output

    assert "..." not in text.partition("\nCommands:\n")[2]


@pytest.mark.parametrize(
    ("shell", "wanted"), [("bash", "complete -o nosort"), ("zsh", "#compdef recproxy"), ("fish", "complete --")]
)
def test_a_shell_completes_verbs(shell, wanted, tmp_path):
    assert wanted in recproxy("completion", shell, folder=tmp_path).stdout


def test_quiet_says_only_what_is_wrong(tmp_path):
    folder = tmp_path / "tests/functional/recordings/shop"
    folder.mkdir(parents=True)
    (folder / "a.rec").write_text(
        "#recproxy 2\n\nGET https://a.example/ HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\nhi\n=======\n"
    )

    assert (recproxy("-q", "check", folder=tmp_path).stderr, recproxy("check", folder=tmp_path).stderr) == (
        "",
        "recproxy: 1 recording, 0 problems\n",
    )
    (folder / "a.rec").write_text("nothing")
    assert "a.rec" in recproxy("-q", "check", folder=tmp_path).stdout


@pytest.mark.parametrize(
    "words", [("check", "-q"), ("run", "--verbose", "--", "true"), ("profiles", "check", "--no-color"), ("show", "-v")]
)
def test_an_option_of_all_verbs_that_follows_the_verb_is_told_where_it_goes(words, tmp_path):
    option = next(each for each in words if each.startswith("-"))
    verb = " ".join(words[: words.index(option)])

    done = recproxy(*words, folder=tmp_path)

    assert done.returncode == 2
    assert done.stderr == f"recproxy: {option} goes before the verb: recproxy {option} {verb}\n"


@pytest.mark.parametrize("verb", ["completion", "diff", "docs", "init", "merge", "serve", "show"])
def test_a_verb_that_prints_only_what_it_is_asked_for_rejects_quiet(verb, tmp_path):
    done = recproxy("-q", verb, folder=tmp_path)

    assert done.returncode == 2
    assert f"-q is not for `recproxy {verb}`, which prints only what it is asked for: leave it out" in done.stderr


def test_quiet_verbs_say_nothing_where_all_is_well(tmp_path):
    (tmp_path / "a.rec").write_text(
        "#recproxy 2\n\nGET https://a.example/ HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\nhi\n=======\n"
    )

    for words in (("scan", "a.rec"), ("import", "a.rec", "--to", "out", "--profile", "shop")):
        (tmp_path / "recproxy.toml").write_text('[profiles.shop]\nendpoints = [{ hosts = ["a.example"] }]\n')
        done = recproxy("-q", *words, folder=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), words
