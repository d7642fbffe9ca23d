"""`recproxy scan`: what it finds, what it prints, what it leaves of a file."""

import contextlib
import importlib.util
import json
import os
import pty
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from recproxy.cli import shared_work
from recproxy.cli.scan import scan
from recproxy.play import scanning
from recproxy.play.reading import load_any
from recproxy.play.scanning import scan_file
from recproxy.recording import load
from recproxy.redaction.rules import RedactionRules

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "made" + "-up-t0ken-1"
ARTIFACTORY = "APB" + "dj39fjKdk20dkJ3"
DIRTY = f"""#recproxy 2
# a comment

:scope test_a
GET https://api.example.com/me?id=7 HTTP/1.1
Accept: */*
Authorization: Bearer {TOKEN}

====
HTTP/1.1 200 OK
Content-Type: application/json

{{"id": "7",
 "refresh_token": "{TOKEN}-2"}}
=======
"""


@pytest.fixture
def dirty(tmp_path):
    path = tmp_path / "recordings" / "a.rec"
    path.parent.mkdir()
    path.write_text(DIRTY)
    return path


def test_files_that_are_named_are_asked_for_their_kind_once_each(tmp_path, monkeypatch):
    words = [tmp_path / f"{number}.rec" for number in range(40)]
    for word in words:
        word.write_text(DIRTY)
    asked, is_dir = [], Path.is_dir
    monkeypatch.setattr(Path, "is_dir", lambda path: asked.append(path) or is_dir(path))

    result = CliRunner().invoke(scan, list(map(str, words)))

    assert result.exit_code == 1
    assert max(asked.count(word) for word in words) <= 4


def test_without_a_path_the_recordings_of_the_project_are_searched(dirty, tmp_path, monkeypatch):
    (tmp_path / "recproxy.toml").write_text('recordings = "recordings"\n')
    (tmp_path / "elsewhere.rec").write_text(DIRTY)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(scan, [])

    assert result.exit_code == 1
    assert "recordings/a.rec:" in result.stdout
    assert "elsewhere" not in result.stdout


def test_it_names_file_line_and_rule_and_never_the_secret(dirty):
    result = CliRunner().invoke(scan, [str(dirty.parent)])
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{dirty}:7: authorization in request header Authorization",
        f"{dirty}:14: json in response body",
    ]
    assert TOKEN not in result.output
    assert dirty.read_text() == DIRTY


def test_comments_and_names_of_scopes_are_looked_through_too(dirty):
    dirty.write_text(
        DIRTY.replace("# a comment", f"# api_key={TOKEN}-3").replace("test_a\n", f"test_a[Bearer {TOKEN}-45678901]\n")
    )
    result = CliRunner().invoke(scan, ["--fix", str(dirty)])
    assert result.stdout.splitlines()[:2] == [
        f"{dirty}:2: text in comment or name of a scope (fixed)",
        f"{dirty}:4: text in comment or name of a scope (fixed)",
    ]
    assert TOKEN not in dirty.read_text()


def test_a_clean_recording_ends_well(dirty):
    dirty.write_text(DIRTY.replace(TOKEN + "-2", "XXX").replace(TOKEN, "XXX"))
    result = CliRunner().invoke(scan, [str(dirty)])
    assert (result.exit_code, result.stdout) == (0, "")
    assert "no secret found in 1 recording" in result.stderr


def test_json_for_machines(dirty):
    result = CliRunner().invoke(scan, ["--json", str(dirty)])
    assert json.loads(result.stdout)[0] == {
        "path": str(dirty),
        "line": 7,
        "rule": "authorization",
        "place": "request header Authorization",
        "fixed": False,
    }


