"""`recproxy mv` in a project."""

from __future__ import annotations

import pytest
from command_line import recproxy

CONFIG = '[profiles.shop]\n[[profiles.shop.endpoints]]\nhosts = ["a.example"]\n'
TEXT = "#recproxy 2\n# kept\n\n:scope {}\nGET https://a.example/ HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\nhi\n=======\n"


@pytest.fixture
def recordings(tmp_path):
    (tmp_path / "recproxy.toml").write_text(CONFIG)
    folder = tmp_path / "tests/functional/recordings"
    for profile in ("shop", "bank"):
        (folder / profile / "test_m").mkdir(parents=True)
        (folder / profile / "test_m/test_old.rec").write_text(TEXT.format("test_m.test_old"))
    return folder


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_recording_moves_with_its_scope_in_all_profiles(recordings, tmp_path):
    done = recproxy("mv", "test_m/test_old", "test_n/TestA.test_new", folder=tmp_path)

    assert (done.returncode, done.stdout) == (0, "")
    assert files(recordings) == ["bank/test_n/TestA.test_new.rec", "shop/test_n/TestA.test_new.rec"]
    assert (recordings / "shop/test_n/TestA.test_new.rec").read_text() == TEXT.format("test_n.TestA.test_new")
    assert not (recordings / "shop/test_m").exists()
    assert done.stderr.splitlines()[1] == (
        "moved tests/functional/recordings/shop/test_m/test_old.rec "
        "to tests/functional/recordings/shop/test_n/TestA.test_new.rec"
    )


def test_a_module_moves_with_all_its_tests_and_what_failed(recordings, tmp_path):
    (recordings / "shop/test_m/test_old.failed.rec").write_text(TEXT.format("test_m.test_old"))

    done = recproxy("mv", "test_m", "sub/test_n", "--profile", "shop", folder=tmp_path)

    assert done.returncode == 0
    assert files(recordings / "shop") == ["sub/test_n/test_old.failed.rec", "sub/test_n/test_old.rec"]
    assert files(recordings / "bank") == ["test_m/test_old.rec"]
    assert ":scope test_n.test_old\n" in (recordings / "shop/sub/test_n/test_old.failed.rec").read_text()


def test_nothing_moves_onto_another_recording_nor_in_a_dry_run(recordings, tmp_path):
    (recordings / "bank/test_m/test_new.rec").write_text(TEXT.format("test_m.test_new"))
    (recordings / ".journal").mkdir()  # of a run
    before = files(recordings)

    onto = recproxy("mv", "test_m/test_old", "test_m/test_new", folder=tmp_path)
    dry = recproxy("mv", "test_m/test_old", "test_m/test_newer", "--dry-run", folder=tmp_path)
    nothing = recproxy("mv", "test_m/test_othr", "x", folder=tmp_path)

    assert (onto.returncode, "bank/test_m/test_new.rec: exists: " in onto.stderr) == (2, True)
    assert (dry.returncode, dry.stderr.count("would move ")) == (0, 2)
    assert nothing.returncode == 2
    assert nothing.stderr == (
        "recproxy: test_m/test_othr: there is no such recording in tests/functional/recordings/bank, "
        "tests/functional/recordings/shop (nearest: test_m/test_old): name it as MODULE/TEST, or MODULE for all its tests\n"
    )
    assert files(recordings) == before


@pytest.mark.parametrize(
    ("new", "spoil", "problem"),
    [
        ("test_m/test_new", lambda shop: (shop / "test_m/test_new.rec").symlink_to("nowhere.rec"), ": exists: "),
        ("test_q/test_new", lambda shop: (shop / "test_q").write_text(""), "cannot be written: Not a directory"),
        ("test_m/test_new", lambda shop: (shop / "test_m/test_old.rec").write_text("?"), "expected a request line"),
        ("test_n/" + "x" * 300, lambda shop: None, "cannot be written: File name too long"),
        ("../shop/test_n/test_new", lambda shop: None, "not a name below the recordings of a profile"),
    ],
    ids=["a link without a file", "a file in the way", "no recording", "too long", "out of the folder"],
)
def test_all_files_move_or_none(recordings, tmp_path, new, spoil, problem):
    spoil(recordings / "shop")
    before = {path: path.read_bytes() for path in recordings.rglob("*.rec") if path.is_file()}

    done = recproxy("mv", "test_m/test_old", new, folder=tmp_path)

    assert (done.returncode, problem in done.stderr) == (2, True), done.stderr
    assert {path: path.read_bytes() for path in recordings.rglob("*.rec") if path.is_file()} == before


