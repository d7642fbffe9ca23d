"""`recproxy diff` of files, and of what a failed test left."""

from __future__ import annotations

import json
import subprocess

import pytest
from command_line import recproxy

TEXT = "#recproxy 2\n\nGET https://a.example/ HTTP/1.1\n\n====\nHTTP/1.1 {} OK\nDate: {}\n\n{}\n=======\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.rec").write_text(TEXT.format(200, "Mon", '{"id": 1, "name": "a"}'))
    (tmp_path / "b.rec").write_text(TEXT.format(404, "Tue", '{"id": "1", "name": "\\u001b[2J"}'))
    return tmp_path


WANTED = """\
  GET https://a.example/
    status       200 -> 404
    json /id     number -> string
    json /name   "a" -> "\\u001b[2J"
    header date  Mon -> Tue
"""


def test_two_recordings_are_compared(folder):
    done = recproxy("diff", "a.rec", "b.rec", folder=folder)

    assert (done.returncode, done.stdout) == (1, WANTED)
    assert recproxy("diff", "a.rec", "a.rec", folder=folder).returncode == 0


def test_one_is_compared_with_what_a_failed_test_left(folder):
    (folder / "b.rec").rename(folder / "a.failed.rec")

    assert recproxy("diff", "a.rec", folder=folder).stdout == WANTED


def test_a_body_with_a_wildcard_without_quotes_is_compared_by_field(folder):
    for name in "ab":
        text = (folder / f"{name}.rec").read_text()
        (folder / f"{name}.rec").write_text(text.replace('"id":', '"n": XXX[n], "id":'))

    assert recproxy("diff", "a.rec", "b.rec", folder=folder).stdout == WANTED


def test_changes_as_json(folder):
    (row,) = json.loads(recproxy("diff", "a.rec", "b.rec", "--json", folder=folder).stdout)

    assert (row["state"], row["url"], row["changes"][0]) == (
        "changed",
        "https://a.example/",
        {"kind": "structure", "place": "status", "before": "200", "after": "404"},
    )


def test_revisions_are_named_as_for_git(folder):
    for words in (
        ("init", "-q"),
        ("add", "a.rec"),
        ("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "-qm", "a"),
    ):
        subprocess.run(["git", *words], cwd=folder, check=True)
    (folder / "b.rec").replace(folder / "a.rec")
    (folder / "below").mkdir()

    for words in (("HEAD", "a.rec"), ("HEAD:a.rec", "a.rec"), ("a.rec", "--rev", "HEAD")):
        assert recproxy("diff", *words, folder=folder).stdout == WANTED, words
    assert recproxy("diff", "HEAD", "../a.rec", folder=folder / "below").stdout == WANTED
    assert recproxy("diff", "HEAD:a.rec", "../a.rec", folder=folder / "below").stdout == WANTED
    assert recproxy("diff", "HEAD:a.rec", "HEAD:a.rec", folder=folder).returncode == 0
    for words, wanted in (
        (("HEAD",), "HEAD is a revision: name the file, too"),
        (("HEAD:none.rec", "a.rec"), "git show HEAD:none.rec: fatal: path 'none.rec' does not exist in 'HEAD'"),
        (("none:a.rec", "a.rec"), "none:a.rec: no such file or folder, and no revision of git"),
        (("none", "a.rec"), "none: no such file or folder, and no revision of git"),
    ):
        done = recproxy("diff", *words, folder=folder)
        assert (done.returncode, wanted in done.stderr) == (2, True), done.stderr


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (
            ("a.rec",),
            (
                "a.rec: nothing to compare it with, since no failed run has left a.failed.rec next to it: name a second "
                "recording, or, in a git repository, an earlier version with --rev HEAD"
            ),
        ),
        (("none.rec",), "none.rec: cannot be read: No such file or directory"),
        (("a.rec", "b.rec", "a.rec"), "diff compares two recordings"),
        (("a.rec", "b.rec", "--rev", "HEAD"), "--rev compares one FILE"),
        (("a.rec", "--rev", "--output=x"), "--rev --output=x: is no revision"),
        ((".", "--rev", "HEAD"), ". is a folder: name a file in it, or compare all of them with git diff"),
        (("a.rec", "."), ". is a folder: name a file in it"),
    ],
)
def test_what_is_wrong_is_one_line(folder, words, wanted):
    done = recproxy("diff", *words, folder=folder)

    assert (done.returncode, wanted in done.stderr) == (2, True), done.stderr


WEBHOOK = """#recproxy 2

:webhook
POST webhook://events/hooks HTTP/1.1
Content-Type: application/json

{{"id": {}}}
====
HTTP/1.1 {} OK

=======
"""


def test_a_webhook_is_told_as_it_was_sent_and_answered(tmp_path):
    for name, values in (("a.rec", (1, 200)), ("b.rec", (2, 201))):
        (tmp_path / name).write_text(WEBHOOK.format(*values))

    assert recproxy("diff", "a.rec", "b.rec", folder=tmp_path).stdout == (
        "  POST webhook://events/hooks\n    status            200 -> 201\n    request json /id  1 -> 2\n"
    )
    shown = recproxy("show", "a.rec", folder=tmp_path).stdout
    assert shown.splitlines()[:2] == ["#1  line 4  webhook", "POST webhook://events/hooks"]
    assert shown.index('"id": 1') < shown.index("200 OK")
    curl = recproxy("show", "--curl", "a.rec", folder=tmp_path).stdout
    assert curl == "# webhook://events/hooks: a webhook, which no program of yours sends\n"
    exported = recproxy("export", "--format", "har", "a.rec", "--to", "out", folder=tmp_path)
    assert "holds a webhook, for which no other format has a place" in exported.stdout + exported.stderr
    assert recproxy("check", "a.rec", folder=tmp_path).returncode == 0
