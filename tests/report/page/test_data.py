"""The data of a page as plain values."""

import json

from run_reports import REC, full_report

from recproxy.report.page.bodies import BodyTable
from recproxy.report.page.data import page_data
from recproxy.report.page.shown import PageSources, ShownInteractions
from recproxy.report.run_facts import ReportPlaces
from recproxy.report.run_report import TimelineEntry

TEXT = """#recproxy 2

GET https://a.example/0 HTTP/1.1
Accept: */*

====
HTTP/1.1 404 Gone\x00away
:fault delay 1
Content-Type: application/json

{"id": "XXX"}
=======

:scope mail
SMTP smtp://a.example:25
< 220 hi
> QUIT
=======
"""


def data(root, bodies=1000):
    path = root / REC
    path.parent.mkdir(parents=True)
    path.write_text(TEXT.replace("\x00", " "))
    common = {"profile": "shop", "test": "m.t", "lane": "gw0", "result": "played", "path": REC}
    timeline = (
        TimelineEntry(method="GET", url="https://a.example/0", started=0.5, seconds=0.25, status=404, bytes=13, number=0, line=3, **common),
        TimelineEntry(method="SMTP", url="smtp://a.example:25", started=1, seconds=0, number=1, fault="reset", **common),
    )  # fmt: skip
    report = full_report()
    report = type(report)(
        **{name: getattr(report, name) for name in report.__dataclass_fields__}
        | {"timeline": timeline, "timeline_left_out": 3}
    )
    return page_data(report, ShownInteractions(report, PageSources(places=ReportPlaces(root=root))), BodyTable(bodies))


def test_requests_are_rows_whose_names_stand_once(tmp_path):
    found = data(tmp_path)

    assert found["names"] == ["shop", "m.t", "gw0", "played"]
    assert found["requests"] == [
        [0, 1, 2, "GET", "https://a.example/0", 3, 0.5, 0.25, 404, 13, 0, ""],
        [0, 1, 2, "SMTP", "smtp://a.example:25", 3, 1, 0, 0, 0, 1, "reset"],
    ]
    assert found["requests_left_out"] == 3


def test_interactions_have_their_place_headers_and_bodies(tmp_path):
    found = data(tmp_path)

    http, mail = found["interactions"]
    assert (http["path"], http["line"], http["method"]) == (REC, 3, "GET")
    assert http["request"] == {"headers": [["Accept", "*/*"]], "body": None, "trailers": []}
    assert (http["response"]["status"], http["response"]["reason"], http["response"]["fault"]) == (
        404,
        "Gone away",
        "delay 1",
    )
    assert found["bodies"][http["response"]["body"]]["kind"] == "json"
    assert (mail["scope"], [each["who"] for each in mail["steps"]]) == ("mail", ["server", "client"])


def test_all_that_a_report_says_is_there(tmp_path):
    found = data(tmp_path)

    assert [each["text"] for each in found["findings"]["refusals"]] == ["no profile of this run owns b.example"]
    assert (found["misses"][0]["count"], found["misses"][0]["interaction"]) == (2, 0)
    assert (found["unused"][0]["profile"], found["unused"][0]["interaction"]) == ("shop", 1)
    assert (found["written"][0]["path"], found["run"]["exit_code"]) == (REC, 3)
    assert "interactions_played" not in found["profiles"][0]
    json.dumps(found)


def test_a_proof_has_the_tests_that_do_not_replay_and_what_is_saved(tmp_path):
    found = data(tmp_path)

    assert found["proof"]["failed"] == [
        {
            "test": "test_m.test_bad[a.b]",
            "cause": "random value",
            "way": "as recorded",
            "text": f"it is <b>new</b>\nrequest  GET https://a.example/\nrecorded {REC}:3\nto mend it: in a.toml",
        }
    ]
    assert (found["proof"]["tests"], found["proof"]["notes"]) == (2, ["not in parallel"])
    assert found["proof"]["saves"].startswith("each replay saves 2 requests, 1.5 s of waiting for services; ")
    assert [each["shared_with"] for each in found["wanted"]] == [("test_m.test_ok",)]