def test_fix_takes_it_out_and_the_second_time_changes_nothing(dirty):
    dirty.chmod(0o640)
    result = CliRunner().invoke(scan, ["--fix", str(dirty)])
    assert result.exit_code == 0
    assert "(fixed)" in result.stdout
    fixed = dirty.read_bytes()
    (interaction,) = load(fixed).interactions
    assert interaction.request.headers[1] == (b"Authorization", b"Bearer XXX")
    assert interaction.response.body == b'{"id": "7",\n "refresh_token": "XXX"}'
    assert interaction.scope == "test_a"
    assert TOKEN.encode() not in fixed
    again = CliRunner().invoke(scan, ["--fix", str(dirty)])
    assert (again.exit_code, again.stdout, dirty.read_bytes()) == (0, "", fixed)
    assert dirty.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in dirty.parent.iterdir()] == ["a.rec"]


def test_an_unreadable_file_is_named_and_the_others_are_scanned(dirty, tmp_path):
    broken = tmp_path / "broken.rec"
    broken.write_text("#recproxy 2\nnonsense\n")
    result = CliRunner().invoke(scan, [str(broken), str(dirty), str(tmp_path / "none.rec")])
    assert result.exit_code == 2
    assert f"{broken}:2: " in result.stderr
    assert "none.rec: no such file or folder" in result.stderr
    assert f"{dirty}:7: " in result.stdout


def test_where_nothing_that_is_named_is_there_only_that_is_said(tmp_path):
    result = CliRunner().invoke(scan, [str(tmp_path / "nowhere")])

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"recproxy: {tmp_path / 'nowhere'}: no such file or folder\n"


def test_several_files_are_read_once_each_and_searched_for_what_others_show(dirty, tmp_path, monkeypatch):
    """Whichever of them comes first."""
    plain = DIRTY.replace(f"{TOKEN}-2", "XXX").replace(f"Bearer {TOKEN}", "none").replace("id=7", f"id={TOKEN}")
    (tmp_path / "a.rec").write_text(plain)
    (tmp_path / "z.rec").write_text(plain)
    read = []
    monkeypatch.setattr(scanning, "load_any", lambda data, path: (read.append(path), load_any(data, path))[1])

    result = CliRunner().invoke(scan, [str(tmp_path)])

    assert sorted(read) == sorted({str(dirty), str(tmp_path / "a.rec"), str(tmp_path / "z.rec")})
    assert f"{tmp_path}/a.rec:5: sent before in request url" in result.stdout
    assert f"{tmp_path}/z.rec:5: sent before in request url" in result.stdout


def test_values_that_are_known_are_found(dirty):
    found = scan_file(dirty, RedactionRules(values=("test-not-there", "id-of-nobody")), root=dirty.parent, fix=False)
    assert [each.line for each in found.findings] == [7, 14]


@pytest.mark.skipif(importlib.util.find_spec("detect_secrets") is None, reason="detect-secrets is not installed")
def test_what_only_detect_secrets_knows_is_found_and_taken_out(dirty):
    dirty.write_text(
        DIRTY.replace(TOKEN + "-2", "XXX").replace(TOKEN, "XXX").replace('"id": "7"', f'"id": "{ARTIFACTORY}"')
    )
    result = CliRunner().invoke(scan, [str(dirty)])
    assert result.exit_code == 1
    assert f"{dirty}:13: artifactory credentials in " in result.stdout
    assert CliRunner().invoke(scan, ["--fix", str(dirty)]).exit_code == 0
    assert ARTIFACTORY not in dirty.read_text()
    assert CliRunner().invoke(scan, [str(dirty)]).exit_code == 0


def test_a_recording_of_another_tool_is_looked_through_and_left_as_it_is(tmp_path):
    cassette = tmp_path / "a.yaml"
    cassette.write_text(
        "interactions:\n- request:\n    body: null\n    headers:\n"
        f"      Authorization: [Bearer {TOKEN}]\n    method: GET\n    uri: https://a.example/\n"
        "  response:\n    body: {string: ok}\n    headers: {}\n    status: {code: 200, message: OK}\nversion: 1\n"
    )
    before = cassette.read_bytes()

    result = CliRunner().invoke(scan, ["--fix", str(cassette)])

    assert result.exit_code == 2
    assert "fix it with its own tool" in result.stderr
    assert "authorization in request header" in result.stdout
    assert cassette.read_bytes() == before


