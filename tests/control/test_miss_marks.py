"""The file that grows with each miss of a run."""

import os
import pathlib

import pytest

from recproxy.control.miss_marks import MissesSince, count_of_misses, mark_miss


def test_it_counts_what_was_marked(tmp_path):
    file = tmp_path / "misses"
    file.touch()
    counts = [count_of_misses(str(file))]

    for _ in range(2):
        mark_miss(str(file))
        counts.append(count_of_misses(str(file)))

    assert counts == [0, 1, 2]


def test_misses_since_a_moment_are_those_that_were_marked_after_it(tmp_path):
    file = tmp_path / "misses"
    file.write_bytes(b".")
    before = MissesSince(str(file))
    seen = [before.may_be_there]

    mark_miss(str(file))
    seen += [before.may_be_there, before.may_be_there, MissesSince(str(file)).may_be_there]

    assert seen == [False, True, True, False]


@pytest.mark.parametrize("late", [False, True])
def test_misses_may_be_there_where_that_cannot_be_seen(tmp_path, late):
    file = tmp_path / "misses"
    if late:
        file.touch()
    since = MissesSince(str(file))
    file.unlink(missing_ok=True)

    assert since.may_be_there


def test_a_test_that_puts_its_own_in_the_place_of_stat_does_not_change_the_count(tmp_path, monkeypatch):
    file = tmp_path / "misses"
    file.write_bytes(b"..")

    def never(*_, **__):
        raise AssertionError("the program must not look at files")

    monkeypatch.setattr(os, "stat", never)
    monkeypatch.setattr(pathlib.Path, "stat", never)
    count = count_of_misses(str(file))
    monkeypatch.undo()

    assert count == 2


@pytest.mark.parametrize("name", ["", "absent", "absent/misses"])
def test_without_the_file_nothing_is_marked_made_or_counted(tmp_path, name):
    path = str(tmp_path / name) if name else ""

    mark_miss(path)

    assert count_of_misses(path) is None
    assert list(tmp_path.iterdir()) == []
