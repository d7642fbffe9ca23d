"""Edits of a recording's text: what changes, and that nothing else does."""

import difflib

import pytest

from recproxy.errors import RecordingError
from recproxy.matching.index import Index
from recproxy.matching.rules import Rules
from recproxy.recording import load
from recproxy.ui.edits import blocks_of, edited
from recproxy.ui.opened_recordings import OpenedRecordings

FOLDER = "tests/functional/recordings/shop"


@pytest.fixture
def orders(files, project):
    return OpenedRecordings(files).open(project / FOLDER / "orders.rec")


def changed(opened, text):
    """The lines that an edit took out, and those that it put in."""
    lines = difflib.ndiff(opened.data.decode().splitlines(), text.decode().splitlines())
    return [line for line in lines if line[0] in "+-"]


def selection(opened, number, part):
    start = blocks_of(opened).shown(number).index(part)
    return {"kind": "mask", "number": number, "start": start, "end": start + len(part)}


def test_a_selection_becomes_a_wild_word(orders):
    done = edited(orders, selection(orders, 1, "17"))

    assert changed(orders, done.text) == [
        "- GET https://shop.example/orders/17 HTTP/1.1",
        "+ GET https://shop.example/orders/XXX HTTP/1.1",
    ]
    assert (done.touched, done.number) == ((1,), 1)


def test_a_value_gets_one_name_wherever_it_stands(orders):
    done = edited(orders, selection(orders, 1, "17") | {"name": "order", "everywhere": True})

    assert changed(orders, done.text) == [
        '-   "orders": [17, 18],',
        '+   "orders": [XXX[order], 18],',
        "- GET https://shop.example/orders/17 HTTP/1.1",
        "+ GET https://shop.example/orders/XXX[order] HTTP/1.1",
        '-   "id": 17,',
        '+   "id": XXX[order],',
    ]
    assert done.touched == (1, 0)
    assert load(done.text).interactions[1].request.url.endswith("/XXX[order]")


TREE = """#recproxy 2

POST https://shop.example/orders HTTP/1.1
Content-Type: application/json

{"items": [{"sku": "a-1", "é": "x\\"y", "é": null}, [], {}], "note": ""}
====
HTTP/1.1 201 Created
Content-Type: application/json

{
  "id": 17,
  "sku": "a-1",
  "items": [
    {"n": 1.5}
  ]
}
=======
"""


@pytest.fixture
def tree(files, project):
    (project / FOLDER / "tree.rec").write_text(TREE)
    return OpenedRecordings(files).open(project / FOLDER / "tree.rec")


def in_tree(side, *path, **more):
    return {"kind": "mask", "number": 0, "side": side, "path": list(path), **more}


@pytest.mark.parametrize(
    ("edit", "line"),
    [
        (in_tree("request", 0, 0, 0), '"sku": "XXX", "é"'),
        (in_tree("request", 0, 0, 1), '"é": "XXX", "é": null'),
        (in_tree("request", 0, 0, 2, name="it"), '"é": XXX[it]}, []'),
        (in_tree("request", 0, 0), '"items": ["XXX", [], {}]'),
        (in_tree("request", 0, 1), ', "XXX", {}]'),
        (in_tree("request", 0, name="all"), '{"items": "XXX[all]", "note"'),
        (in_tree("request", 1), '"note": "XXX"}'),
        (in_tree("request", 1, everywhere=True), '"note": "XXX"}'),
        (in_tree("request"), '"XXX"'),
        (in_tree("response", 0, name="id"), '  "id": XXX[id],'),
        (in_tree("response", 1), '  "sku": "XXX",'),
        (in_tree("response", 2, 0, 0, name="n"), '    {"n": XXX[n]}'),
        (in_tree("request", 0, 0, 0, name="sku", everywhere=True), '  "sku": "XXX[sku]",'),
    ],
)
def test_a_value_of_a_tree_is_masked_in_the_file(tree, edit, line):
    text = edited(tree, edit).text
    assert (line in text.decode(), load(text).interactions != tree.recording.interactions) == (True, True)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (in_tree("request", 0, 9), "no such value"),
        (in_tree("request", 1, 0), "no such value"),
        (in_tree("request", -1), "by numbers"),
        (in_tree("request", "0"), "by numbers"),
        (in_tree("response", 2), "choose a value in it"),
        (in_tree("response", 0), "needs a name"),
        (in_tree("response", 9), "no such value"),
        (in_tree("response", 0, name="a b"), "a name has letters"),
    ],
)
def test_what_is_no_value_of_a_tree_is_refused(tree, edit, said):
    with pytest.raises(RecordingError, match=said):
        edited(tree, edit)


def test_of_a_webhook_the_request_is_what_a_replay_sends(files, project):
    body = '{"id": 17}\n====\nHTTP/1.1 200 OK\n\n{"ok": [1]}\n=======\n'
    text = f"#recproxy 2\n\n:webhook 0.25\nPOST webhook://events/hooks HTTP/1.1\n\n{body}"
    (project / FOLDER / "hook.rec").write_text(text)
    opened = OpenedRecordings(files).open(project / FOLDER / "hook.rec")

    assert b'{"id": XXX[id]}' in edited(opened, in_tree("request", 0, name="id")).text
    assert b'{"ok": "XXX"}' in edited(opened, in_tree("response", 0)).text
    with pytest.raises(RecordingError, match="needs a name"):
        edited(opened, in_tree("request", 0))


