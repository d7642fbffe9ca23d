"""The table of costs runs, in the size of a toy, and is written as the page has it; what it measures is not looked at."""

import json
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import growth
import mock_servers
import pictures_of_costs
import prestarted
import record_many
import rows
import server_side
import start
import suite
import table
from mock_servers import MockServer
from rows import Row, Tools

BESIDE = Row("a run <of> three", "s", 0.25, "mitmdump & co", 0.5, 0.5, 0.35)
ALONE = Row("a first answer", "ms", 1234.5, goal=2000)
#: A program that listens at a port until it is ended.
LISTENING = "import socket, sys; s = socket.create_server(('127.0.0.1', int(sys.argv[1])))\nwhile True: s.accept()"
LINE = growth.Line("a request", "open lanes", "µs of CPU", ((1, 10.0), (1_000, 20.0), (2_000_000, 15.0)))


@pytest.fixture(autouse=True)
def _one_round(monkeypatch):
    monkeypatch.setattr(rows, "ROUNDS", 1)


def forks():
    """Where how long a start takes is not looked at."""
    return prestarted.forks("recproxy", "recproxy.proxy", "pytest", "python", "python with clients")


def test_a_row_says_what_each_takes_the_ratio_and_whether_the_goal_is_met():
    assert BESIDE.cells() == ("a run <of> three", "0.25 s", "mitmdump & co: 0.5 s", "0.50", "0.35", "no")
    assert ALONE.cells() == ("a first answer", "1,234 ms", "", "", "2000 ms", "yes")


def test_the_page_gets_the_table_between_its_marks_and_the_pictures(tmp_path):
    page = tmp_path / "performance.md"
    page.write_text(f"before\n{table.BEGIN}\nold\n{table.END}\nafter\n")

    table.written(tmp_path, {"date": "2026-11-29", "system": "Linux", "Python": "3.11"}, [BESIDE, ALONE], [LINE])

    text = page.read_text()
    assert text.startswith(f"before\n{table.BEGIN}\n\nMeasured on 2026-11-29 on Linux, with Python 3.11.\n")
    assert "| a first answer | 1,234 ms |  |  | 2000 ms | yes |\n" in text
    assert text.endswith(f"\n{table.END}\nafter\n") and "old" not in text
    assert json.loads((tmp_path / "costs.json").read_text())["rows"][1]["ours"] == 1234.5


def test_the_pictures_are_whole_and_tell_what_they_show(tmp_path):
    (tmp_path / "performance.md").write_text(f"{table.BEGIN}{table.END}")

    table.written(tmp_path, {"date": "", "system": ""}, [BESIDE, ALONE], [LINE])

    costs, grown = ("".join(ET.parse(tmp_path / f"{name}.svg").getroot().itertext()) for name in ("costs", "growth"))
    assert "a run <of> three" in costs and "0.50" in costs and "a first answer" not in costs
    assert "by open lanes" in grown and "2M" in grown


def test_a_bar_that_is_far_longer_than_the_others_is_cut_off():
    picture = ET.fromstring(pictures_of_costs.ratios([BESIDE, replace(BESIDE, theirs=0.01, ratio=25.0)]))

    short, long = (float(each.get("width")) for each in picture.findall(".//{*}rect"))
    assert long / short == pytest.approx(10, rel=0.01)
    assert "25.00" in "".join(picture.itertext())


@pytest.mark.parametrize(
    ("measure", "found", "started"),
    [
        (lambda tools: suite.rows(tools, 1, {"": ()}), {"live, from loopback", "the service on loopback"}, forks),
        (lambda tools: server_side.rows(tools, 5, 2), {"the base URL", "nginx"}, nullcontext),  # it looks for children
        (lambda tools: record_many.rows(tools, 20), {""}, forks),
    ],
    ids=["suite", "server_side", "record_many"],
)
def test_each_measurement_runs_as_a_toy(measure, found, started):
    with started():
        measured = list(measure(Tools(sys.executable)))

    assert {row.beside for row in measured} & found
    assert all(row.ours > 0 for row in measured)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["nothing"], "no measurement is named nothing; there are: suite, "),
        (["--into", ".", "start"], "--into writes the whole table: name no measurement with it"),
        (["--into", "nowhere"], "--into: nowhere/performance.md lacks one of the marks"),
        (["--rivals", "nowhere"], "--rivals: nowhere is no folder"),
        (["--hoverfly", "nowhere"], "--hoverfly: there is no program nowhere"),
        (["--wiremock", "nowhere.jar"], "--wiremock: nowhere.jar is no file"),
        (["--mockttp", "nowhere"], "--mockttp: nowhere has no node_modules/mockttp: run `npm install mockttp` there"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_one_line(words, problem, capsys):
    with pytest.raises(SystemExit):
        table.main(words)

    assert problem in capsys.readouterr().err


@pytest.mark.parametrize(("option", "program"), [("--wiremock", "java"), ("--mockttp", "node")])
def test_a_tool_is_refused_where_nothing_is_installed_that_runs_it(option, program, tmp_path, monkeypatch, capsys):
    (tmp_path / "node_modules/mockttp").mkdir(parents=True)
    (tmp_path / "wiremock.jar").touch()
    monkeypatch.setenv("PATH", "")

    with pytest.raises(SystemExit):
        table.main([option, str(tmp_path / "wiremock.jar" if option == "--wiremock" else tmp_path)])

    assert f"{option}: there is no program {program}\n" in capsys.readouterr().err


def test_a_tool_that_is_given_stands_beside_the_start_of_a_run(monkeypatch):
    monkeypatch.setattr(start, "ROUNDS", 1)
    monkeypatch.setattr(start, "COUNT", 1)
    server = MockServer("a server", lambda _, port, __: [sys.executable, "-c", LISTENING, str(port)], {})

    with forks():
        measured = list(start.rows(Tools(sys.executable, mock_servers=(server,))))

    assert measured[-1].beside == "a server, until it can be reached"
    assert measured[-1].theirs > 0


def test_a_tool_that_does_not_start_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(mock_servers, "SECONDS", 0.1)
    server = MockServer("a server", lambda *_: [sys.executable, "-c", ""], {})

    with pytest.raises(AssertionError, match=r"^a server cannot be reached 0\.1 seconds after its start$"):
        start.mock_server_start(server, tmp_path)


def test_what_cannot_be_measured_keeps_nothing_else_out_of_the_table(monkeypatch, capsys):
    def broken(_tools):
        raise AssertionError("no such plugin")
        yield

    monkeypatch.setattr(table, "MEASURED", {"broken": broken, "whole": lambda _: [ALONE]})

    assert list(table.measured(Tools(sys.executable), ("broken", "whole"))) == [ALONE]
    assert capsys.readouterr().err == "broken cannot be measured: no such plugin\n"
