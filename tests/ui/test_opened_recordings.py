"""Recordings as they are opened: masked, marked, and read again when they change."""

from recproxy.ui.opened_recordings import OpenedRecordings

FOLDER = "tests/functional/recordings/shop"


def test_secrets_are_masked_and_marked_where_they_are(files, project):
    opened = OpenedRecordings(files).open(project / FOLDER / "leaky.rec")

    masked = opened.masked(0)
    assert b"sk_live_" not in masked.response.body + masked.request.headers[0][1]
    assert b"555" not in masked.response.body  # the profile's own rule
    assert [(each.source, each.line, each.number) for each in opened.marks()][:1] == [("scan", 4, 0)]
    assert {each.line for each in opened.marks()} == {4, 10}
    assert opened.secrets(0) >= 3


def test_a_recording_is_kept_until_its_file_changes(files, project):
    recordings, path = OpenedRecordings(files), project / FOLDER / "orders.rec"
    first = recordings.open(path)
    assert recordings.open(path) is first

    path.write_text(path.read_text().replace("ada", "bob"))

    again = recordings.open(path)
    assert again.sha != first.sha
    assert b"bob" in again.masked(0).response.body


def test_interactions_are_masked_in_parts_that_know_each_other(files, project):
    secret = "hunter2hunter2hunter2"
    block = "\nGET https://shop.example/{} HTTP/1.1\n{}\n====\nHTTP/1.1 200 OK\n\n{}\n=======\n"
    blocks = [block.format(0, f"Authorization: Bearer {secret}\n", "none")]
    blocks += [block.format(number, "", f"said {secret}") for number in range(1, 601)]
    path = project / FOLDER / "many.rec"
    path.write_text("#recproxy 2\n" + "".join(blocks))

    opened = OpenedRecordings(files).open(path)

    assert opened.masked(600).response.body == b"said XXX"
    assert opened.marks()
    # The last one names what stands in the first.
    path.write_text("#recproxy 2\n" + "".join(reversed(blocks)))
    assert OpenedRecordings(files).open(path).masked(0).response.body == b"said XXX"


def test_a_body_that_is_too_large_is_not_shown(files, project):
    path = project / FOLDER / "large.rec"
    path.write_bytes(
        b"#recproxy 2\n\nGET https://shop.example/ HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n"
        + b"a " * 2_500_000
        + b"\n=======\n"
    )

    opened = OpenedRecordings(files).open(path)

    assert opened.masked(0).response.omitted == 5_000_000
    assert (opened.is_checked, opened.marks()) == (False, ())


def test_a_conversation_of_very_many_messages_is_not_checked(files, project):
    path = project / FOLDER / "socket.rec"
    said = "< {}\n" * 10_001
    head = "GET wss://shop.example/live HTTP/1.1\n\n====\nHTTP/1.1 101 Switching Protocols\n\n"
    path.write_text(f"#recproxy 2\n\n{head}{said}=======\n")

    assert not OpenedRecordings(files).open(path).is_checked
    path.write_text(f"#recproxy 2\n\n{head}{said[:50]}=======\n")
    assert OpenedRecordings(files).open(path).is_checked
