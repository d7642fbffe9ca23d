"""`recproxy show`: recordings as a person reads them, and their requests as curl commands."""

import json
import os
import pty
import re
import subprocess
import sys

import pytest
from deadlines import seconds

from recproxy.cli import main

RECORDING = """\
#recproxy 2

:scope test_one
POST https://a.example/x HTTP/1.1
Content-Type: application/json

{"a": [1], "b": XXX}
====
HTTP/1.1 200 OK
Content-Type: text/plain

hello
=======

GET https://a.example/y HTTP/1.1

====
HTTP/1.1 404 Not Found

=======
"""
ONE = """\
#1  line 4  test_one
POST https://a.example/x
  Content-Type: application/json

{
  "a": [
    1
  ],
  "b": XXX
}

200 OK
  Content-Type: text/plain

hello

"""
TWO = "#2  line 15\nGET https://a.example/y\n\n404 Not Found\n\n"


@pytest.fixture
def show(tmp_path, monkeypatch, capsys):
    """show(words): the exit code, what the command printed, and its errors; the recording is `one.rec`."""
    (tmp_path / "one.rec").write_text(RECORDING)
    monkeypatch.chdir(tmp_path)

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["recproxy", "show", *words])
        with pytest.raises(SystemExit) as caught:
            main()
        said = capsys.readouterr()
        return caught.value.code or 0, said.out, said.err

    return run


def test_requests_and_responses_are_printed_in_order(show):
    assert show("one.rec") == (0, ONE + TWO, "")


@pytest.mark.parametrize(("line", "wanted"), [(4, ONE), (9, ONE), (14, ONE), (15, TWO), (20, TWO)])
def test_a_line_chooses_its_interaction(show, line, wanted):
    assert show(f"one.rec:{line}") == (0, wanted, "")


def test_the_line_of_a_scope_chooses_all_that_it_recorded(show, tmp_path):
    third = (
        ":scope test_one\n:recorded 2026-01-02\nGET https://a.example/z HTTP/1.1\n\n====\nHTTP/1.1 404 No\n\n=======\n"
    )
    (tmp_path / "one.rec").write_text(f"{RECORDING}\n{third}")
    three = "#3  line 24  test_one  2026-01-02\nGET https://a.example/z\n\n404 No\n\n"

    assert show("one.rec:3") == show("one.rec:22") == (0, ONE + three, "")
    assert show("one.rec:23") == (0, three, "")


def test_a_wildcard_without_quotes_is_shown_on_one_line(show, tmp_path):
    (tmp_path / "one.rec").write_text(RECORDING.replace("XXX}", "XXX[count]}"))

    assert show("one.rec") == (0, (ONE + TWO).replace("XXX\n", "XXX[count]\n"), "")


def test_responses_can_be_left_out(show):
    assert show("--request", "one.rec:15") == (0, "#2  line 15\nGET https://a.example/y\n\n", "")


SAID = "#recproxy 2\n\nSMTP smtp://a.example:587\n< 220 a\n+ b\n> EHLO me\n:fault reset\n< 250 a\n:close\n=======\n"


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ((), ["< 220 a", "+ b", "> EHLO me", ":fault reset", "< 250 a", ":close"]),
        (("--request",), ["> EHLO me", ":close"]),
    ],
)
def test_a_conversation_is_printed_by_its_steps(show, tmp_path, words, lines):
    (tmp_path / "said.rec").write_text(SAID)

    got = show(*words, "said.rec")[1].splitlines()

    assert got == ["#1  line 3", "SMTP smtp://a.example:587", *lines, ""]
    assert show("--curl", "said.rec")[1].startswith("# SMTP smtp://a.example:587: a conversation")


def test_the_recordings_of_a_folder_are_printed_with_their_names(show, tmp_path):
    (tmp_path / "more").mkdir()
    (tmp_path / "more/two.rec").write_text(RECORDING)

    assert show(".") == (0, f"one.rec\n{ONE}{TWO}more/two.rec\n{ONE}{TWO}", "")


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["one.rec:2"], "recproxy: one.rec:2: no interaction begins at or above this line\n"),
        (["one.rec:21"], "recproxy: one.rec:21: the file has 20 lines\n"),
        (["none.rec"], "recproxy: none.rec: no such file or folder\n"),
        (["none.rec:3"], "recproxy: none.rec:3: no such file or folder\n"),
        (["empty"], "recproxy: empty: no recordings in this folder\n"),
        (
            ["other.json:1"],
            "recproxy: other.json:1: files of other tools are read without lines: name the file alone\n",
        ),
    ],
)
def test_what_cannot_be_shown_is_named_in_one_line(show, tmp_path, words, wanted):
    (tmp_path / "empty").mkdir()
    (tmp_path / "other.json").write_text(json.dumps(CASSETTE))

    assert show(*words) == (2, "", wanted)


