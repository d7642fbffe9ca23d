"""How far a verb is."""

import io

from command_line import recproxy

from recproxy.cli.progress import ProgressLines

REC = "#recproxy 2\n\nGET https://a.example/ HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\nhi\n=======\n"


def test_lines_have_the_rate_and_what_is_left_and_come_seldom():
    now = [100.0]
    stream = io.StringIO()
    lines = ProgressLines(20_000_000, "scanning", stream, clock=lambda: now[0])

    for second, done in ((104, 1), (106, 6_000_000), (108, 7_000_000), (112, 12_000_000)):
        now[0] = second
        lines.advance(done)

    assert stream.getvalue().splitlines() == [
        "recproxy: scanning: 6.0 of 20.0 MB, 1.0 MB/s, 14 s left",
        "recproxy: scanning: 12.0 of 20.0 MB, 1.0 MB/s, 8 s left",
    ]


def test_what_is_no_bytes_is_counted_in_its_unit():
    now = [100.0]
    stream = io.StringIO()
    lines = ProgressLines(40, "verifying shop", stream, clock=lambda: now[0], unit="requests")

    now[0] = 108
    lines.advance(12)

    assert stream.getvalue() == "recproxy: verifying shop: 12 of 40 requests, 1.5 requests/s, 19 s left\n"


def test_nothing_is_shown_without_a_terminal_unless_it_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr("recproxy.cli.progress._PAUSE", 0.0)
    (tmp_path / "a.rec").write_text(REC)

    for verb in ("check", "scan"):
        assert "MB/s" not in recproxy(verb, "a.rec", folder=tmp_path).stderr
        assert "MB/s" in recproxy("-v", verb, "a.rec", folder=tmp_path).stderr
        assert "MB/s" not in recproxy("-q", "-v", verb, "a.rec", folder=tmp_path).stderr
