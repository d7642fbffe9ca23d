"""Names and files: where a recording is looked for, and where a new one belongs."""

import os

import pytest

from recproxy.errors import RecordingNotFound
from recproxy.play.library import Library

TEXT = "#recproxy 2\n\nGET https://a.example/ HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n=======\n"


@pytest.fixture
def folders(tmp_path):
    made = {name: tmp_path / path for name, path in (("tests", "tests"), ("project", "rec/shop"), ("package", "own"))}
    for folder in made.values():
        folder.mkdir(parents=True)
    return made


@pytest.fixture
def library(tmp_path, folders):
    return Library(tmp_path / "rec", {"shop": str(folders["package"]), "bare": None})


def test_a_name_is_looked_for_beside_the_test_then_in_the_project_then_in_the_package(library, folders):
    found = []
    for folder in ("package", "project", "tests"):
        (folders[folder] / "send.rec").write_text(TEXT)
        found.append(library.find("shop", "send", beside=folders["tests"]))

    assert found == [folders[folder] / "send.rec" for folder in ("package", "project", "tests")]


def test_a_name_may_be_whole_or_without_its_ending(library, folders):
    (folders["project"] / "send.rec").write_text(TEXT)
    (folders["project"] / "cassette.yaml").write_text("")

    assert library.find("shop", "send") == library.find("shop", "send.rec") == folders["project"] / "send.rec"
    assert library.find("shop", "cassette.yaml") == folders["project"] / "cassette.yaml"


def test_an_absolute_path_is_that_file(library, folders, tmp_path):
    (tmp_path / "elsewhere.rec").write_text(TEXT)

    assert library.find("bare", str(tmp_path / "elsewhere.rec")) == tmp_path / "elsewhere.rec"


def test_what_is_nowhere_says_where_it_was_looked_for_and_how_to_record_it(library, folders, monkeypatch):
    monkeypatch.chdir(folders["project"].parent)
    with pytest.raises(RecordingNotFound) as caught:
        library.find("shop", "gone", beside=folders["project"])

    assert caught.value.message == (
        f"recording 'gone' of profile 'shop' does not exist: looked in {folders['project'].name}, "
        f"{os.path.relpath(folders['package'])}; "
        "record it with: recproxy run --record shop -- COMMAND"
    )


def test_the_default_is_named_after_the_test_or_is_the_commands(library, tmp_path):
    assert library.folder == tmp_path / "rec"
    assert library.default("shop") == tmp_path / "rec/shop/default.rec"
    assert library.default("shop", "test_m/test_a.rec") == tmp_path / "rec/shop/test_m/test_a.rec"


def test_a_new_recording_belongs_into_the_project(library, folders):
    assert library.place("shop", "new") == folders["project"] / "new.rec"
    assert library.place("shop", "new.rec", beside=folders["tests"]) == folders["project"] / "new.rec"


def test_a_new_recording_of_a_host_belongs_beside_the_test(library, folders):
    assert library.place("shop", "new.rec", beside=folders["tests"], is_host=True) == folders["tests"] / "new.rec"
    assert library.place("shop", "new.rec", is_host=True) == folders["project"] / "new.rec"


def test_a_recording_that_is_there_stays_where_it_is_but_a_package_is_not_written_to(library, folders):
    (folders["package"] / "a.rec").write_text(TEXT)
    (folders["project"] / "b.rec").write_text(TEXT)
    (folders["tests"] / "c.rec").write_text(TEXT)

    places = [library.place("shop", name, beside=folders["tests"]) for name in ("a", "b", "c")]

    assert places == [folders["project"] / "a.rec", folders["project"] / "b.rec", folders["tests"] / "c.rec"]
