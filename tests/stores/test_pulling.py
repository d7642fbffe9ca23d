"""Pull, from the stores that fsspec has in memory and on disk."""

import contextlib
import json

import pytest

pytest.importorskip("fsspec")

from checkouts import TEXT

from recproxy.errors import ConfigurationError, RecordingError
from recproxy.stores import pulling
from recproxy.stores.store import Store


def test_what_one_has_pushed_another_pulls_byte_for_byte_and_needs_no_store_then(one, two):
    got = two.pull()

    assert (len(got.done), got.kept, got.problems) == (12, {}, [])
    assert all(two.text(f"shop/{number}.rec") == one.text(f"shop/{number}.rec") for number in range(12))
    assert got.size == sum(file.size for file in one.lock.values())
    two.opened = 0
    again = two.pull()
    assert (again.done, two.opened) == ([], 0)
    assert one.push().done == [] and one.opened == 1


def test_a_recording_that_was_changed_here_is_kept_unless_it_is_given_up(one, two):
    two.pull()
    two.write("shop/1.rec", "mine")

    got = two.pull()

    assert (got.done, list(got.kept), two.text("shop/1.rec")) == ([], ["shop/1.rec"], "mine")
    assert two.pull(replace=True).done == ["shop/1.rec"]
    assert two.text("shop/1.rec") == TEXT + "1"


def test_a_missing_object_is_named_and_the_others_come(one, two):
    system, place = one.place("shop/3.rec")
    system.rm_file(place)

    got = two.pull()

    assert len(got.done) == 11 and not (two.folder / "shop/3.rec").exists()
    (line,) = got.problems
    assert line.startswith("shop/3.rec: cannot be pulled: ") and line.endswith(
        "whoever has the recording runs `recproxy push --again`"
    )
    assert one.push(again=True).size == one.lock["shop/3.rec"].size
    assert two.pull().done == ["shop/3.rec"]


@pytest.mark.parametrize("text", [TEXT.upper() + "4", TEXT + "4 and more", ""])
def test_a_changed_or_torn_object_is_named_and_never_becomes_a_recording(one, two, text):
    system, place = one.place("shop/4.rec")
    system.pipe_file(place, text.encode())

    got = two.pull()

    assert len(got.done) == 11 and not (two.folder / "shop/4.rec").exists()
    assert got.problems[0].startswith("shop/4.rec: ")
    assert one.push(again=True).problems == []
    assert two.pull().done == ["shop/4.rec"] and two.text("shop/4.rec") == TEXT + "4"


def test_a_pull_that_stops_goes_on_where_it_was(one, two, monkeypatch):
    pieces = Store.pieces

    def stopping(self, name, file, start):
        for piece in pieces(self, name, file, start):
            yield piece[:100]
            raise RecordingError(f"{name}: the network has gone")

    monkeypatch.setattr(Store, "pieces", stopping)
    stopped = two.pull()
    monkeypatch.undo()
    assert len(stopped.problems) == 12 and list(two.folder.glob("shop/*")) == []

    got = two.pull()

    assert (len(got.done), got.problems) == (12, [])
    assert got.size == sum(file.size - 100 for file in one.lock.values())
    assert two.text("shop/7.rec") == TEXT + "7"


def test_a_link_in_the_place_of_a_recording_is_not_followed(one, two, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "8.rec").write_text("precious")
    (two.folder / "shop").symlink_to(outside)

    got = two.pull()

    assert got.done == [] and len(got.problems) == 12
    assert (outside / "8.rec").read_text() == "precious" and len(list(outside.iterdir())) == 1


def test_a_lock_of_somebody_else_writes_nowhere_else(two, tmp_path):
    lock = json.loads((two.root / "recproxy.lock").read_text())
    lock["files"]["../../evil.rec"] = lock["files"]["shop/1.rec"]
    (two.root / "recproxy.lock").write_text(json.dumps(lock))

    with pytest.raises(Exception, match="is no name of a recording"):
        two.pull()
    assert not (tmp_path / "evil.rec").exists()