def test_a_profile_with_two_folder_names_is_moved_once(recordings, tmp_path):
    (recordings / "store").symlink_to("shop")

    done = recproxy("mv", "test_m/test_old", "test_m/test_new", folder=tmp_path)

    assert (done.returncode, done.stderr.count("moved ")) == (0, 2), done.stderr
    assert files(recordings) == ["bank/test_m/test_new.rec", "shop/test_m/test_new.rec"]


@pytest.mark.parametrize(
    ("old", "new", "target"),
    [
        ("test_m.test_old", "test_m.test_new", "test_m/test_new"),
        ("test_m.test_old", "test_n.TestA.test_new", "test_n/TestA.test_new"),
        ("test_m", "test_n", "test_n/test_old"),
        ("tests/functional/test_m.py", "tests/functional/sub/test_n.py", "sub/test_n/test_old"),
        ("tests/functional/test_m.py", "tests/unit/test_n.py", "tests.unit.test_n/test_old"),
        (
            "tests/functional/test_m.py::test_old",
            "tests/functional/sub/test_n.py::TestA::test_b",
            "sub/test_n/TestA.test_b",
        ),
        ("tests/functional/recordings/shop/test_m/test_old.rec", "test_m/test_new", "test_m/test_new"),
    ],
)
def test_a_test_may_be_named_by_its_id_its_scope_or_its_file(recordings, tmp_path, old, new, target):
    done = recproxy("mv", old, new, folder=tmp_path)

    assert done.returncode == 0, done.stderr
    assert files(recordings) == [f"bank/{target}.rec", f"shop/{target}.rec"]


def test_a_scope_of_a_module_elsewhere_keeps_its_folder(recordings, tmp_path):
    (recordings / "shop/test_m").rename(recordings / "shop/tests.unit.test_m")

    done = recproxy("mv", "--profile", "shop", "test_m.test_old", "test_n.test_new", folder=tmp_path)

    assert done.returncode == 0, done.stderr
    assert files(recordings / "shop") == ["tests.unit.test_n/test_new.rec"]
    assert ":scope test_n.test_new\n" in (recordings / "shop/tests.unit.test_n/test_new.rec").read_text()


def test_a_module_that_leaves_its_folder_may_be_named_by_its_file(recordings, tmp_path):
    (recordings / "shop/test_m").rename(recordings / "shop/sub")
    (recordings / "shop/sub/test_m").mkdir()
    (recordings / "shop/sub/test_old.rec").rename(recordings / "shop/sub/test_m/test_old.rec")

    done = recproxy(
        "mv", "--profile", "shop", "tests/functional/sub/test_m.py", "tests/unit/test_n.py", folder=tmp_path
    )

    assert done.returncode == 0, done.stderr
    assert files(recordings / "shop") == ["tests.unit.test_n/test_old.rec"]


def test_a_websocket_moves_with_its_scope_and_says_the_same(recordings, tmp_path):
    said = "> hi\n:delay 2\n< hi\n:close 4001 see you\n"
    text = TEXT.replace("https:", "wss:").replace("200 OK\n\nhi\n", f"101 Switching Protocols\n\n{said}")
    (recordings / "shop/test_m/test_old.rec").write_text(text.format("test_m.test_old"))

    done = recproxy("mv", "test_m/test_old", "test_m/test_new", "--profile", "shop", folder=tmp_path)

    assert done.returncode == 0, done.stderr
    assert (recordings / "shop/test_m/test_new.rec").read_text() == text.format("test_m.test_new")


CALL = """#recproxy 2

:scope {}
POST https://a.example/v1.Notes/Talk HTTP/1.1
content-type: application/grpc
:encoding grpc gzip 2
:message v1.Note text=1 kind=2:v1.Kind
:enum v1.Kind LINK=1

[{{"text": "one"}}, {{"kind": "LINK"}}]
====
HTTP/1.1 200 OK
content-type: application/grpc
:after 0 1 end
:trailer grpc-status: 0
:encoding grpc

[{{"1": "welcome"}}, {{"1": "you said one"}}]
=======
"""


def test_the_messages_of_a_call_are_as_before(recordings, tmp_path):
    (recordings / "shop/test_m/test_old.rec").write_text(CALL.format("test_m.test_old"))
    recproxy("mv", "test_m/test_old", "test_m/test_new", folder=tmp_path)

    assert (recordings / "shop/test_m/test_new.rec").read_text() == CALL.format("test_m.test_new")