CASSETTE = {
    "interactions": [
        {
            "request": {"method": "GET", "uri": "https://b.example/", "headers": {}},
            "response": {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": "hello"}},
        }
    ]
}


def test_a_file_of_another_tool_is_shown_without_lines(show, tmp_path):
    (tmp_path / "other.json").write_text(json.dumps(CASSETTE))

    assert show("other.json") == (0, "#1\nGET https://b.example/\n\n200 OK\n\nhello\n\n", "")


def test_a_body_that_a_file_of_another_tool_lacks_is_not_said_to_be_too_large(show, tmp_path):
    entry = {
        "request": {"method": "GET", "url": "https://b.example/", "headers": []},
        "response": {"status": 200, "statusText": "OK", "headers": [], "content": {"size": 893}, "bodySize": 893},
    }
    (tmp_path / "other.har").write_text(json.dumps({"log": {"version": "1.2", "entries": [entry]}}))

    assert show("other.har") == (
        0,
        "#1\nGET https://b.example/\n\n200 OK\n\n(893 bytes, which the file does not hold)\n\n",
        "",
    )


def test_control_characters_of_a_recording_are_shown_as_escapes(show, tmp_path):
    head = "GET https://a.example/ HTTP/1.1\n:header X-Odd base64 G1sySg==\n\n====\nHTTP/1.1 200 OK\n:body base64\n\n"
    (tmp_path / "one.rec").write_text(f"#recproxy 2\n\n{head}YRtbMkrigK5i\n=======\n")

    code, printed, _ = show("one.rec")

    assert code == 0
    assert "  X-Odd: \\x1b[2J\n" in printed
    assert "\na\\x1b[2J\\u202eb\n" in printed


def on_terminal(folder, words, *, before=(), **variables):
    """What a terminal gets, as bytes; `before` are words before the verb."""
    end, terminal = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name not in ("LESS", "MANPAGER", "NO_COLOR")}
    environment |= {"TERM": "xterm-256color", **variables}
    program = subprocess.Popen(
        [sys.executable, "-m", "recproxy", *before, "show", *words],
        cwd=folder,
        env=environment,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    got = b""
    try:
        while piece := os.read(end, 65536):
            got += piece
    except OSError:  # how Linux ends a terminal
        pass
    assert program.wait(seconds(60)) == 0
    os.close(end)
    return got


@pytest.mark.parametrize(("pager", "coloured"), [("cat", False), ("less -R", True)])
def test_only_a_pager_that_shows_colours_gets_them(show, tmp_path, pager, coloured):
    if pager.startswith("less"):  # a stand-in that leaves at once, by the name that counts
        (tmp_path / "less").write_text("#!/bin/sh\nexec cat\n")
        (tmp_path / "less").chmod(0o755)
        pager = f"{tmp_path}/less -R"

    got = on_terminal(tmp_path, ["one.rec"], PAGER=pager)

    assert b"https://a.example/x" in got
    assert (b"\x1b[" in got) is coloured


def test_a_terminal_shows_masked_values_as_such_and_bodies_in_their_colours(show, tmp_path):
    block = 'POST https://a.example/ HTTP/1.1\nA: Bearer XXX\n\n{"key": "XXX[id]"}\n====\nHTTP/1.1 200 OK\nContent-Type: text/html\n\n<p>hi\n=======\n'
    (tmp_path / "two.rec").write_text(f"#recproxy 2\n\n{block}")

    got = on_terminal(tmp_path, ["--no-pager", "two.rec"])

    assert b"\x1b[2m  A: \x1b[0mBearer \x1b[1;33mXXX\x1b[0m" in got
    assert re.search(rb"\x1b\[[0-9;]+m\"key\"\x1b\[0m", got)
    assert re.search(rb"\x1b\[[0-9;]*33mXXX\[id\]\x1b", got)
    assert re.search(rb"\x1b\[[0-9;]+m<p>\x1b\[0mhi", got)


def test_without_a_pager_a_terminal_gets_colours(show, tmp_path):
    words = ["--no-pager", "one.rec"]
    assert b"\x1b[1;36mPOST https://a.example/x\x1b[0m" in on_terminal(tmp_path, words)
    assert b"\x1b[" not in on_terminal(tmp_path, words, before=["--no-color"])


def test_curl_prints_one_command_for_each_request(show):
    assert show("--curl", "one.rec") == (
        0,
        (
            "curl \\\n  --header 'Content-Type: application/json' \\\n  --header accept: \\\n  --header user-agent: \\\n"
            '  --data-raw \'{"a": [1], "b": XXX}\' \\\n  https://a.example/x\n'
            "curl \\\n  --header accept: \\\n  --header user-agent: \\\n  https://a.example/y\n"
        ),
        "",
    )
