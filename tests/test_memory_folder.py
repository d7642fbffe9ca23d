"""Where the temporary folders of a session are in memory."""

import os
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
from memory_folder import memory_folder

GIGABYTE = 1 << 30


@pytest.fixture
def memory(monkeypatch, tmp_path):
    """A folder in the place of the one in memory, with so much room, in which programs can be run or not."""

    def made(room, flags=0):
        there = SimpleNamespace(f_flag=flags, f_bavail=room // 4096, f_frsize=4096)
        monkeypatch.setattr("memory_folder._MEMORY", str(tmp_path))
        monkeypatch.setattr(os, "statvfs", lambda _: there)

    return made


def test_there_is_a_new_folder_where_there_is_room(memory, tmp_path):
    memory(2 * GIGABYTE)

    first, second = Path(memory_folder()), Path(memory_folder())

    assert {first, second} == set(tmp_path.iterdir())


def test_those_of_a_session_that_has_ended_are_removed(memory, tmp_path):
    memory(2 * GIGABYTE)
    ended = subprocess.Popen(["true"])
    ended.wait()
    (tmp_path / f"recproxy-tests-{ended.pid}-abc" / "popen-gw0").mkdir(parents=True)
    running = tmp_path / f"recproxy-tests-{os.getpid()}-def"
    running.mkdir()

    made = Path(memory_folder())

    assert {made, running} == set(tmp_path.iterdir())


@pytest.mark.parametrize(("room", "flags"), [(GIGABYTE // 2, 0), (2 * GIGABYTE, os.ST_NOEXEC)], ids=["full", "noexec"])
def test_a_full_one_or_one_without_programs_is_not_used(memory, tmp_path, room, flags):
    memory(room, flags)

    assert memory_folder() is None
    assert list(tmp_path.iterdir()) == []


def test_a_system_without_one_goes_without(monkeypatch):
    monkeypatch.setattr("memory_folder._MEMORY", "/no/such/place")

    assert memory_folder() is None