def test_a_recording_that_somebody_else_has_dropped_goes_here_too(one, two):
    two.pull()
    for name in ("shop/1.rec", "shop/2.rec"):
        (one.folder / name).unlink()
    one.push(prune=True)
    two.take_lock(one)
    two.write("shop/2.rec", "mine")

    assert sorted(two.push().kept) == ["shop/1.rec", "shop/2.rec"] and two.lock == one.lock
    got = two.pull()
    assert (got.removed, list(got.kept)) == (["shop/1.rec"], ["shop/2.rec"])
    assert not (two.folder / "shop/1.rec").exists() and two.text("shop/2.rec") == "mine"
    assert list(two.pull(replace=True).kept) == ["shop/2.rec"] and two.text("shop/2.rec") == "mine"
    assert two.push(mine=["shop/2.rec"]).done == ["shop/2.rec"]


def test_a_recording_that_changes_while_it_is_pulled_stays(one, two, monkeypatch):
    two.pull()
    one.write("shop/1.rec", "later")
    one.push()
    two.take_lock(one)
    pieces = Store.pieces

    def recording(self, name, file, start):
        two.write("shop/1.rec", "recorded meanwhile")
        return pieces(self, name, file, start)

    monkeypatch.setattr(Store, "pieces", recording)
    got = two.pull()

    assert got.problems == ["shop/1.rec: it was changed here while it was pulled: pull again"]
    assert two.text("shop/1.rec") == "recorded meanwhile"


@pytest.mark.parametrize("part", [b"another beginning", b"longer" * 1000])
def test_a_part_that_was_damaged_here_is_pulled_anew_and_not_blamed_on_the_store(one, two, monkeypatch, part):
    pieces = Store.pieces

    def stopping(self, name, file, start):
        yield next(pieces(self, name, file, start))[:100]
        raise RecordingError(f"{name}: the network has gone")

    monkeypatch.setattr(Store, "pieces", stopping)
    two.pull()
    monkeypatch.undo()
    for path in (two.folder / ".pulled").glob("*.part"):
        path.write_bytes(part)

    got = two.pull()

    assert (len(got.done), got.problems) == (12, [])
    assert two.text("shop/7.rec") == TEXT + "7"


def test_parts_that_no_pull_wants_any_more_go(two):
    (two.folder / ".pulled").mkdir()
    (two.folder / ".pulled" / f"{'a' * 64}.0123.part").write_text("of an older lock")
    two.pull()

    assert sorted(path.name for path in (two.folder / ".pulled").iterdir()) == ["lock", "synced.json"]


def test_a_store_that_is_not_there_is_one_line_for_all(one, two):
    system, _ = one.place("shop/1.rec")
    system.rm(one.open()._root, recursive=True)

    with pytest.raises(ConfigurationError, match="there is no such bucket or folder, or nothing in it"):
        two.pull()


def test_without_a_lock_nothing_is_removed(two):
    two.pull()
    (two.root / "recproxy.lock").unlink()

    got = two.pull()

    assert (got.removed, len(got.kept)) == ([], 12)
    assert set(got.kept.values()) == {"was pushed or pulled, and there is no recproxy.lock here now: take it from git"}
    assert two.text("shop/1.rec") == TEXT + "1"


def test_a_pull_follows_the_lock_as_it_is_once_it_is_alone(one, two, monkeypatch):
    two.pull()
    two.write("shop/1.rec", "of two")
    alone = pulling.alone

    @contextlib.contextmanager
    def after_a_push(folder, root):
        two.push()
        with alone(folder, root):
            yield

    monkeypatch.setattr(pulling, "alone", after_a_push)
    got = two.pull()

    assert (got.done, got.kept, two.text("shop/1.rec")) == ([], {}, "of two")


