"""What a user did wrong: one line that names the place and what to do, exit code 2, no traceback."""

import os
import subprocess
import sys

import pytest

from recproxy.cli import main

PROFILE = '[tool.recproxy.profiles.shop]\n[[tool.recproxy.profiles.shop.endpoints]]\nhosts = ["a.example"]\n'


def one_line(done):
    assert done.returncode == 2
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_a_recording_with_a_syntax_error(project):
    path = project.root / "tests/functional/recordings/shop/default.rec"
    path.write_text(path.read_text().replace("====\nHTTP/1.1 201", "===\nHTTP/1.1 201"))

    line = one_line(project.run("run", "--", "true"))

    assert line.startswith(f"recproxy: {path}:")


def test_a_recording_that_is_not_there(project):
    line = one_line(project.run("run", "--recordings", "shop=nope.rec", "--", "true"))

    assert "recording 'nope.rec' of profile 'shop' does not exist: looked in" in line


def test_a_command_that_does_not_exist(project):
    assert "command 'no-such-command' does not exist" in one_line(project.run("run", "--", "no-such-command"))


def test_an_unknown_profile(project):
    assert "unknown profile 'shpo': known are" in one_line(project.run("run", "--profile", "shpo", "--", "true"))


def test_an_unknown_mode(project):
    assert "--mode rewind: unknown mode: use replay" in one_line(project.run("run", "--mode", "rewind", "--", "true"))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (PROFILE + "[tool.recproxy.profiles.shop.match]\nreapeat = 'last'\n", "pyproject.toml:5: unknown key"),
        (PROFILE + "[tool.recproxy.profiles.shop.match]\nrepeat = 'twice'\n", "pyproject.toml:5: "),
        (
            PROFILE.replace("[[", "unused = 'fail'\n[["),
            "pyproject.toml:2: unknown key 'tool.recproxy.profiles.shop.unused': it belongs under [tool.recproxy.profiles.shop.match]",
        ),
        (PROFILE.replace("hosts", "host"), "pyproject.toml:3: unknown key"),
        (
            PROFILE.replace('"a.example"', '"https://a.example/"'),
            "pyproject.toml:3: tool.recproxy.profiles.shop.endpoints.hosts holds",
        ),
        (PROFILE + "hosts = 1\n", "pyproject.toml:4: not TOML"),
        ("[tool.recproxy]\nunlited = 'pass'\n" + PROFILE, "pyproject.toml:2: unknown key"),
        (PROFILE.partition("[[")[0], "pyproject.toml:1: profile 'shop' has no endpoint"),
        (PROFILE + "[tool.recproxy.profiles.shop.upstream]\ntimeout = 'long'\n", "pyproject.toml:5: "),
    ],
)
def test_a_wrong_configuration(project, monkeypatch, capsys, text, wanted):
    """In this process: no other is started, and the tests above show that the program ends in the same way."""
    (project.root / "pyproject.toml").write_text(text)
    monkeypatch.chdir(project.root)
    for name in os.environ:
        if name.startswith("RECPROXY"):
            monkeypatch.delenv(name)

    monkeypatch.setattr(sys, "argv", ["recproxy", "run", "--profile", "shop", "--", "true"])

    with pytest.raises(SystemExit) as ended:
        main()

    done = subprocess.CompletedProcess(sys.argv, ended.value.code, *capsys.readouterr())
    assert wanted in one_line(done)


def test_usage_without_a_command(project):
    done = project.run("run")

    assert done.returncode == 2
    assert "Missing argument" in done.stderr
    assert "Traceback" not in done.stderr
