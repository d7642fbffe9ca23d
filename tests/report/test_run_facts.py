"""A tally as a report, and back."""

from pathlib import Path

from run_reports import REC, run_report

from recproxy.control.outcomes import Missed, Outcome, Unused
from recproxy.report import Tally, TokenCount, Written
from recproxy.report.run_facts import ReportPlaces, report_of, tally_of
from recproxy.report.run_report import (
    ProfileReport,
    ReportFinding,
    RequestReport,
    TestReport,
    UnusedInteraction,
    WrittenFile,
)

ROOT = Path("/project")
PLACES = ReportPlaces(root=ROOT, packages=[Path("/env/lib/site-packages/recproxy_shop/recordings")])


def missed(**more):
    return Missed(
        **{"method": "GET", "url": "https://a.example/\x1b[2J", "text": "recproxy: no\x1b", "test": "m.t"} | more
    )


def counted():
    tally = Tally()
    tally.enter("shop", "replay")
    outcome = Outcome(
        scope="m.t",
        played=1,
        seconds=0.1234567,
        missed=(
            missed(closest=f"/project/{REC}:12"),
            missed(closest=f"/project/{REC}:12"),
            missed(expected="/x/y.rec"),
        ),
        plays=(2, 0),
        files=((f"/project/{REC}", 2),),
        unused=(Unused(where=f"/project/{REC}:8", request="GET https://a.example/2", position=1),),
        failures=("GET /: no", "GET /: no"),
        notes=("a note",),
    )
    tally.end_test({"shop": outcome}, passed=False, seconds=0.5)
    tally.add("shop", outcome, passed=True)
    tally.add("shop", Outcome(scope="run", failures=("GET /: late",)))
    tally.end_test({"shop": Outcome(scope="run")}, passed=True)
    tally.refuse([Missed(method="CONNECT", url="b.example", text="no profile owns b.example")])
    tally.add_second_look([("shop", "b.rec: not kept")], {"header": 1})
    tally.unasked["bank"] = "profile 'bank' was never asked"
    tally.written.append(Written(ROOT / REC, 3, failed=True, links=("order_id.new-uuid",)))
    tally.tokens.append(TokenCount(profile="shop", model="m", responses=2, input=5, output=3))
    return tally


def test_a_report_has_what_the_tally_has_with_paths_of_the_project():
    report = report_of(counted(), PLACES, run_report(), ["shop"])

    miss = RequestReport(profile="shop", test="m.t", method="GET", url="https://a.example/\\x1b[2J", text="no\\x1b")
    assert report.profiles == (
        ProfileReport(
            name="shop",
            mode="replay",
            played=1,
            missed=3,
            failed=4,
            unused=1,
            requests=4,
            seconds=0.123,
            unused_fails=True,
            interactions_played={REC: (0,)},
            interactions_unused=(
                UnusedInteraction(path=REC, number=1, line=8, request="GET https://a.example/2", passed=True),
            ),
        ),
    )
    assert report.tests == (TestReport(name="m.t", passed=False, seconds=0.5, played=1, missed=3, failed=2),)
    assert [(each.path, each.line, each.count) for each in report.misses] == [(REC, 12, 2), ("../x/y.rec", 0, 1)]
    assert report.misses[0].text == miss.text
    assert report.misses[0].url == miss.url
    assert report.failures == (
        ReportFinding(text="shop: GET /: no", profile="shop", test="m.t", count=2),
        ReportFinding(text="shop: GET /: late", profile="shop", test="run"),
        ReportFinding(text="shop: b.rec: not kept", profile="shop"),
    )
    assert report.refusals == (ReportFinding(text="no profile owns b.example"),)
    assert report.unasked == (ReportFinding(text="profile 'bank' was never asked", profile="bank"),)
    assert report.notes == (ReportFinding(text="shop: a note"),)
    assert report.written == (WrittenFile(path=REC, interactions=3, failed=True, links=("order_id.new-uuid",)),)
    assert report.redactions == {"header": 1}


def test_a_recording_of_a_package_is_named_alike_wherever_it_is_installed():
    assert PLACES.name("/env/lib/site-packages/recproxy_shop/recordings/a.rec") == "recproxy_shop/recordings/a.rec"
    assert PLACES.place("/project/a b.yaml, interaction 2") == ("a b.yaml", 0)
    assert PLACES.place("(not in a file)") == ("(not in a file)", 0)


def test_a_report_makes_the_tally_that_its_table_is_printed_from():
    tally = counted()
    report = report_of(tally, PLACES, run_report())

    made = tally_of(report)

    row, wanted = made.rows["shop"], tally.rows["shop"]
    assert [getattr(row, name) for name in ("mode", "played", "missed", "failed", "unused")] == [
        getattr(wanted, name) for name in ("mode", "played", "missed", "failed", "unused")
    ]
    assert (len(made.misses), len(made.failures), len(made.refusals)) == (3, 4, 1)
    assert made.unasked == tally.unasked
    assert made.tokens == tally.tokens
    assert report_of(made, PLACES, run_report()).written == report.written
