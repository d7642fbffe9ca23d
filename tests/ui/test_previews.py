"""What an edit would do: what would then match, and what is refused."""

import pytest

from recproxy.ui import opened_recordings
from recproxy.ui.edits import blocks_of, edited
from recproxy.ui.opened_recordings import OpenedRecordings
from recproxy.ui.previews import preview

FOLDER = "tests/functional/recordings/shop"


@pytest.fixture
def orders(files, project):
    return OpenedRecordings(files).open(project / FOLDER / "orders.rec")


def text_edit(opened, number, old, new):
    return edited(opened, {"kind": "text", "number": number, "text": blocks_of(opened).shown(number).replace(old, new)})


def test_a_wider_request_also_answers_what_another_answered(files, project):
    path = project / FOLDER / "two.rec"
    block = "\nGET https://shop.example/orders/{0} HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n{0}\n=======\n"
    path.write_text("#recproxy 2\n" + block.format(1) + block.format(2))
    opened = OpenedRecordings(files).open(path)

    found = preview(opened, edited(opened, {"kind": "delete", "numbers": [1]}))
    assert found.answers == ({"number": 1, "request": "GET https://shop.example/orders/2", "before": [1], "after": []},)
    found = preview(opened, text_edit(opened, 0, "orders/1", "orders/XXX"))
    assert [(each["number"], each["after"]) for each in found.answers] == [(0, [0])]
    found = preview(opened, text_edit(opened, 0, "orders/1", "orders/2"))
    assert [(each["number"], each["before"], each["after"]) for each in found.answers] == [
        (0, [0], []),
        (1, [1], [0, 1]),
    ]


def test_a_text_that_does_not_parse_is_refused_with_its_line(orders):
    assert preview(orders, text_edit(orders, 1, "====\nHTTP", "HTTP")).problem.startswith(f"{FOLDER}/orders.rec:")


def test_more_secrets_than_before_are_refused(orders):
    secret = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"

    found = preview(orders, text_edit(orders, 0, "Bearer XXX", f"Bearer {secret}"))

    assert "scan would find a secret that is not there now: " in found.problem
    assert secret not in str(found)


def test_an_edit_of_a_recording_with_secrets_is_allowed_if_it_adds_none(files, project):
    opened = OpenedRecordings(files).open(project / FOLDER / "leaky.rec")

    assert preview(opened, text_edit(opened, 0, "200 OK", "200 Fine")).problem == ""


def test_what_a_recording_holds_is_found_out_once_for_all_edits(orders, monkeypatch):
    looks = []
    look = opened_recordings.looked_through
    monkeypatch.setattr(opened_recordings, "looked_through", lambda *what: looks.append(what) or look(*what))

    for words in ("200 Fine", "200 Good"):
        assert preview(orders, text_edit(orders, 0, "200 OK", words)).problem == ""
    assert orders.marks() == orders.marks()

    assert looks == [(orders.recording, orders.data, orders.rules)]


def test_what_check_would_say_is_said(orders):
    found = preview(orders, text_edit(orders, 2, "item=blue+pencil&count=2", "XXX"))

    assert [kind for kind, _ in found.found] == ["swallows"]


def test_pieces_that_are_no_longer_those_of_the_body_are_refused(files, project):
    path = project / FOLDER / "pieces.rec"
    path.write_text(
        "#recproxy 2\n\nGET https://shop.example/ HTTP/1.1\n\n====\nHTTP/1.1 200 OK\nTransfer-Encoding: chunked\n:chunks 2 3\n\nhello\n=======\n"
    )
    opened = OpenedRecordings(files).open(path)

    assert "the sizes of :chunks" in preview(opened, text_edit(opened, 0, "hello", "hello you")).problem
