"""`recproxy export`: other tools' files out of recordings."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from recproxy.cli.main import _recproxy
from recproxy.errors import RecproxyError
from recproxy.play.reading import read_recording

WEBSOCKET = "#recproxy 2\n\nGET wss://a.example/s HTTP/1.1\n\n====\nHTTP/1.1 101 Switching Protocols\n\n< a\n=======\n"
RECORDING = """#recproxy 2

GET https://api.shop.example/item?id={id} HTTP/1.1

====
HTTP/1.1 200 OK
Content-Type: text/plain

hello
=======
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / "a.rec").write_text(RECORDING.format(id="1"))
    return tmp_path


def run(*words):
    result = CliRunner().invoke(_recproxy, ["export", *map(str, words)])
    if isinstance(result.exception, RecproxyError):
        return result.exception.exit_code, result.stdout, result.exception.message
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("vcrpy", "yaml"), ("vcrpy-json", "json"), ("har", "har"), ("responses", "yaml"), ("responses-toml", "toml")],
)
def test_each_format_is_written_and_read_as_the_same_answer(folder, name, suffix):
    code, out, err = run("recordings", "--format", name, "--to", "out")
    [got] = read_recording(f"out/a.{suffix}").interactions

    assert (code, err) == (0, "1 interaction of 1 file: 1 exact, 0 synthesized, 0 lost\n")
    assert out.splitlines() == [f"recordings/a.rec (rec) -> out/a.{suffix} new: 1 interaction, all exact"]
    assert got.request.url == "https://api.shop.example/item?id=1"
    assert (got.response.status, got.response.body) == (200, b"hello")
    assert b"text/plain" in dict(got.response.headers).values()


def test_what_the_format_cannot_hold_is_told_and_fails(folder):
    (folder / "recordings" / "a.rec").write_text(RECORDING.format(id="XXX"))
    code, out, _ = run("recordings/a.rec", "--format", "vcrpy", "--to", "out")

    assert code == 1
    assert "  lost: XXX in the URL, which stood for anything (interaction 1)" in out
    assert (folder / "out" / "a.yaml").is_file()


def test_a_conversation_has_no_place_in_another_format(folder):
    (folder / "recordings" / "b.rec").write_text("#recproxy 2\n\nSMTP smtp://a.example:25\n< 220 a\n=======\n")

    code, out, err = run("recordings", "--format", "har", "--to", "out")

    assert code != 0
    assert "recordings/b.rec: holds a conversation, for which har has no place" in out + err
    assert not (folder / "out/b.har").exists()


def test_twice_changes_nothing_and_force_is_asked_for(folder):
    run("recordings", "--format", "har", "--to", "out")
    assert "unchanged" in run("recordings", "--format", "har", "--to", "out")[1]
    (folder / "out" / "a.har").write_text("mine")
    code, _, err = run("recordings", "--format", "har", "--to", "out")

    assert code == 2
    assert "out/a.har: exists and would change; pass --force to overwrite it" in err
    assert run("recordings", "--format", "har", "--to", "out", "--force")[0] == 0


def test_a_dry_run_writes_nothing(folder):
    code, out, _ = run("recordings", "--format", "har", "--to", "out", "--dry-run", "--json")

    assert code == 0
    assert json.loads(out)[0]["targets"][0]["state"] == "new"
    assert not (folder / "out").exists()


def test_an_unknown_format_names_those_that_are_written(folder):
    code, _, err = run("recordings", "--format", "betamax", "--to", "out")

    assert code == 2
    assert (
        err
        == "--format betamax: cannot be written; known formats are vcrpy, vcrpy-json, har, responses, responses-toml"
    )


def test_a_recording_that_does_not_parse_is_one_line_and_nothing_is_written(folder):
    (folder / "recordings" / "b.rec").write_text("#recproxy 2\n\nGET\n")
    code, _, err = run("recordings", "--format", "har", "--to", "out")

    assert code == 2
    assert err.startswith("recproxy: recordings/b.rec:3: expected a request line")
    assert not (folder / "out").exists()


def test_a_binary_body_that_json_cannot_hold_is_refused(folder):
    text = RECORDING.format(id="1").replace("Content-Type: text/plain", ":body base64").replace("hello", "/w==")
    (Path("recordings") / "a.rec").write_text(text)
    code, _, err = run("recordings", "--format", "vcrpy-json", "--to", "out")

    assert code == 2
    assert err.startswith("recproxy: recordings/a.rec: interaction 1 has a binary body, which JSON cassettes")


def test_a_websocket_has_a_place_in_har_alone(folder):
    (folder / "recordings" / "b.rec").write_text(WEBSOCKET)

    har = run("recordings/b.rec", "--format", "har", "--to", "out")
    vcrpy = run("recordings/b.rec", "--format", "vcrpy", "--to", "out")

    assert (har[0], vcrpy[0]) == (0, 2)
    assert '"_webSocketMessages"' in (folder / "out/b.har").read_text()
    assert "holds a conversation, for which vcrpy has no place" in "".join(map(str, vcrpy))
