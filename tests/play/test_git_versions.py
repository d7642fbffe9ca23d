"""The versions of a recording in git: real repositories, renames included."""

import os
import subprocess

import pytest

from recproxy.errors import ConfigurationError
from recproxy.play.git_versions import recording_at, revisions_of

TEXT = "#recproxy 2\n\nGET https://a.example/{0} HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n{0}\n=======\n"
WHO = {f"GIT_{role}_{what}": "me@a.example" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


@pytest.fixture
def git(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    for name, value in WHO.items():
        monkeypatch.setenv(name, value)

    def call(*words):
        subprocess.run(["git", *words], cwd=tmp_path, check=True, capture_output=True)

    call("init", "-q", "-b", "main")
    return call


def test_revisions_of_a_recording_are_listed_under_its_former_names_too(git, tmp_path):
    folder = tmp_path / "sub"
    folder.mkdir()
    (folder / "old name.rec").write_text(TEXT.format("one"))
    git("add", "-A")
    git("commit", "-qm", "first \x1b[2J")
    git("mv", "sub/old name.rec", "sub/new.rec")
    git("commit", "-qm", "renamed")
    (folder / "new.rec").write_text(TEXT.format("two"))
    git("commit", "-qam", "second")

    found = revisions_of(folder / "new.rec")

    assert [(each.subject, each.path) for each in found] == [
        ("second", "sub/new.rec"),
        ("renamed", "sub/new.rec"),
        ("first \x1b[2J", "sub/old name.rec"),
    ]
    assert [each.author for each in found] == ["me@a.example"] * 3
    assert [recording_at(each.name, folder / "new.rec", then=each.path).interactions[0].response.body for each in found] == [b"two", b"one", b"one"]  # fmt: skip


def test_a_file_that_git_does_not_know_has_no_revisions(git, tmp_path):
    (tmp_path / "a.rec").write_text(TEXT.format("one"))
    git("commit", "-q", "--allow-empty", "-m", "nothing")

    assert revisions_of(tmp_path / "a.rec") == []
    with pytest.raises(ConfigurationError, match="git show HEAD"):
        recording_at("HEAD", tmp_path / "a.rec")
    with pytest.raises(ConfigurationError, match="is no revision"):
        recording_at("--output=x", tmp_path / "a.rec")


def test_a_name_with_brackets_is_no_pattern(git, tmp_path):
    (tmp_path / "test_1.rec").write_text("nothing like it\n")
    git("add", "-A")
    git("commit", "-qm", "another recording")
    path = tmp_path / "test_[1].rec"
    path.write_text(TEXT.format("one"))

    assert revisions_of(path) == []
    with pytest.raises(ConfigurationError, match="not in 'HEAD'"):
        recording_at("HEAD", path)
    git("add", "-A")
    git("commit", "-qm", "one")
    assert [each.subject for each in revisions_of(path)] == ["one"]
    assert recording_at("HEAD", path).interactions[0].response.body == b"one"


def test_a_file_outside_of_any_repository_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    (tmp_path / "a.rec").write_text(TEXT.format("one"))

    with pytest.raises(ConfigurationError, match="git log"):
        revisions_of(tmp_path / "a.rec")
