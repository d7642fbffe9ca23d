"""The report as a terminal shows it: columns that fit, quiet zeros, misses in two colors."""

import io
import re

import pytest

from recproxy.report.screen import draw_line, draw_miss, draw_table
from recproxy.report.tally import Row
from recproxy.report.terminal import console_on

ROWS = [
    Row(profile="shop", mode="replay", played=2, missed=1, size=1500, seconds=0.5, slowest="GET https://a.example/a", slowest_seconds=0.02),
    Row(profile="bank", mode="record", forwarded=0),
]  # fmt: skip
MISS = """no recorded interaction of shop fits this request

  request  GET https://a.example/?id=2
  closest  GET https://a.example/?id=1
           a.rec:3

            recorded  got
  query id  1         2
  json /long
    recorded  "one"
    got       "two"
  json /note
    - Ring once.
    + Ring twice.

to make it match: write XXX[id]
or record it anew: recproxy run --record shop
"""
RED, GREEN = "\x1b[31m", "\x1b[32m"


class Terminal(io.StringIO):
    def isatty(self):
        return True


def drawn(draw, *arguments):
    stream = Terminal()
    draw(*arguments, console_on(stream))
    return stream.getvalue()


def table(rows=ROWS):
    stream = Terminal()
    draw_table(rows, stream)
    return stream.getvalue()


def words(text):
    return [line.split() for line in re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines() if line.strip()]


@pytest.mark.parametrize(
    ("columns", "last"),
    [
        (140, "slowest request"),
        (100, "unused bytes time slowest"),
        (90, "unused time slowest"),
        (80, "requests played recorded missed unused time"),
        (68, "missed unused time"),
        (20, ""),
    ],
)
def test_a_narrow_terminal_gets_fewer_columns(on_screen, columns, last):
    on_screen.setenv("COLUMNS", str(columns))

    text = table()

    assert " ".join(words(text)[1]).endswith(last)
    assert max(len(line) for line in re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines()) <= columns


def test_columns_that_few_runs_need_are_there_where_they_say_something(on_screen):
    rows = [Row(profile="shop", mode="live", forwarded=3, failed=1)]

    assert words(table(rows))[1][6:9] == ["unused", "forwarded", "failed"]
    assert "forwarded" not in words(table())[1]


def test_zeros_are_dim_and_misses_red(on_screen):
    shop = next(line for line in table().splitlines() if "shop" in line)

    assert re.search(r"\x1b\[2m +0\x1b", shop)
    assert re.search(r"\x1b\[1;31m +1\x1b", shop)
    assert "1.5 kB" in shop
    assert "20 ms" in shop


def test_what_differs_in_a_miss_is_in_two_colors(on_screen):
    text = drawn(draw_miss, "miss in m.test_a (2 times)", MISS)

    assert "miss in m.test_a (2 times)" in text
    assert f"{GREEN}1         \x1b[0m{RED}2" in text
    assert f'{GREEN}"one"' in text
    assert f'{RED}"two"' in text
    assert f"{GREEN}    - Ring once." in text
    assert f"{RED}    + Ring twice." in text
    # what to do is below the panel, in lines that can be copied whole
    assert text.splitlines()[-1] == "\x1b[36mor record it anew: \x1b[0mrecproxy run --record shop"


def test_a_long_command_is_not_broken(on_screen):
    command = "recproxy run --record shop -- " + "word " * 60

    assert command.strip() in drawn(draw_miss, "miss", f"no\n\nto record it: {command}")
    also = f"no\n\n  request  GET x\n\nto record it: {command}\n\nthe recording would be a.rec"
    assert command.strip() in re.sub(r"\x1b\[[0-9;]*m", "", drawn(draw_miss, "miss", also))
    assert command.strip() in re.sub(r"\x1b\[[0-9;]*m", "", drawn(draw_line, f"recproxy: failed: {command}"))


def test_markup_of_rich_in_traffic_is_text(on_screen):
    hostile = "no [bold red]x[/] [link=file:///etc/passwd]y[/link] :smile: \x1b]0;t\x07"

    for text in (drawn(draw_line, f"recproxy: note: {hostile}"), drawn(draw_miss, hostile, f"{hostile}\n\n{hostile}")):
        assert "[bold red]x[/] [link=file:///etc/passwd]y[/link] :smile: \\x1b]0;t\\x07" in text
