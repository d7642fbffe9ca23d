"""The report as text: plain when piped, rich on a terminal, then what went wrong."""

import io
import re
from pathlib import Path

import pytest

from recproxy.control.outcomes import Missed, Outcome
from recproxy.report import Tally, TokenCount, Written, print_report

MISS = Missed(method="GET", url="https://a.example/", text="recproxy: no recording fits GET /\nthe closest is a.rec:3")


class Terminal(io.StringIO):
    def isatty(self):
        return True


def tally(*rows):
    made = Tally()
    for profile, mode, outcome in rows:
        made.enter(profile, mode)
        made.add(profile, outcome)
    return made


def text(made, stream=None):
    stream = stream or io.StringIO()
    print_report(made, stream)
    return stream.getvalue()


def test_the_table_is_plain_where_no_terminal_reads_it():
    made = tally(
        ("shop", "replay", Outcome(scope="s", played=10, seconds=1.234, missed=(MISS,))),
        ("a-long-name", "record", Outcome(scope="s", recorded=3)),
    )

    assert text(made).splitlines()[:3] == [
        "recproxy   profile      mode    played  recorded  missed  unused    time",
        "recproxy   shop         replay      10         0       1       0  1.23 s",
        "recproxy   a-long-name  record       0         3       0       0  0.00 s",
    ]


def test_profiles_that_are_only_installed_are_counted_and_not_listed_if_nothing_came():
    made = tally(("shop", "replay", Outcome(scope="s")))
    for name in ("asked", "idle-1", "idle-2"):
        made.enter(name, "replay", named=False)
    made.add("asked", Outcome(scope="s", played=1))

    for stream in (io.StringIO(), Terminal()):
        shown = text(made, stream)
        assert ("shop" in shown, "asked" in shown, "idle-" in shown) == (True, True, False)
        assert "recproxy: 2 installed profiles had no requests" in re.sub(r"\x1b\[[0-9;]*m", "", shown)
    del made.rows["shop"], made.rows["asked"]
    assert text(made) == "recproxy: 2 installed profiles had no requests\n"


def test_forwarded_is_a_column_only_where_it_says_something():
    live = text(tally(("shop", "live", Outcome(scope="s", forwarded=7))))

    assert live.splitlines()[0].split()[1:] == [
        "profile",
        "mode",
        "played",
        "recorded",
        "missed",
        "unused",
        "forwarded",
        "time",
    ]
    assert live.splitlines()[1].split()[1:8] == ["shop", "live", "0", "0", "0", "0", "7"]
    assert "forwarded" in text(tally(("shop", "auto", Outcome(scope="s"))))
    assert "forwarded" not in text(tally(("shop", "record", Outcome(scope="s", forwarded=7))))


def test_failed_is_a_column_only_where_something_failed():
    lines = text(tally(("shop", "record", Outcome(scope="s", failures=("GET https://a.example/: gone",))))).splitlines()

    assert lines[0].split()[-2:] == ["failed", "time"]
    assert lines[1].split()[-3] == "1"
    assert lines[2] == "recproxy: failed: shop: GET https://a.example/: gone"
    assert "failed" not in text(tally(("shop", "record", Outcome(scope="s"))))


def test_a_terminal_gets_a_drawn_table_with_the_same_cells(on_screen):
    made = tally(("shop", "replay", Outcome(scope="s", played=10, seconds=1.5, missed=(MISS,))))

    drawn = re.sub(r"\x1b\[[0-9;]*m", "", text(made, Terminal()))

    assert "\u2500\u2500" in drawn
    for cell in ("recproxy", "profile", "shop", "replay", "10", "1.50 s", "miss", "no recording fits GET /"):
        assert cell in drawn


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_a_terminal_that_wants_no_colors_gets_plain_text(on_screen, name, value):
    on_screen.setenv(name, value)
    made = tally(("shop", "replay", Outcome(scope="s", played=10, missed=(MISS,))))

    assert text(made, Terminal()) == text(made)


