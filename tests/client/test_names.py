"""File names of tests' own recordings."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recproxy.client.names import module_folders, recording_of_fixture, recording_of_test

ROOT = Path("/project")
RECORDINGS = ROOT / "tests/functional/recordings"


def named(*names, ambiguous=False):
    return recording_of_test(("test_send",), names, ambiguous=ambiguous)


def test_a_plain_name_stays_as_it_is():
    assert named("test_post") == "test_send/test_post.rec"
    assert named("TestSend", "test_post") == "test_send/TestSend.test_post.rec"
    assert named("test_post[1-two]") == "test_send/test_post[1-two].rec"


@pytest.mark.parametrize(
    "name", ["test_x[a/b]", "test_x[a b]", "test_x[A]", "test_x[a", "test_é", "test-x", "test.x", "test_x[../../x]"]
)
def test_what_had_to_be_changed_gets_a_digest(name):
    file = named(name).removeprefix("test_send/")

    assert file.removesuffix(".rec")[-9] == "-"
    assert file.isascii()
    assert "/" not in file
    assert " " not in file


def test_a_long_name_is_cut_and_gets_a_digest():
    file = named(f"test_x[{'y' * 300}]").removeprefix("test_send/")

    assert len(file) < 140
    assert file != named(f"test_x[{'y' * 301}]").removeprefix("test_send/")


def test_names_that_differ_in_case_alone_have_files_that_differ():
    assert named("test_Get", ambiguous=True).lower() != named("test_get", ambiguous=True).lower()
    assert named("test_x[GET]").lower() != named("test_x[get]").lower()


IDS = st.text(st.sampled_from("aAbB.-_/ []é"), max_size=4)


@given(st.lists(IDS, unique=True, max_size=30))
def test_two_ids_never_share_a_file(ids):
    files = {named(f"test_x[{each}]").lower() for each in ids}

    assert len(files) == len(ids)


NAMES = st.lists(st.text(st.sampled_from("ab._-[]"), min_size=1, max_size=3), min_size=1, max_size=3).map(tuple)


@given(st.lists(NAMES, unique=True, max_size=30))
def test_two_tests_never_share_a_file(tests):
    assert len({named(*names) for names in tests}) == len(tests)


def test_a_module_beside_the_recordings_is_a_folder():
    assert module_folders(ROOT / "tests/functional/test_send.py", RECORDINGS, ROOT) == ("test_send",)
    assert module_folders(ROOT / "tests/functional/api/test_send.py", RECORDINGS, ROOT) == ("api", "test_send")


def test_a_module_elsewhere_is_one_folder_with_dots():
    assert module_folders(ROOT / "tests/test_send.py", RECORDINGS, ROOT) == ("tests.test_send",)
    assert module_folders(Path("/elsewhere/test_send.py"), RECORDINGS, ROOT) == ("elsewhere.test_send",)


def test_modules_elsewhere_and_beside_never_share_a_folder():
    elsewhere = module_folders(ROOT / "tests/test_send.py", RECORDINGS, ROOT)
    beside = module_folders(ROOT / "tests/functional/tests.test_send.py", RECORDINGS, ROOT)

    assert elsewhere != beside


def test_a_fixture_has_a_name_that_no_test_has():
    assert recording_of_fixture(("conftest",), ("account",)) == "conftest/account.fixture.rec"
    assert recording_of_fixture(("conftest",), ("account",), index=1) == "conftest/account.fixture[1].rec"
