"""The interactions that a page shows: found by a report's places, and masked once more."""

from run_reports import run_report

from recproxy.redaction.rules import RedactionRules
from recproxy.report.page.shown import PageSources, ShownInteractions
from recproxy.report.run_facts import ReportPlaces
from recproxy.report.run_report import ProfileReport, RequestReport, TimelineEntry, UnusedInteraction

TEXT = """#recproxy 2

:scope m.test_a
GET https://a.example/1?key=XXX HTTP/1.1
Authorization: Bearer left-in-by-hand-1234567

====
HTTP/1.1 200 OK

one own-value
=======

:scope m.test_b
GET https://a.example/2 HTTP/1.1

====
HTTP/1.1 200 OK

two
=======

:scope m.test_a
GET https://a.example/3 HTTP/1.1

====
HTTP/1.1 200 OK

three
=======
"""


def entry(result="played", number=-1, test="m.test_a", url="https://a.example/3", path="r/a.rec"):
    return TimelineEntry(
        profile="shop", test=test, lane="default", method="GET", url=url, result=result, started=0, seconds=0, path=path, number=number
    )  # fmt: skip


def shown(root, **report):
    (root / "r").mkdir()
    (root / "r/a.rec").write_text(TEXT)
    sources = PageSources(places=ReportPlaces(root=root), rules={"shop": RedactionRules(values=("own-value",))})
    return ShownInteractions(run_report(**report), sources)


def test_entries_misses_and_unused_ones_share_what_they_point_at(tmp_path):
    miss = RequestReport(profile="shop", test="m.test_a", method="GET", url="/", text="no", path="r/a.rec", line=14)
    unused = UnusedInteraction(path="r/a.rec", number=2, line=23, request="GET /", passed=True)

    found = shown(
        tmp_path,
        misses=(miss,),
        profiles=(ProfileReport(name="shop", mode="replay", interactions_unused=(unused,)),),
        timeline=(entry(number=1), entry(number=0), entry(number=1), entry("missed", path=""), entry(number=9)),
    )

    assert (found.misses, found.timeline, found.unused) == ([0], [0, 1, 0, None, None], [2])
    assert [(path, number, each.response.body) for path, number, each in found.values][::2] == [
        ("r/a.rec", 1, b"two"),
        ("r/a.rec", 2, b"three"),
    ]


def test_what_was_recorded_is_found_by_its_test_and_request(tmp_path):
    timeline = (
        entry("recorded"),
        entry("recorded", url="https://a.example/1?key=other"),
        entry("recorded"),
        entry("recorded", test="m.test_b"),
    )

    found = shown(tmp_path, timeline=timeline)

    assert [number if number is None else found.values[number][1] for number in found.timeline] == [2, 0, None, None]


def test_secrets_in_recordings_that_others_made_are_masked(tmp_path):
    found = shown(tmp_path, timeline=(entry(number=0),))

    interaction = found.values[0][2]
    assert "left-in-by-hand" not in repr(interaction.request)
    assert b"own-value" not in interaction.response.body


def test_a_report_leads_to_no_file_outside_of_the_project(tmp_path):
    (tmp_path / "secret.rec").write_text(TEXT)
    root = tmp_path / "project"
    root.mkdir()

    found = shown(
        root, timeline=(entry(number=0, path="../secret.rec"), entry(number=0, path=str(tmp_path / "secret.rec")))
    )

    assert found.timeline == [None, None]


def test_a_recording_that_is_gone_or_broken_shows_nothing(tmp_path):
    (tmp_path / "broken.rec").write_text("#recproxy 2\n\nGET\n")

    found = shown(tmp_path, timeline=(entry(number=0, path="broken.rec"), entry(number=0, path="gone.rec")))

    assert found.timeline == [None, None]


def test_a_large_body_is_not_shown(tmp_path):
    (tmp_path / "large.rec").write_text(TEXT.replace("three", "x" * 300_000))

    found = shown(tmp_path, timeline=(entry(number=2, path="large.rec"),))

    response = found.values[0][2].response
    assert (response.body, response.omitted) == (b"", 300_000)
