"""The share application's functional suite, run as its users do: under `recproxy run`, and by pytest alone."""

import os
import shutil
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import prestarted
import pytest
import tomli_w
from deadlines import seconds

from recproxy.recording import load

ROOT = Path(__file__).parents[2]
SUITE = ROOT / "tests/functional"
TOKENS = {
    "PUBSUB_TOKEN": "ya29." + "a0AfH6SMBx-" + "0a1b2c3d" * 6,
    "SLACK_BOT_TOKEN": "xox" + "b-1234567890-1234567890-abcdefGHIJKLmnopQRSTuvwx",
    "SLACK_APP_TOKEN": "xap" + "p-1-A0000000001-1234567890-" + "0a1b2c3d" * 8,
}
NO_ASYNCIO = (
    "-p",
    "no:asyncio",
)  # where it is installed it warns at its start, and the suite takes warnings for errors


def run(module, *words):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RECPROXY")}
    return prestarted.run(module, words, cwd=ROOT, environment=environment, timeout=seconds(100))


@pytest.fixture(autouse=True)
def _profiles():
    for profile in ("twitter", "bitly", "gmail", "facebook", "github", "slack"):
        pytest.importorskip(f"recproxy_{profile}")
    for package in ("webob", "routes", "websockets", "grpc"):
        pytest.importorskip(package)


@pytest.mark.long
def test_under_a_run_everything_is_answered_from_recordings():
    asked = ("twitter", "bitly", "gmail", "facebook", "github", "slack", "google", "linkedin", "pubsub", "yahoo")
    chosen = (word for profile in asked for word in ("--profile", profile))
    words = ("run", "--mode", "replay", *chosen, "--")

    done = run(
        "recproxy", *words, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *NO_ASYNCIO, str(SUITE)
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout
    rows = [line.split() for line in done.stderr.splitlines() if line.startswith("recproxy   ")]
    assert {row[1] for row in rows[1:]} == set(asked)
    assert all(int(row[3]) > 0 and row[5] == "0" for row in rows[1:])


def test_the_test_of_2011_passes_by_unittest_with_nothing_running():
    done = run("unittest", "discover", "-s", str(SUITE), "-p", "test_send.py", "-t", str(SUITE))

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.rstrip().endswith("OK")


def part_of_suite(project, test, *profiles):
    """One test of the suite in a project of its own, without configuration."""
    shutil.copytree(SUITE / "share", project.root / "suite/share")
    for profile in profiles:
        shutil.copytree(SUITE / "recordings" / profile, project.root / "suite/recordings" / profile)
    for name in ("conftest.py", "pytest.ini", test):
        shutil.copy(SUITE / name, project.root / "suite")


def record(project, profile):
    """Run that part with one profile recorded."""
    chosen = (word for name in (profile, "twitter", "bitly") for word in ("--profile", name))
    words = ("-m", "pytest", "-q", "-p", "no:cacheprovider", *NO_ASYNCIO, "suite")
    done = project.run("run", "--record", profile, *chosen, "--", sys.executable, *words, environment=TOKENS)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def slack(project):
    """The part of the suite that hears from Slack, in a project whose Slack is on loopback."""
    part_of_suite(project, "test_commands.py", "slack", "twitter")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        words = (sys.executable, str(Path(__file__).with_name("data") / "slack_service.py"), str(listener.fileno()))
        service = subprocess.Popen(words, pass_fds=(listener.fileno(),), stdin=subprocess.PIPE)
        upstream = f'slack.upstream.address = "http://127.0.0.1:{listener.getsockname()[1]}"\n'
    project.write("pyproject.toml", f'[tool.recproxy]\nrecordings = "suite/recordings"\nprofiles.{upstream}')
    yield project.root / "suite/recordings/slack/commands.rec"
    service.stdin.close()
    assert service.wait(seconds(10)) == 0


def test_its_websocket_is_recorded_anew_from_a_service_on_loopback(project, slack):
    before = load(slack.read_bytes()).interactions
    slack.write_text(slack.read_text().replace("http://slashdot.org/ nerdy!", "not yet recorded"))

    record(project, "slack")

    after = load(slack.read_bytes()).interactions
    assert [each.request.url for each in after] == [each.request.url for each in before]
    assert [said(each) for each in after] == [said(each) for each in before]
    assert len(after[1].steps) == 8
    assert not [token for token in TOKENS.values() if token in slack.read_text()]


@pytest.fixture
def pubsub(project):
    """The part of the suite that takes links from Pub/Sub, in a project whose Pub/Sub is on loopback."""
    part_of_suite(project, "test_queue.py", "pubsub", "twitter")
    words = (sys.executable, str(Path(__file__).with_name("data") / "pubsub_service.py"), SUITE / "share/pubsub.binpb")
    service = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    profile = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["recproxy"]["profiles"]["pubsub"]
    profile["grpc"]["descriptors"] = "suite/share/pubsub.binpb"
    profile["upstream"] = {"address": f"http://127.0.0.1:{int(service.stdout.readline())}"}
    table = {"tool": {"recproxy": {"recordings": "suite/recordings", "profiles": {"pubsub": profile}}}}
    project.write("pyproject.toml", tomli_w.dumps(table))
    yield project.root / "suite/recordings/pubsub/queue.rec"
    service.communicate()
    assert service.returncode == 0


def test_its_stream_of_grpc_is_recorded_anew_from_a_service_on_loopback(project, pubsub):
    before = load(pubsub.read_bytes()).interactions
    pubsub.write_text(pubsub.read_text().replace("http://slashdot.org/", "not yet recorded"))

    record(project, "pubsub")

    after = load(pubsub.read_bytes()).interactions
    assert [each.request.body for each in after] == [each.request.body for each in before]
    assert [(each.response.body, each.response.after) for each in after] == [
        (each.response.body, each.response.after) for each in before
    ]
    assert TOKENS["PUBSUB_TOKEN"] not in pubsub.read_text()


def said(interaction):
    return [(step.act, step.data, step.code) for step in interaction.steps]
