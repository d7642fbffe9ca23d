"""Search over everything that recordings hold."""

import pytest

from recproxy.ui.opened_recordings import OpenedRecordings
from recproxy.ui.search import search

FOLDER = "tests/functional/recordings/shop"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("orders/17", [("orders.rec", 1, "address")]),
        ("ADA", [("orders.rec", 0, "response body")]),
        ("café", [("orders.rec", 1, "response body")]),
        ("blue pencil", [("orders.rec", 2, "request body")]),
        ("authorization bearer", [("leaky.rec", 0, "request headers"), ("orders.rec", 0, "request headers")]),
        ("grüße", [("mail.rec", 0, "mail")]),
        ("mountain", [("mail.rec", 0, "mail")]),
        ("354 mail.example", [("mail.rec", 0, "what the server says")]),
        ("test_orders 201", [("orders.rec", 2, "test")]),
        ("sk_live", []),
        ("nowhere", []),
        ("", []),
    ],
)
def test_words_are_found_wherever_a_person_reads_them(viewer, words, found):
    hits = viewer.search({"words": words})["hits"]

    assert [(each["name"].removeprefix(f"{FOLDER}/"), each["number"], each["where"]) for each in hits] == found


def test_hits_can_be_limited_to_a_profile_and_say_no_secret(viewer):
    assert viewer.search({"words": "orders", "profile": "other"})["hits"] == []
    (hit,) = viewer.search({"words": "phone token"})["hits"]
    assert "sk_live" not in str(hit)


def test_a_search_ends_when_its_tab_begins_another(files):
    asked = []

    def is_wanted():
        asked.append(1)
        return len(asked) < 3

    hits, has_more = search(["shop.example"], files, OpenedRecordings(files), is_wanted=is_wanted)

    assert (len(hits), has_more, len(asked)) == (2, True, 3)
