"""Push, to the stores that fsspec has in memory and on disk."""

import threading

import pytest

pytest.importorskip("fsspec")


from recproxy.errors import ConfigurationError
from recproxy.stores.store import Store


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


def test_a_recording_that_is_not_here_stays_in_the_lock_unless_it_is_dropped(one):
    (one.folder / "shop/6.rec").unlink()

    got = one.push()

    assert (list(got.kept), "shop/6.rec" in one.lock) == (["shop/6.rec"], True)
    assert one.push(prune=True).kept == {} and "shop/6.rec" not in one.lock


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


def test_a_recording_that_somebody_else_recorded_anew_is_not_put_back(one, two):
    two.pull()
    one.write("shop/1.rec", "of one, later")
    one.push()
    two.take_lock(one)  # as `git pull` does
    two.write("shop/new.rec", "new of two")

    got = two.push()

    assert (got.done, list(got.kept), got.problems) == (["shop/new.rec"], ["shop/1.rec"], [])
    assert got.kept["shop/1.rec"].startswith("is outdated, since recproxy.lock has changed: pull it")
    assert two.lock["shop/1.rec"] == one.lock["shop/1.rec"]
    assert (two.pull().done, two.text("shop/1.rec")) == (["shop/1.rec"], "of one, later")
    assert (two.push().kept, two.pull().done) == ({}, [])


def test_a_recording_that_both_have_changed_is_a_conflict_until_one_is_chosen(one, two):
    two.pull()
    one.write("shop/1.rec", "of one")
    one.push()
    two.write("shop/1.rec", "of two")
    two.take_lock(one)

    assert list(two.push().kept) == ["shop/1.rec"] and two.lock == one.lock
    assert list(two.pull().kept) == ["shop/1.rec"] and two.text("shop/1.rec") == "of two"
    with pytest.raises(ConfigurationError, match="--mine shop/x.rec: there is no recording of this name"):
        two.push(mine=["shop/x.rec"])
    assert two.push(mine=["shop/1.rec"]).done == ["shop/1.rec"] and two.lock != one.lock

    # What was pushed is as it was last synced: with the lock of the other it follows the other.
    two.take_lock(one)
    assert (two.pull().done, two.text("shop/1.rec")) == (["shop/1.rec"], "of one")


def test_what_was_never_pulled_is_not_pruned(one, two):
    got = two.push(prune=True)

    assert len(got.kept) == 12 and two.lock == one.lock
    assert got.kept["shop/1.rec"] == "is in recproxy.lock and was never here: pull it"


def test_a_recording_that_goes_while_it_is_pushed_is_named(one, monkeypatch):
    has = Store.has

    def going(self, name, file):
        (one.folder / name).unlink()
        return has(self, name, file)

    one.write("shop/new.rec")
    monkeypatch.setattr(Store, "has", going)
    got = one.push()

    assert got.problems == ["shop/new.rec: it was changed while it was pushed: push it again"]


def test_pushing_again_counts_only_what_had_to_go(one):
    system, place = one.place("shop/4.rec")
    system.rm_file(place)

    assert one.push(again=True).done == ["shop/4.rec"]
    assert one.push(again=True).done == []


def test_what_git_changes_in_the_lock_during_a_push_is_not_put_back(one, two, monkeypatch):
    two.pull()
    one.write("shop/1.rec", "of one")
    one.write("shop/2.rec", "of one, too")
    one.write("shop/new.rec", "new of one")
    (one.folder / "shop/3.rec").unlink()
    (one.folder / "shop/4.rec").unlink()
    one.push(prune=True)
    two.write("shop/1.rec", "of two")
    two.write("shop/7.rec", "seven of two")
    two.write("shop/own.rec", "new of two")
    two.write("shop/new.rec", "another new of two")
    (two.folder / "shop/2.rec").unlink()
    (two.folder / "shop/3.rec").unlink()
    (two.folder / "shop/8.rec").unlink()
    put = Store.put

    def pulled_by_git(self, *what):
        two.take_lock(one)
        put(self, *what)

    monkeypatch.setattr(Store, "put", pulled_by_git)
    got = two.push(prune=True)
    monkeypatch.undo()

    assert (sorted(got.done), got.problems) == (["shop/7.rec", "shop/own.rec"], [])
    assert got.kept == dict.fromkeys(
        ("shop/1.rec", "shop/2.rec", "shop/new.rec"),
        "was changed in recproxy.lock during the push, and was left so: run `recproxy status`",
    )
    changed = {name for name in {*one.lock, *two.lock} if one.lock.get(name) != two.lock.get(name)}
    assert changed == {"shop/7.rec", "shop/8.rec", "shop/own.rec"} and "shop/8.rec" not in two.lock
    assert set(two.push().kept) == {"shop/1.rec", "shop/2.rec", "shop/4.rec", "shop/new.rec"}
    assert two.text("shop/1.rec") == "of two" and two.text("shop/new.rec") == "another new of two"
