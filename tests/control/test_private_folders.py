"""The folders that belong to the user alone: which ones, and what is not one of them."""

import os
import tempfile

import pytest

from recproxy.control.private_folders import is_private, made_private, new_private_file, private_folders


def test_the_runtime_folder_comes_first_and_each_folder_once(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/t")
    for name, mode in (("own", 0o700), ("open", 0o755)):
        (tmp_path / name).mkdir(mode=mode)
    own, other = str(tmp_path / "own"), str(tmp_path / "open")

    def folders(runtime):
        found = private_folders({"XDG_RUNTIME_DIR": runtime}, runtimes=(own, other), temporaries=("/u", "/t"))
        return [str(each) for each in found]

    shared = [f"/t/recproxy-{os.geteuid()}", f"/u/recproxy-{os.geteuid()}"]
    for runtime in (own, other, "", "own", str(tmp_path / "none")):
        assert folders(runtime) == [f"{own}/recproxy", *shared]


def test_without_a_temporary_folder_there_is_none(monkeypatch):
    def nowhere():
        raise FileNotFoundError

    monkeypatch.setattr(tempfile, "gettempdir", nowhere)

    assert list(private_folders({})) == []


def test_only_a_folder_that_nobody_else_can_enter_is_private(tmp_path):
    folder = tmp_path / "own"
    assert (is_private(folder), made_private(folder), made_private(folder)) == (False, True, True)
    (tmp_path / "link").symlink_to(folder)
    (tmp_path / "file").touch(mode=0o600)
    assert [is_private(tmp_path / name) for name in ("link", "file")] == [False, False]
    folder.chmod(0o710)
    assert not made_private(folder)


def test_a_private_file_is_new_and_never_a_link(tmp_path):
    os.close(new_private_file(tmp_path / "new"))
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o600
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for name in ("new", "link"):
        with pytest.raises(FileExistsError):
            new_private_file(tmp_path / name)
