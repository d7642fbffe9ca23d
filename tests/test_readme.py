"""README done word for word: its test is recorded from a stand-in for the service, replayed without it, and missed."""

import json
import re
import shlex
from pathlib import Path

import prestarted
import pytest
from deadlines import seconds
from pictures import README_ENVIRONMENT, TOKEN, standing_for_twitter, write_project
from plugins import WITHOUT_PLUGINS

from recproxy.recording import header, load

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```([\w-]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RECORDING = "tests/functional/recordings/twitter/test_send/test_send.rec"


def section(heading):
    return README.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


@pytest.fixture
def run(tmp_path):
    """Run a line of README in the project that README makes: what it said."""
    variables = dict(README_ENVIRONMENT)

    def run(line):
        words = shlex.split(line)
        if words[0] == "export":
            name, _, value = words[1].partition("=")
            assert value == "your-token"
            variables[name] = TOKEN
            return ""
        done = prestarted.run(
            "recproxy",
            words[1:],
            cwd=tmp_path,
            environment=variables | {"PYTEST_ADDOPTS": f"{WITHOUT_PLUGINS} -p no:randomly -p no:cacheprovider"},
            timeout=seconds(60),
        )
        return done.stdout + done.stderr

    return run


def plain(line):
    return " ".join(re.sub(r"\d+\.\d+ s\b", "", line).split())


def test_what_the_two_runs_print_and_write(run, tmp_path):
    blocks = BLOCK.findall(section("The first run, and the second"))
    assert [language for language, _ in blocks] == ["sh", "text"] * 2
    first, printed_first, second, printed_second = (block for _, block in blocks)
    with standing_for_twitter() as address:
        write_project(tmp_path, address)
        check_printed(printed_first, "".join(run(line) for line in first.splitlines()))
    check_printed(printed_second, "".join(run(line) for line in second.splitlines()))  # the service is gone

    (shown,) = load(BLOCK.search(section("The recording"))[2].encode()).interactions
    (written,) = load((tmp_path / RECORDING).read_bytes()).interactions
    assert RECORDING in section("The recording")
    assert (shown.scope, shown.request.method, shown.request.url) == (
        written.scope, written.request.method, written.request.url,
    )  # fmt: skip
    assert set(shown.request.headers) <= set(written.request.headers)
    assert set(shown.response.headers) <= set(written.response.headers)
    assert header(shown.request.headers, b"authorization") == b"Bearer XXX"
    for one, other in ((shown.request, written.request), (shown.response, written.response)):
        assert json.loads(one.body) == json.loads(other.body)

    test = tmp_path / "tests/functional/test_send.py"
    test.write_text(test.read_text().replace('"hello"', '"good morning"'))
    missed = run("recproxy run --profile twitter -- pytest -q tests/functional")
    assert 'json /text  "hello"   "good morning"' in missed
    assert f"{RECORDING}:5" in missed


def check_printed(block, said):
    told = {plain(line) for line in said.splitlines()}
    assert [line for line in block.splitlines() if plain(line) not in told] == [], said


def test_each_picture_is_there_and_asks_no_network():
    pictures = re.findall(r"^!\[[^]]{20,}\]\(([^)]+)\)$", README, re.MULTILINE)

    assert len(pictures) == 4
    for name in pictures:
        data = (ROOT / name).read_bytes()
        assert len(data) < 150_000
        if name.endswith(".svg"):
            assert re.findall(rb'(?:href|src)="|url\((?!#)', data) == []


def test_the_pictures_show_what_readme_says():
    texts = {
        name: re.sub(r"<[^>]+>", "", (ROOT / f"docs/pictures/{name}.svg").read_text()).replace("&#160;", " ")
        for name in ("run", "miss")
    }

    assert "recproxy run --profile twitter -- pytest -q tests/functional" in texts["run"]
    assert "1 request played" in texts["run"]
    assert '"good morning"' in texts["miss"].replace("&quot;", '"')
