"""A run in a world that is broken: closed and full streams, no room for files, configuration that nobody would write."""

import json
import os
import resource
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from deadlines import seconds, wait_until

from .conftest import RECPROXY

FETCH = "import os, urllib.request as u; u.urlopen(os.environ['SHOP_BASE_URL'] + '/item?id=1').read()"
RUN = ("run", "--profile", "shop", "--", sys.executable, "-c", FETCH)
CHECK = ("check", "tests")


@pytest.mark.parametrize("words", [RUN, CHECK], ids=["run", "check"])
@pytest.mark.parametrize("closed", [0, 1, 2])
def test_a_closed_stream_changes_no_exit_code(project, words, closed):
    done = subprocess.run(
        [*RECPROXY, *words],
        cwd=project.root,
        env=project.environment(),
        preexec_fn=lambda: os.close(closed),
        timeout=seconds(60),
    )

    assert done.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a device that is full")
def test_messages_that_cannot_be_written_change_no_exit_code_and_data_does(project):
    with open("/dev/full", "w") as full:
        ran = project.run(*RUN, stderr=full)
        shown = project.run("show", "tests/functional/recordings/shop/default.rec", stdout=full)

    assert ran.returncode == 0
    assert (shown.returncode, shown.stderr) == (
        2,
        "recproxy: No space left on device: nothing more can be done here\n",
    )


@pytest.mark.parametrize("blocks", [0, 8192])
def test_a_temporary_folder_without_room_is_one_line(project, tmp_path, blocks):
    limited = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (blocks, blocks))

    done = project.run(*RUN, environment={"RECPROXY_MODE": "live"}, preexec_fn=limited)

    (line,) = done.stderr.splitlines()
    assert done.returncode == 2
    assert line.startswith("recproxy: ")
    assert line.endswith(": set TMPDIR to a folder that has room")


DEEP = "a = " + "[" * 3000 + "]" * 3000
PATTERN = "[tool.recproxy.profiles.shop.redact]\npatterns = ['{}']"
TOO_LARGE = "too large for a regular expression: write it with fewer repeats and parentheses"


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        (f"[tool.x]\na = {'9' * 5000}", "pyproject.toml: has a number of thousands of digits: write a shorter one"),
        (f"[tool.x]\n{DEEP}", "pyproject.toml: is nested too deeply: write fewer brackets or dots"),
        (PATTERN.format("a{99999999999}"), TOO_LARGE),
        (PATTERN.format("(" * 6000 + "a" + ")" * 6000), TOO_LARGE),
        (
            f"[tool.recproxy.profiles.{'x' * 101}]\nendpoints = []",
            "use lower-case letters, digits, - and _, at most 100",
        ),
    ],
    ids=["a long number", "deep TOML", "repeats", "parentheses", "a long name"],
)
def test_configuration_that_is_too_much_is_one_line(project, more, problem):
    config = project.root / "pyproject.toml"
    config.write_text(f"{config.read_text()}\n{more}\n")

    done = project.run("run", "--profile", "x" * 101 if "xxx" in more else "shop", "--", "true")

    (line,) = done.stderr.splitlines()
    assert (done.returncode, line.startswith("recproxy: "), problem in line) == (2, True, True)


@pytest.mark.parametrize(
    "words", [("import", "--profile", "shop"), ("export", "--format", "vcrpy")], ids=["import", "export"]
)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_in_the_middle_of_an_import_leaves_nothing(project, words, number):
    entry = {
        "request": {"method": "GET", "url": "https://api.shop.example/", "headers": []},
        "response": {"status": 200, "statusText": "OK", "headers": [], "content": {"text": "x" * 300}},
    }
    har = json.dumps({"log": {"version": "1.2", "entries": [entry] * 600}})
    for name in range(60):
        project.write(f"from/{name}.har", har)
    before = {path.name for path in project.root.iterdir()}
    minded = partial(signal.signal, number, signal.SIG_DFL)  # under nohup the tests themselves ignore it
    popen = subprocess.Popen if (words[0], number) == ("import", signal.SIGTERM) else None
    process = project.start(*words, "from", "--to", "to", preexec_fn=minded, popen=popen)
    wait_until(lambda: list(project.root.glob(".recproxy-*")), process=process)

    process.send_signal(number)
    process.communicate(timeout=seconds(20))

    assert process.returncode == 128 + number
    assert {path.name for path in project.root.iterdir()} == before