def test_verbose_text_has_the_columns_of_a_terminal():
    outcome = Outcome(scope="s", played=2, forwarded=1, size=1500, seconds=0.5, slowest="GET /", slowest_seconds=0.0123)
    stream = io.StringIO()

    print_report(tally(("shop", "auto", outcome)), stream, verbose=True)

    assert stream.getvalue().splitlines() == [
        "recproxy   profile  mode  requests  played  recorded  missed  unused  forwarded   bytes    time  slowest",
        "recproxy   shop     auto         3       2         0       0       0          1  1.5 kB  0.50 s    12 ms",
    ]


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_quiet_text_has_what_is_wrong_and_no_table(stream):
    made = tally(("shop", "record", Outcome(scope="s", recorded=3, missed=(MISS,), failures=("it broke",))))
    made.enter("idle", "replay", named=False)
    made.redactions["cookie"] = 1
    made.notes.append("a reason")
    made.written += [Written(Path("a.rec"), 3), Written(Path("b.failed.rec"), 1, failed=True, kept=True)]
    shown = stream()

    print_report(made, shown, quiet=True)

    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown.getvalue()).splitlines()
    assert lines[:3] == [
        "recproxy: kept the old recording; the captured traffic is in b.failed.rec: 1 interaction",
        "recproxy: note: a reason",
        "recproxy: failed: shop: it broke",
    ]
    assert "no recording fits GET /" in "".join(lines[3:])


def test_rows_that_are_not_for_people_are_left_out():
    made = tally(("shop", "replay", Outcome(scope="s")), ("unlisted", "live", Outcome(scope="s")))
    made.rows["unlisted"].listed = False

    assert "unlisted" not in text(made)
    assert "forwarded" not in text(made)


def test_misses_failures_and_refusals_are_listed_behind_the_table():
    made = tally(
        ("shop", "record", Outcome(scope="s", missed=(MISS,), failures=("GET /a: 502",) * 2, notes=("no TLS",)))
    )
    refusal = Missed(method="CONNECT", url="b.example:443", text="no profile of this run owns b.example:443")
    made.refuse([refusal, refusal])

    assert text(made).splitlines()[2:] == [
        "recproxy: note: shop: no TLS",
        "recproxy: failed (2 times): shop: GET /a: 502",
        "recproxy: refused (2 times): no profile of this run owns b.example:443",
        "recproxy: miss: no recording fits GET /",
        "the closest is a.rec:3",
    ]


def test_a_miss_that_a_client_repeats_is_one_problem_with_a_count():
    other = Missed(method="GET", url="/b", text="recproxy: no recording fits GET /b")

    assert text(tally(("shop", "replay", Outcome(scope="s", missed=(MISS, other, *[MISS] * 19))))).splitlines()[2:] == [
        "recproxy: miss (20 times): no recording fits GET /",
        "the closest is a.rec:3",
        "recproxy: miss: no recording fits GET /b",
    ]


def test_many_misses_do_not_hide_what_failed_or_was_refused():
    missed = tuple(Missed(method="GET", url=f"/{number}", text=f"miss {number}") for number in range(21))
    made = tally(("shop", "replay", Outcome(scope="s", missed=missed, failures=("GET /a: 502",))))
    made.refuse([Missed(method="CONNECT", url="b.example:443", text="no profile of this run owns b.example:443")])

    lines = text(made).splitlines()
    assert lines[2:4] == [
        "recproxy: failed: shop: GET /a: 502",
        "recproxy: refused: no profile of this run owns b.example:443",
    ]
    assert lines[24:] == ["recproxy: and 1 more miss"]


def test_misses_are_grouped_by_test():
    def missed(test, number):
        told = f"recproxy: miss {number}\n\n  request  GET /{number}\n  test     {test}\n\nto record it: this\n"
        return Missed(method="GET", url=f"/{number}", text=told, test=test)

    one, two = missed("m.test_one", 1), missed("m.test_two", 2)
    made = tally(("shop", "replay", Outcome(scope="m.test_one", missed=(one,))))
    made.add("shop", Outcome(scope="m.test_two", missed=(two,)))
    made.add("shop", Outcome(scope="m.test_one", missed=(one, missed("m.test_one", 3))))

    lines = text(made).splitlines()[2:]
    assert [line for line in lines if line.startswith("recproxy")] == [
        "recproxy: miss in m.test_one (2 times): miss 1",
        "recproxy: miss in m.test_one: miss 3",
        "recproxy: miss in m.test_two: miss 2",
    ]
    assert lines[:5] == [
        "recproxy: miss in m.test_one (2 times): miss 1",
        "",
        "  request  GET /1",
        "",
        "to record it: this",
    ]


