"""Pull and push, with the stores that fsspec has in memory and on disk."""

import contextlib
import fcntl
import json
import os
import secrets
import threading

import pytest

pytest.importorskip("fsspec")

import fsspec
from checkouts import TEXT, Checkout

from recproxy.errors import RecordingError
from recproxy.stores.store import Store


@pytest.fixture(params=["memory", "file"])
def url(request, tmp_path):
    place = f"/suite-{secrets.token_hex(8)}" if request.param == "memory" else str(tmp_path / "store")
    yield f"{request.param}://{place}"
    if request.param == "memory":
        fsspec.filesystem("memory").rm(place, recursive=True)


@pytest.fixture
def one(tmp_path, url):
    made = Checkout(tmp_path / "one", url)
    for number in range(20):
        made.write(f"shop/{number}.rec", TEXT + str(number))
    assert made.push().problems == []
    return made


@pytest.fixture
def two(tmp_path, url, one):
    made = Checkout(tmp_path / "two", url)
    made.take_lock(one)
    return made


def test_what_one_has_pushed_another_pulls_byte_for_byte_and_needs_no_store_then(one, two):
    got = two.pull()

    assert (len(got.done), got.kept, got.problems) == (20, [], [])
    assert all(two.text(f"shop/{number}.rec") == one.text(f"shop/{number}.rec") for number in range(20))
    assert got.size == sum(file.size for file in one.lock.values())
    two.opened = 0
    again = two.pull()
    assert (again.done, two.opened) == ([], 0)
    assert one.push().done == [] and one.opened == 1


def test_a_transfer_tells_how_much_of_all_is_done(one, two):
    told = {}

    def watched(name):
        @contextlib.contextmanager
        def progress(total):
            told[name] = [total]
            yield told[name].append

        return progress

    whole = sum(file.size for file in one.lock.values())

    two.pull(progress=watched("pull"))
    one.push(progress=watched("nothing to do"))
    one.push(again=True, progress=watched("push"))

    assert set(told) == {"pull", "push"}
    assert all((total, done[-1], done) == (whole, whole, sorted(done)) for total, *done in told.values())


def test_a_recording_that_was_changed_here_is_kept_unless_it_is_given_up(one, two):
    two.pull()
    two.write("shop/1.rec", "mine")

    got = two.pull()

    assert (got.done, got.kept, two.text("shop/1.rec")) == ([], ["shop/1.rec"], "mine")
    assert two.pull(replace=True).done == ["shop/1.rec"]
    assert two.text("shop/1.rec") == TEXT + "1"


def test_a_missing_object_is_named_and_the_others_come(one, two):
    system, place = one.place("shop/3.rec")
    system.rm_file(place)

    got = two.pull()

    assert len(got.done) == 19 and not (two.folder / "shop/3.rec").exists()
    (line,) = got.problems
    assert line.startswith("shop/3.rec: cannot be pulled: ") and line.endswith(
        "whoever recorded it runs `recproxy push`"
    )
    assert one.push(again=True).size == one.lock["shop/3.rec"].size
    assert two.pull().done == ["shop/3.rec"]


@pytest.mark.parametrize("text", [TEXT.upper() + "4", TEXT + "4 and more", ""])
def test_a_changed_or_torn_object_is_named_and_never_becomes_a_recording(one, two, text):
    system, place = one.place("shop/4.rec")
    system.pipe_file(place, text.encode())

    got = two.pull()

    assert len(got.done) == 19 and not (two.folder / "shop/4.rec").exists()
    assert got.problems[0].startswith("shop/4.rec: ")
    assert one.push(again=True).problems == []
    assert two.pull().done == ["shop/4.rec"] and two.text("shop/4.rec") == TEXT + "4"


def test_an_upload_that_tears_leaves_no_object_and_no_line_in_the_lock(one, monkeypatch):
    def torn(self, name, path, file, place):
        with self._system.open(place, "wb") as target:
            target.write(path.read_bytes()[:10])

    one.write("shop/new.rec")
    one.write("shop/0.rec", "changed for good")
    before = dict(one.lock)
    monkeypatch.setattr(Store, "_send", torn)
    got = one.push()
    monkeypatch.undo()

    assert got.done == [] and dict(one.lock) == before
    assert {line.partition(": ")[0] for line in got.problems} == {"shop/new.rec", "shop/0.rec"}
    assert "10 of 1400 bytes have arrived" in next(line for line in got.problems if "new" in line)
    system, root = one.open()._system, one.open()._root
    assert [place for place in system.find(root) if place.endswith(".part")] == []
    assert sorted(one.push().done) == ["shop/0.rec", "shop/new.rec"]


