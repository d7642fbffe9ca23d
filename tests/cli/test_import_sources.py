"""Which files stand to be imported, and under which names."""

from pathlib import Path

import pytest

from recproxy.cli.import_sources import sources_in
from recproxy.errors import ConfigurationError


def names(*words):
    return [(source.path.name, str(source.name)) for source in sources_in(words)]


def made(folder, *paths):
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("x")
    return folder


def test_a_folder_gives_its_files_with_their_folders(tmp_path):
    made(tmp_path, "b.yaml", "sub/a.json", "sub/note.txt", ".hidden", ".git/config")

    assert names(tmp_path) == [("b.yaml", "b"), ("a.json", "sub/a"), ("note.txt", "sub/note.txt")]


def test_files_of_one_name_keep_their_endings(tmp_path):
    made(tmp_path, "a.yaml", "a.json")

    assert names(tmp_path) == [("a.json", "a.json"), ("a.yaml", "a.yaml")]


def test_each_file_stands_once(tmp_path):
    made(tmp_path, "a.yaml")

    assert names(tmp_path, tmp_path / "a.yaml") == [("a.yaml", "a")]


def test_a_link_in_a_folder_is_not_followed(tmp_path):
    made(tmp_path, "out/secret.yaml", "in/a.yaml")
    (tmp_path / "in" / "link.yaml").symlink_to(tmp_path / "out" / "secret.yaml")
    (tmp_path / "in" / "folder").symlink_to(tmp_path / "out")

    assert names(tmp_path / "in") == [("a.yaml", "a")]


def test_a_folder_that_is_one_recording_is_one_source(tmp_path):
    made(tmp_path, "corpus/http-a.example-send/meta.json", "corpus/http-a.example-send/response-0")

    assert names(tmp_path) == [("http-a.example-send", "corpus/http-a.example-send")]
    assert names(tmp_path / "corpus" / "http-a.example-send") == [("http-a.example-send", "http-a.example-send")]


def test_what_is_not_there_is_named():
    with pytest.raises(ConfigurationError, match="gone: no such file or folder"):
        sources_in([Path("gone")])
