"""git with its drivers for recordings: real git, in a clone that `recproxy init` has set up."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import recproxy
from deadlines import seconds

from recproxy.cli.git import ATTRIBUTES, IGNORED, set_up_git

HEAD = "#recproxy 2\n"
ONE = "\nGET https://a.example/{} HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n{}\n=======\n"


@pytest.fixture
def clone(tmp_path):
    """A clone with one recording, and a way to call git in it; no `recproxy` is on its PATH."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/git").symlink_to(shutil.which("git"))
    folder = tmp_path / "clone"
    folder.mkdir()
    hidden = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    who = {f"GIT_{role}_{what}": "me@a.example" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    path = os.pathsep.join((str(tmp_path / "bin"), "/usr/bin", "/bin"))
    assert shutil.which("recproxy", path=path) is None

    def git(*words, code=0):
        done = subprocess.run(
            ["git", *words],
            cwd=folder,
            env=os.environ | hidden | who | {"PATH": path},
            capture_output=True,
            text=True,
            timeout=seconds(60),
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    git("init", "-q", "-b", "main")
    list(set_up_git(folder))
    (folder / "a.rec").write_text(HEAD + ONE.format(1, "one"))
    git("add", "-A")
    git("commit", "-qm", "first")
    git.folder = folder
    return git


def test_a_folder_is_set_up_once(tmp_path):
    assert list(set_up_git(tmp_path)) == ["made .gitattributes", "made .gitignore"]
    assert ((tmp_path / ".gitattributes").read_text(), (tmp_path / ".gitignore").read_text()) == (
        f"{ATTRIBUTES}\n",
        f"{IGNORED}\nrecproxy-wanted.json\n",
    )
    assert list(set_up_git(tmp_path)) == ["kept .gitattributes, which has a line for *.rec"]


def test_recordings_are_folded_in_reviews_where_that_is_wanted(tmp_path):
    assert list(set_up_git(tmp_path, folded=True)) == [
        "made .gitattributes",
        "added a line to .gitattributes: reviews fold recordings",
        "made .gitignore",
    ]
    assert (tmp_path / ".gitattributes").read_text() == f"{ATTRIBUTES}\n*.rec linguist-generated\n"
    assert list(set_up_git(tmp_path, folded=True)) == ["kept .gitattributes, which has a line for *.rec"]


def test_git_shows_and_merges_recordings_by_interaction(clone):
    file = Path(clone.folder / "a.rec")
    clone("checkout", "-qb", "theirs")
    file.write_text(HEAD + ONE.format(1, "two") + ONE.format(2, "new"))
    assert clone("diff") == (
        "recproxy diff a.rec\n  GET https://a.example/1\n    body  one -> two\n+ GET https://a.example/2: 200\n"
    )
    clone("commit", "-qam", "theirs")
    clone("checkout", "-q", "main")
    file.write_text(HEAD + ONE.format(1, "one") + ONE.format(3, "mine"))
    clone("commit", "-qam", "mine")

    clone("merge", "theirs")

    assert file.read_text() == HEAD + ONE.format(1, "two") + ONE.format(2, "new") + ONE.format(3, "mine")
    said = recproxy("diff", "a.rec", "--rev", "HEAD~1", folder=clone.folder)
    assert said.stdout == "  GET https://a.example/1\n    body  one -> two\n+ GET https://a.example/2: 200\n"


def test_git_works_by_lines_where_recproxy_is_gone(clone, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "it's 100%A gone/bin/python"))
    assert list(set_up_git(clone.folder))[-1].startswith("told git in this clone")
    file = Path(clone.folder / "a.rec")
    clone("checkout", "-qb", "theirs")
    file.write_text(HEAD + ONE.format(1, "two"))
    assert "\n-one\n+two\n" in clone("diff")
    clone("commit", "-qam", "theirs")
    clone("checkout", "-q", "main")
    file.write_text(HEAD + ONE.format(1, "three"))
    clone("commit", "-qam", "mine")

    clone("merge", "theirs", code=1)

    mark = {each: each * 32 for each in "<=>"}
    both = f"{mark['<']} ours\nthree\n{mark['=']}\ntwo\n{mark['>']} theirs"
    assert file.read_text() == HEAD + ONE.format(1, both)


@pytest.mark.parametrize(
    ("there", "is_kept"), [("recproxy diff --git-driver", False), ("my-diff recproxy diff --git-driver", True)]
)
def test_commands_of_earlier_versions_are_replaced(clone, there, is_kept):
    clone("config", "diff.recproxy.command", there)

    assert len(list(set_up_git(clone.folder))) == (1 if is_kept else 2)

    assert (clone("config", "diff.recproxy.command") == f"{there}\n") is is_kept
