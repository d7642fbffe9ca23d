"""Which recordings paths mean."""

import os

import pytest

from recproxy.play.found_recordings import kinds, recordings_in

REC = "#recproxy 2\n"


@pytest.fixture
def folder(tmp_path):
    for name, text in {
        "a.rec": REC,
        "b": REC,
        "c.yml": "interactions: []\n",
        "notes.yml": "a: b\n",
        "f1/meta.json": "{}",
        "f1/request-0": "GET / HTTP/1.1\n",
        "f1/response-0": "HTTP/1.1 200 OK\n",
        ".git/d.rec": REC,
        "deep/er/e.har": '{"log": {}}',
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_folder_means_what_its_files_are(folder):
    found = recordings_in([folder])

    assert [str(path.relative_to(folder)) for path in found.paths] == ["a.rec", "b", "c.yml", "deep/er/e.har", "f1"]
    assert (found.missing, found.passed_over) == ((), 1)


def test_a_path_counts_once_and_a_named_file_is_a_recording(folder):
    found = recordings_in([folder / "notes.yml", folder, folder / "deep", folder / "none"])

    assert len(found.paths) == 6
    assert found.paths[0] == folder / "notes.yml"
    assert (found.missing, found.passed_over) == ((folder / "none",), 0)


def test_what_is_no_file_is_passed_over(folder):
    os.mkfifo(folder / "pipe")

    assert recordings_in([folder]).passed_over == 2


def test_formats_are_told_where_one_is_not_ours():
    assert kinds(["rec", "rec"]) == kinds([]) == ""
    assert kinds(["rec", "har", "rec"]) == "1 har, 2 rec"