def test_of_many_problems_the_first_are_shown_and_the_rest_counted():
    missed = tuple(Missed(method="GET", url=f"/{number}", text=f"miss {number}") for number in range(25))

    lines = text(tally(("shop", "replay", Outcome(scope="s", missed=missed)))).splitlines()[2:]

    assert lines == [*(f"recproxy: miss: miss {number}" for number in range(20)), "recproxy: and 5 more misses"]


def test_what_was_written_is_said_by_file():
    made = tally(("shop", "record", Outcome(scope="s", redactions={"header authorization": 2, "cookie": 1})))
    made.written += [
        Written(Path("a.rec"), 1),
        Written(Path("b.rec"), 2, changed=False),
        Written(Path("a.rec"), 4, changed=False),
        Written(Path("c.failed.rec"), 3, failed=True, kept=True),
        Written(Path("d.failed.rec"), 1, failed=True),
    ]
    made.recovered.append(Written(Path("d.failed.rec"), 1, failed=True))

    assert text(made).splitlines()[2:] == [
        "recproxy: recovered 1 interaction from a killed run: d.failed.rec",
        "recproxy: wrote a.rec: 5 interactions",
        "recproxy: unchanged b.rec: 2 interactions",
        "recproxy: kept the old recording; the captured traffic is in c.failed.rec: 3 interactions",
        "recproxy: wrote no recording; the captured traffic is in d.failed.rec: 1 interaction",
        "recproxy: recorded 11 interactions in 4 files",
        "recproxy: redacted cookie 1, header authorization 2",
    ]


def test_profiles_that_nobody_asked_have_a_line_each():
    made = tally(("shop", "replay", Outcome(scope="s")))
    made.unasked |= {each: f"profile {each!r} was never asked" for each in ("shop", "bank")}

    assert text(made).splitlines()[2:] == [
        "recproxy: unasked: profile 'shop' was never asked",
        "recproxy: unasked: profile 'bank' was never asked",
    ]


def test_blocked_hosts_are_one_line_with_their_counts():
    made = tally(("shop", "replay", Outcome(scope="s")))
    made.blocked.update(["update.example", "beacon.example", "update.example"])

    assert text(made).splitlines()[2:] == ["recproxy: blocked beacon.example 1, update.example 2"]


def test_replayed_tokens_are_a_line_for_each_model():
    made = tally(("openai", "replay", Outcome(scope="s")))
    made.tokens += [
        TokenCount(profile="openai", model="small", responses=3, input=15, cached=6, output=9),
        TokenCount(profile="openai", model="vector", responses=1, input=2),
    ]

    assert text(made).splitlines()[2:] == [
        "recproxy: replayed tokens of small (openai): 15 input (6 cached), 9 output in 3 responses",
        "recproxy: replayed tokens of vector (openai): 2 input, 0 output in 1 response",
    ]


def test_standard_error_is_where_it_goes_by_default(capsys):
    print_report(tally(("shop", "replay", Outcome(scope="s"))))

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("recproxy   profile")


def test_nothing_from_traffic_reaches_a_terminal_raw(on_screen):
    made = tally(("shop", "record", Outcome(scope="s", failures=("GET /\x1b[2J\u202e: no",), missed=(MISS,))))
    made.notes.append("a note\x9b1A")

    for shown in (text(made), re.sub(r"\x1b\[[0-9;]*m", "", text(made, Terminal()))):
        assert "recproxy: failed: shop: GET /\\x1b[2J\\u202e: no" in shown
        assert "recproxy: note: a note\\x9b1A" in shown
        assert not set(shown.partition("recproxy: note")[2]) & set("\x1b\x9b\u202e")