CASSETTE = """interactions:
- request:
    body: {first}
    headers: {{}}
    method: POST
    uri: https://a.example/
  response:
    body: {{string: 'you sent {second}'}}
    headers: {{}}
    status: {{code: 200, message: OK}}
"""


@pytest.fixture
def cassettes(tmp_path):
    folder = tmp_path / "cassettes"
    folder.mkdir()
    (folder / "clean.yaml").write_text(CASSETTE.format(first="a=1", second="a"))
    (folder / "README.md").write_text("# Cassettes")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    return folder


def test_a_folder_is_looked_through_for_each_format(cassettes, dirty):
    (cassettes / "dirty.yaml").write_text(CASSETTE.format(first=f"password={TOKEN}", second=TOKEN))
    (cassettes / ".hidden.yaml").write_text(CASSETTE.format(first=f"password={TOKEN}", second=TOKEN))

    result = CliRunner().invoke(scan, [str(cassettes), str(dirty)])

    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{cassettes}/dirty.yaml:3: form in request body",
        f"{cassettes}/dirty.yaml:8: sent before in response body",
        f"{dirty}:7: authorization in request header Authorization",
        f"{dirty}:14: json in response body",
    ]
    assert "4 found in 2 of 3 recordings (1 rec, 2 vcrpy); 2 files of unknown format skipped" in result.stderr


def test_it_reassures_of_what_it_read_only(cassettes, tmp_path):
    result = CliRunner().invoke(scan, [str(cassettes)])
    assert result.exit_code == 0
    assert "no secret found in 1 recording (1 vcrpy); 2 files of unknown format skipped" in result.stderr

    (cassettes / "clean.yaml").unlink()
    result = CliRunner().invoke(scan, [str(cassettes)])
    assert result.exit_code == 0
    assert "no recordings found; 2 files" in result.stderr
    assert "no secret" not in result.stderr

    (cassettes / "broken.rec").write_text("#recproxy 2\nnonsense\n")
    for path in (cassettes / "broken.rec", tmp_path / "none"):
        result = CliRunner().invoke(scan, [str(path)])
        assert result.exit_code == 2
        assert "no secret" not in result.stderr
        assert "no recordings found" not in result.stderr


def test_the_hook_for_pre_commit_is_the_command_with_the_files_behind_it(dirty):
    """As pre-commit runs it: the entry, split as a shell does, then the files that match."""
    hook = dict(
        line.strip("- ").split(": ", 1) for line in (ROOT / ".pre-commit-hooks.yaml").read_text().splitlines() if line
    )
    assert (hook["id"], hook["language"]) == ("recproxy-scan", "python")
    assert re.search(hook["files"], "tests/functional/recordings/a.rec")
    assert not re.search(hook["files"], "recordings.py")

    name, *words = shlex.split(hook["entry"])
    program = str(Path(sys.executable).with_name(name))
    done = subprocess.run([program, *words, str(dirty)], stdin=subprocess.DEVNULL, capture_output=True, text=True)

    assert done.returncode == 1
    assert f"{dirty}:7: authorization in request header Authorization" in done.stdout
    assert dirty.read_text() == DIRTY


def test_a_progress_bar_is_shown_where_somebody_looks(dirty):
    master, slave = pty.openpty()
    words = [sys.executable, "-m", "recproxy", "scan", "--fix", str(dirty.parent)]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=slave, env=environment)
    os.close(slave)
    said = b""
    with contextlib.suppress(OSError):
        while data := os.read(master, 65536):
            said += data
    os.close(master)

    assert done.returncode == 0
    assert b"scanning" in said
    assert b"100%" in said
    assert done.stdout.count(b"(fixed)") == 2