def test_a_list_of_a_request_that_is_masked_matches_any(tree):
    after = load(edited(tree, in_tree("request", 0)).text)
    other = TREE.replace('[{"sku": "a-1", "é": "x\\"y", "é": null}, [], {}]', '"none"')
    live = load(other.encode()).interactions[0].request
    assert Index([after], Rules(), ()).find(live).tiers
    assert not Index([tree.recording], Rules(), ()).find(live).tiers


def test_characters_are_counted_as_a_person_does(files, project):
    path = project / FOLDER / "wide.rec"
    path.write_text(
        "#recproxy 2\n\nGET https://shop.example/ HTTP/1.1\nX: 😀é token\n\n====\nHTTP/1.1 200 OK\n\n=======\n"
    )
    opened = OpenedRecordings(files).open(path)

    assert changed(opened, edited(opened, selection(opened, 0, "token")).text) == ["- X: 😀é token", "+ X: 😀é XXX"]


def test_a_block_with_another_wild_word_gets_that_word(files, project):
    path = project / FOLDER / "wild.rec"
    path.write_text(
        "#recproxy 2\n\nGET https://shop.example/XXX/7 HTTP/1.1\n:wild ZZZ\n\n====\nHTTP/1.1 200 OK\n\n7\n=======\n"
    )
    opened = OpenedRecordings(files).open(path)

    done = edited(opened, selection(opened, 0, "7 HTTP"[:1]) | {"name": "n", "everywhere": True})

    assert b"/XXX/ZZZ[n] HTTP" in done.text
    assert b"\nXXX[n]\n" in done.text


@pytest.mark.parametrize(
    ("part", "more", "said"),
    [
        (":scope", {}, "this part cannot be masked"),
        ("====", {}, "this part cannot be masked"),
        ("HTTP/1.1\n\n", {}, "select a part of one line"),
        ("17", {"name": "a b"}, "a name has letters"),
        ("17", {"end": 10_000}, "select a part"),
        ("17", {"start": True}, "select a part"),
    ],
)
def test_what_cannot_be_masked_is_refused(orders, part, more, said):
    with pytest.raises(RecordingError, match=said):
        edited(orders, selection(orders, 1, part) | more)


def test_interactions_are_deleted_and_put_elsewhere(orders):
    def urls(text):
        return [each.request.url.removeprefix("https://shop.example/") for each in load(text).interactions]

    assert urls(edited(orders, {"kind": "delete", "numbers": [0, 2]}).text) == ["orders/17"]
    assert urls(edited(orders, {"kind": "reorder", "number": 2, "to": 0}).text) == [
        "orders",
        "orders?page=1",
        "orders/17",
    ]
    moved = edited(orders, {"kind": "move", "numbers": [1]})
    assert (urls(moved.text), urls(b"#recproxy 2\n" + moved.moved)) == (["orders?page=1", "orders"], ["orders/17"])
    assert load(edited(orders, {"kind": "delete", "numbers": [0, 1, 2]}).text).comments == ("orders of one customer",)


def test_a_text_replaces_one_interaction(orders):
    text = blocks_of(orders).shown(0).replace("ada", "bob")

    assert changed(orders, edited(orders, {"kind": "text", "number": 0, "text": f"\n{text}\n\n"}).text) == [
        '-   "owner": "ada"',
        '+   "owner": "bob"',
    ]


def test_what_scan_finds_is_masked_at_once(files, project):
    opened = OpenedRecordings(files).open(project / FOLDER / "leaky.rec")

    done = edited(opened, {"kind": "fix"})

    assert b"sk_live_" not in done.text
    assert b"Authorization: Bearer XXX" in done.text


@pytest.mark.parametrize(
    "edit",
    [
        {},
        {"kind": "unknown"},
        {"kind": "text", "number": 0, "text": " "},
        {"kind": "text", "number": 0, "text": "\ud800"},
        {"kind": "text", "number": 3, "text": "x"},
        {"kind": "text", "number": "0", "text": "x"},
        {"kind": "delete", "numbers": []},
        {"kind": "delete", "numbers": 0},
        {"kind": "delete", "numbers": [-1]},
        {"kind": "reorder", "number": 0, "to": 3},
        {"kind": "fix"},
    ],
)
def test_an_edit_of_another_shape_is_refused(orders, edit):
    with pytest.raises(RecordingError):
        edited(orders, edit)


def test_a_recording_of_another_tool_is_not_changed(files, project):
    path = project / FOLDER / "cassette.yaml"
    path.write_text("interactions: []\nversion: 1\n")

    with pytest.raises(RecordingError, match="cannot be changed here"):
        edited(OpenedRecordings(files).open(path), {"kind": "fix"})