def test_a_pull_that_stops_goes_on_where_it_was(one, two, monkeypatch):
    pieces = Store.pieces

    def stopping(self, name, file, start):
        for piece in pieces(self, name, file, start):
            yield piece[:100]
            raise RecordingError(f"{name}: the network has gone")

    monkeypatch.setattr(Store, "pieces", stopping)
    stopped = two.pull()
    monkeypatch.undo()
    assert len(stopped.problems) == 20 and list(two.folder.glob("shop/*")) == []

    got = two.pull()

    assert (len(got.done), got.problems) == (20, [])
    assert got.size == sum(file.size - 100 for file in one.lock.values())
    assert two.text("shop/7.rec") == TEXT + "7"


def test_two_pushers_of_one_recording_lose_nothing(one, two):
    two.pull()
    one.write("shop/5.rec", "of one")
    two.write("shop/5.rec", "of two")
    results = []
    pushers = [threading.Thread(target=lambda each=each: results.append(each.push())) for each in (one, two)]
    for pusher in pushers:
        pusher.start()
    for pusher in pushers:
        pusher.join()

    assert [result.problems for result in results] == [[], []]
    for each, text in ((one, "of one"), (two, "of two")):
        (each.folder / "shop/5.rec").unlink()
        assert each.pull().done == ["shop/5.rec"] and each.text("shop/5.rec") == text
    # git gets a conflict in one line, which names the recording.
    lines = [(each.root / "recproxy.lock").read_text().splitlines() for each in (one, two)]
    assert [a.strip().partition(":")[0] for a, b in zip(*lines, strict=True) if a != b] == ['"shop/5.rec"']


def test_two_at_once_in_one_folder_are_told(one):
    handle = os.open(one.folder / ".pulled/lock", os.O_RDWR)
    fcntl.flock(handle, fcntl.LOCK_EX)

    with pytest.raises(RecordingError, match="another `recproxy pull` or `push` works here: wait for its end"):
        one.push()
    os.close(handle)
    assert one.push().problems == []


def test_a_recording_that_is_not_here_stays_in_the_lock_unless_it_is_dropped(one):
    (one.folder / "shop/6.rec").unlink()

    got = one.push()

    assert (got.kept, "shop/6.rec" in one.lock) == (["shop/6.rec"], True)
    assert one.push(prune=True).kept == [] and "shop/6.rec" not in one.lock


def test_a_link_in_the_place_of_a_recording_is_not_followed(one, two, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "8.rec").write_text("precious")
    (two.folder / "shop").symlink_to(outside)

    got = two.pull()

    assert got.done == [] and len(got.problems) == 20
    assert (outside / "8.rec").read_text() == "precious" and len(list(outside.iterdir())) == 1


def test_a_folder_of_recordings_that_is_a_link_out_of_the_project_is_refused(one, two, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    two.folder.rmdir()
    two.folder.symlink_to(outside)

    for transfer in (two.pull, two.push):
        with pytest.raises(RecordingError, match="leads out of"):
            transfer()
    assert list(outside.iterdir()) == []


def test_a_lock_of_somebody_else_writes_nowhere_else(two, tmp_path):
    lock = json.loads((two.root / "recproxy.lock").read_text())
    lock["files"]["../../evil.rec"] = lock["files"]["shop/1.rec"]
    (two.root / "recproxy.lock").write_text(json.dumps(lock))

    with pytest.raises(Exception, match="is no name of a recording"):
        two.pull()
    assert not (tmp_path / "evil.rec").exists()


def test_a_recording_that_changes_while_it_is_pushed_is_pushed_again(one, monkeypatch):
    send = Store._send

    def changing(self, name, path, file, place):
        path.write_text("changed meanwhile")
        send(self, name, path, file, place)

    one.write("shop/new.rec")
    monkeypatch.setattr(Store, "_send", changing)
    got = one.push()
    monkeypatch.undo()

    assert got.problems == ["shop/new.rec: it was changed while it was pushed: push it again"]
    assert "shop/new.rec" not in one.lock
    assert one.push().done == ["shop/new.rec"]