def test_what_one_file_shows_to_be_secret_is_found_and_fixed_in_the_others(dirty):
    other = dirty.with_name("0.rec")  # read before
    other.write_text(
        DIRTY.partition("Authorization")[0].replace("me?id=7", f"{TOKEN}/x")
        + "\n====\nHTTP/1.1 204 No Content\n\n=======\n"
    )
    alone = CliRunner().invoke(scan, [str(other)])

    both = CliRunner().invoke(scan, [str(dirty.parent)])
    fixed = CliRunner().invoke(scan, ["--fix", str(dirty.parent)])

    assert (alone.exit_code, both.exit_code, fixed.exit_code) == (0, 1, 0)
    assert f"{other}:5: sent before in request url" in both.stdout
    assert [TOKEN in path.read_text() for path in (other, dirty)] == [False, False]
    assert CliRunner().invoke(scan, [str(dirty.parent)]).exit_code == 0


def test_several_processes_find_what_one_does(dirty, monkeypatch):
    for number in range(3):
        told = DIRTY.replace("me?id=7", f"{TOKEN}-{number}/x").replace(TOKEN, f"{TOKEN}-{3 - number}")
        dirty.with_name(f"{number}.rec").write_text(told)
    dirty.with_name("4.rec").write_text("#recproxy 2\nnonsense\n")
    alone = CliRunner().invoke(scan, [str(dirty.parent)])

    monkeypatch.setattr(shared_work, "_LEAST", 1)
    monkeypatch.setattr(shared_work, "_processors", lambda: 3)
    together = CliRunner().invoke(scan, [str(dirty.parent)])

    assert alone.stdout.count("\n") == 11
    assert (together.exit_code, together.output) == (alone.exit_code, alone.output)
    assert (CliRunner().invoke(scan, ["--fix", str(dirty.parent)])).stdout.count("(fixed)") == 11


def test_an_address_with_odd_letters_is_looked_through(tmp_path):
    path = tmp_path / "odd.yaml"
    text = 'interactions:\n- request: {method: GET, uri: "http://\\uFEFF/?access_token=%s"}\n  response: {status: {code: 200}}\n'
    path.write_text(text % TOKEN, encoding="utf-8")
    found = scan_file(path, RedactionRules(), root=tmp_path, fix=False)
    assert (found.problem, [(each.rule, each.place) for each in found.findings]) == ("", [("query", "request url")])


def test_what_a_profile_has_masked_in_its_shape_is_no_secret(dirty, tmp_path, monkeypatch):
    masked = '"client_secret": "pi_000000000000_secret_XXXXXXXXXXXX"'
    dirty.write_text(DIRTY.replace(f"Bearer {TOKEN}", "Bearer XXX").replace(f'"refresh_token": "{TOKEN}-2"', masked))
    monkeypatch.chdir(tmp_path)
    shape = "'pi_[0-9]{6,}_secret_([0-9A-Za-z]{6,})'"
    Path("recproxy.toml").write_text(
        f'[profiles.pay]\nendpoints = [{{hosts = ["api.example.com"]}}]\nredact.shapes = [{shape}]\n'
    )

    assert CliRunner().invoke(scan, [str(dirty)]).exit_code == 0
    dirty.write_text(dirty.read_text().replace("_XXXXXXXXXXXX", "_a1b2c3d4e5f6"))
    assert CliRunner().invoke(scan, [str(dirty)]).exit_code == 1


@pytest.mark.parametrize(
    "name", ["anthropic", "bitly", "facebook", "github", "gmail", "openai", "slack", "stripe", "twitter"]
)
def test_nothing_is_found_in_a_profile_that_is_shipped(name):
    result = CliRunner().invoke(scan, [str(ROOT / "profiles" / name)])

    assert result.exit_code == 0, result.output
