from __future__ import annotations

import os
import secrets

import pytest

from recproxy.errors import RecordingError
from recproxy.play.file_replacement import (
    check_place,
    create_file,
    put_in_place,
    remove_empty_folders,
    remove_file,
    remove_unfinished,
    replace_file,
)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_and_keeps_its_mode(tmp_path):
    path = tmp_path / "a.rec"
    path.write_bytes(b"old")
    path.chmod(0o604)

    replace_file(path, b"new", root=tmp_path)

    assert (path.read_bytes(), path.stat().st_mode & 0o777, names(tmp_path)) == (b"new", 0o604, ["a.rec"])


def test_folders_and_a_name_as_long_as_the_system_allows(tmp_path):
    path = tmp_path / "x" / "y" / ("ü" * 125 + ".rec")

    replace_file(path, b"new", root=tmp_path)

    assert (path.read_bytes(), names(path.parent)) == (b"new", [path.name])


@pytest.mark.parametrize("link", [True, False])
def test_what_stands_at_the_temporary_name_is_neither_written_to_nor_removed(tmp_path, monkeypatch, link):
    monkeypatch.setattr(secrets, "token_hex", lambda size: "ab" * size)
    path, trap, other = tmp_path / "a.rec", tmp_path / f".a.rec.{'ab' * 8}.tmp", tmp_path / "other"
    path.write_bytes(b"old")
    other.write_bytes(b"other")
    if link:
        trap.symlink_to(other)
    else:
        trap.write_bytes(b"other")

    with pytest.raises(RecordingError) as caught:
        replace_file(path, b"new", root=tmp_path)

    assert caught.value.message == f"{path}: cannot be written: File exists; what was there is as it was"
    assert (path.read_bytes(), other.read_bytes(), trap.read_bytes()) == (b"old", b"other", b"other")
    assert trap.is_symlink() is link


def test_a_folder_in_its_place_is_an_error_and_nothing_stays_beside_it(tmp_path):
    (tmp_path / "a.rec").mkdir()

    with pytest.raises(RecordingError, match=r"a\.rec: cannot be written: Is a directory; what was there is as it was"):
        replace_file(tmp_path / "a.rec", b"new", root=tmp_path)

    assert names(tmp_path) == ["a.rec"]


def test_a_link_within_the_root_stays_one_and_one_that_leads_out_is_refused(tmp_path):
    root, outside = tmp_path / "root", tmp_path / "outside.rec"
    root.mkdir()
    outside.write_bytes(b"outside")
    (root / "real.rec").write_bytes(b"old")
    (root / "in.rec").symlink_to("real.rec")
    (root / "out.rec").symlink_to(outside)
    (root / "folder").symlink_to(tmp_path)
    written = root / "written"
    written.write_bytes(b"new")

    for name in ("out.rec", "folder/outside.rec"):
        with pytest.raises(RecordingError) as caught:
            put_in_place(written, root / name, root=root)
        assert caught.value.message == (
            f"{root / name}: cannot be written: a link leads out of {root}, to {outside}; what was there is as it was"
        )
    put_in_place(written, root / "in.rec", root=root)

    assert ((root / "real.rec").read_bytes(), (root / "in.rec").is_symlink()) == (b"new", True)
    assert outside.read_bytes() == b"outside"


def test_only_what_was_left_of_this_file_is_removed(tmp_path):
    for name in (".a.rec.tmp", f".a.rec.{'0a' * 8}.tmp", ".a.rec.mine.tmp", ".b.rec.tmp", "a.rec"):
        (tmp_path / name).write_bytes(b"")

    remove_unfinished(tmp_path / "a.rec", root=tmp_path)

    assert names(tmp_path) == [".a.rec.mine.tmp", ".b.rec.tmp", "a.rec"]


def test_a_link_that_is_put_there_meanwhile_is_not_followed(tmp_path, monkeypatch):
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "shop").mkdir(parents=True)
    outside.mkdir()
    opened = os.open

    def swapping(path, *words, **named):
        if path == "shop":
            (root / "shop").rmdir()
            (root / "shop").symlink_to(outside)
        return opened(path, *words, **named)

    monkeypatch.setattr(os, "open", swapping)

    with pytest.raises(RecordingError, match=r"cannot be written: Not a directory"):
        replace_file(root / "shop/a.rec", b"new", root=root)

    assert names(outside) == []


def test_a_file_is_created_only_where_nothing_is(tmp_path):
    (tmp_path / "gone").symlink_to("nowhere")

    assert create_file(tmp_path / "deep/a", b"new", root=tmp_path)
    assert not create_file(tmp_path / "deep/a", b"other", root=tmp_path)
    assert not create_file(tmp_path / "gone", b"other", root=tmp_path)
    assert ((tmp_path / "deep/a").read_bytes(), names(tmp_path)) == (b"new", ["deep", "gone"])


def test_of_a_link_only_the_link_is_removed_and_nothing_in_a_linked_folder(tmp_path):
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "a").write_bytes(b"mine")
    (root / "a").symlink_to(outside / "a")
    (root / "folder").symlink_to(outside)

    remove_file(root / "a", root=root)
    remove_file(root / "folder/a", root=root)
    remove_file(root / "none", root=root)

    assert (names(root), names(outside)) == (["folder"], ["a"])


@pytest.mark.parametrize(
    ("to", "problem"),
    [
        ("/dev/null", "a link leads out of {root}, to /dev/null"),
        ("a.rec", "its links lead in a circle"),
        ("b.py", "a link leads to a file of another kind, {root}/b.py"),
        (None, "it is no file"),
    ],
)
def test_a_place_where_no_file_may_be_put_is_refused(tmp_path, to, problem):
    path = tmp_path / "a.rec"
    path.symlink_to(to) if to else os.mkfifo(path)

    with pytest.raises(RecordingError) as caught:
        check_place(path, root=tmp_path)

    said = problem.format(root=tmp_path)
    assert caught.value.message == f"{path}: cannot be written: {said}; what was there is as it was"


def test_empty_folders_of_a_removed_file_go_up_to_the_one_that_stays(tmp_path):
    for name in ("shop/a/b", "shop/c/d", "other/e"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "shop/c/kept.rec").write_text("")

    for name in ("shop/a/b/gone.rec", "shop/c/d/gone.rec", "other/e/gone.rec"):
        remove_empty_folders(tmp_path / name, below=tmp_path / "shop")

    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")) == [
        "other",
        "other/e",
        "shop",
        "shop/c",
        "shop/c/kept.rec",
    ]
