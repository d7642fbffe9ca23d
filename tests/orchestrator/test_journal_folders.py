"""The folder of journals: what a path in one means, and that no link in it is followed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from recproxy.errors import RecordingError
from recproxy.orchestrator.journal_folders import JournalFolders, open_file


@pytest.fixture
def folders(tmp_path):
    (tmp_path / "project/recordings").mkdir(parents=True)
    return JournalFolders(tmp_path / "project/recordings", tmp_path / "project")


@pytest.mark.parametrize(
    ("path", "root", "plain"),
    [
        ("project/recordings/shop/a.rec", "project/recordings", ("recordings", "shop/a.rec")),
        ("project/recordings/../tests/a.rec", "project", ("project", "tests/a.rec")),
        ("elsewhere/a.rec", "elsewhere", ("recordings", "shop/a.rec")),
    ],
)
def test_a_path_belongs_to_the_recordings_the_project_or_its_own_folder(folders, tmp_path, path, root, plain):
    assert folders.root_of(tmp_path / path) == tmp_path / root
    assert folders.plain(tmp_path / path, "shop") == plain


@pytest.mark.parametrize(
    "name", ["/etc/a.rec", "../a.rec", "linked/a.rec", "\ud800", "\ud800/a.rec", "a\0b", "a\0b/a.rec"]
)
def test_a_path_that_leads_out_is_refused(folders, tmp_path, name):
    (folders.recordings / "linked").symlink_to(tmp_path)

    with pytest.raises(RecordingError, match="leads out of"):
        folders.found("recordings", name)


def test_the_folder_is_made_with_a_file_that_keeps_it_out_of_commits(folders):
    with folders.opened(make=True):
        pass

    assert {path.name: path.read_text() for path in folders.journal.iterdir()} == {".gitignore": "*\n"}


def test_a_folder_that_is_not_there_is_not_made_to_read(folders):
    with pytest.raises(FileNotFoundError), folders.opened():
        pass

    assert not folders.journal.exists()


def test_a_folder_that_leads_out_is_neither_opened_nor_made(folders, tmp_path):
    folders.journal.symlink_to(tmp_path / "new")

    with pytest.raises(OSError, match="leads out of"), folders.opened(make=True):
        pass

    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_what_is_no_file_is_not_opened(tmp_path, kind):
    path = tmp_path / "x"
    {"link": lambda: path.symlink_to("y"), "pipe": lambda: os.mkfifo(path), "folder": path.mkdir}[kind]()
    folder = os.open(tmp_path, os.O_RDONLY)

    with pytest.raises(OSError):
        open_file("x", os.O_RDWR | os.O_CREAT, folder)

    os.close(folder)
    assert [path.name for path in Path(tmp_path).iterdir()] == ["x"]