def test_no_link_below_the_recordings_is_followed_even_inside_the_project(two):
    source = two.root / "src"
    source.mkdir()
    (two.root / "package.json").write_text("{}")
    (two.root / "src/lock").write_text("its own")
    hidden = two.folder / ".pulled"

    def refused(place):
        for act in (two.pull, two.push):
            with pytest.raises(RecordingError, match=rf"{place}: is a link, which is not followed: remove it"):
                act()

    hidden.symlink_to(source)
    refused(r"\.pulled")
    hidden.unlink()
    hidden.mkdir()
    (hidden / "lock").symlink_to(source / "lock")
    refused(r"\.pulled/lock")
    (hidden / "lock").unlink()
    (hidden / "synced.json").symlink_to(two.root / "package.json")
    with pytest.raises(RecordingError, match=r"\.pulled/synced\.json: is a link"):
        two.pull()
    (hidden / "synced.json").unlink()
    for path in two.folder.glob("shop/*"):
        path.unlink()
    (two.folder / "shop").rmdir()
    (two.folder / "shop").symlink_to("../src")
    got = two.pull()
    assert (got.done, len(got.problems)) == ([], 12)
    assert all(": is a link, which is not followed: remove it" in each for each in got.problems)
    assert (two.root / "package.json").read_text() == "{}"
    assert [(each.name, each.read_text()) for each in source.iterdir()] == [("lock", "its own")]

    (two.root / "other.lock").write_bytes((two.root / "recproxy.lock").read_bytes())
    (two.root / "recproxy.lock").unlink()
    (two.root / "recproxy.lock").symlink_to("other.lock")
    with pytest.raises(RecordingError, match=r"recproxy\.lock: is a link"):
        two.push()


def test_a_name_in_advice_is_quoted_for_a_shell(one, two):
    name = "x y$(true).rec"
    one.write(name, "of one")
    one.push()
    two.write(name, "of two")
    two.take_lock(one)
    two.write(f"another {name}")

    quoted = f"'{name}'"
    assert f"--mine {quoted}" in two.pull().kept[name]
    got = two.push(search=lambda names: dict.fromkeys(names, "holds secrets"))
    assert got.kept[name].endswith(f"--mine {quoted}")
    assert got.problems == [f"another {name}: holds secrets; or push it as it is with --allow-secrets 'another {name}'"]


@pytest.mark.parametrize("size", [5, 5000])
def test_a_size_in_the_lock_that_is_wrong_is_the_fault_of_the_lock(one, two, size):
    lock = two.root / "recproxy.lock"
    right = lock.read_text()
    lock.write_text(right.replace(f'"size": {two.lock["shop/3.rec"].size}}}', f'"size": {size}}}', 1))
    (wrong,) = [name for name, file in two.lock.items() if file.size == size]

    got = two.pull()

    assert (len(got.done), len(got.problems)) == (11, 1) and not (two.folder / wrong).exists()
    assert got.problems[0].startswith(f"{wrong}: its size in recproxy.lock is not that of its object in ")
    assert got.problems[0].endswith("whose SHA-256 is right: take the line of the lock from git")
    lock.write_text(right)
    assert (two.pull().done, two.text(wrong)) == ([wrong], one.text(wrong))


def test_what_was_pushed_from_here_and_never_committed_stays(one, two):
    committed = (one.root / "recproxy.lock").read_bytes()
    two.pull()
    two.write("shop/new.rec", "new of two")
    two.push()
    (two.root / "recproxy.lock").write_bytes(committed)  # as `git checkout recproxy.lock` does

    got = two.pull()

    assert (got.removed, list(got.kept), two.text("shop/new.rec")) == ([], ["shop/new.rec"], "new of two")
    assert got.kept["shop/new.rec"].startswith("was pushed from here, and recproxy.lock no longer has it: put it back")
    assert two.push(mine=["shop/new.rec"]).kept == {} and "shop/new.rec" in two.lock
    assert two.pull().kept == {}
