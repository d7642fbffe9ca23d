"""Links and odd files that a pull request may bring: nothing outside the recordings changes, whatever a user runs."""

import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from recproxy.recording import load

from .conftest import SHOP, Project

RECORDINGS = "tests/functional/recordings"
DEFAULT = f"{RECORDINGS}/shop/default.rec"
GOOD = "#recproxy 2\n\nGET http://api.shop.example/old HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\nold\n=======\n"
SECRET = GOOD.replace("\n\n====", "\nAuthorization: Basic dXNlcjpzZWNyZXQtb2YtdGhlLXVzZXI=\n\n====")
FETCH = "import os, urllib.request as u; print(u.urlopen(os.environ['SHOP_BASE_URL'] + '/new').read())"
FAIL = f"{FETCH}; raise SystemExit(7)"


class Origin(BaseHTTPRequestHandler):
    def log_message(self, *words):
        pass

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "3")
        self.end_headers()
        self.wfile.write(b"new")


@pytest.fixture(scope="module")
def origin():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Origin)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def pull(tmp_path, origin):
    """A project that a pull request has changed, and beside it a folder of the user."""
    made = Project(tmp_path / "project")
    address = f"http://127.0.0.1:{origin.server_port}"
    upstream = f'[tool.recproxy.profiles.shop.upstream]\naddress = "{address}"\n'
    made.write("pyproject.toml", f'[project]\nname = "demo"\n{SHOP}{upstream}')
    made.write(DEFAULT, GOOD)
    made.outside = tmp_path / "outside"
    made.outside.mkdir()
    (made.outside / "notes.txt").write_text("mine")
    (made.outside / "other.rec").write_text(SECRET)
    (made.outside / "folder").mkdir()
    (made.outside / "folder/default.rec").write_text(SECRET)
    return made


def tree(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def link(pull, name, to, *, folder=False):
    path = pull.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        for each in path.iterdir():
            each.unlink()
        path.rmdir()
    path.unlink(missing_ok=True)
    path.symlink_to(pull.outside / to, target_is_directory=folder)


LINKS = {
    "the old name of a next version": (f"{RECORDINGS}/shop/.default.rec.tmp", "notes.txt"),
    "the recording": (DEFAULT, "other.rec"),
    "a dangling recording": (DEFAULT, "new.rec"),
    "the folder of the profile": (f"{RECORDINGS}/shop", "folder"),
    "a dangling folder of the profile": (f"{RECORDINGS}/shop", "new-folder"),
    "the folder of journals": (f"{RECORDINGS}/.journal", "folder"),
    "a dangling folder of journals": (f"{RECORDINGS}/.journal", "new-folder"),
    "what keeps journals out of commits": (f"{RECORDINGS}/.journal/.gitignore", "new.txt"),
    "a journal": (f"{RECORDINGS}/.journal/1-a.journal", "notes.txt"),
    "what a failed scope left": (f"{RECORDINGS}/shop/default.failed.rec", "other.rec"),
    "dangling, what a failed scope left": (f"{RECORDINGS}/shop/default.failed.rec", "new.rec"),
}


@pytest.mark.parametrize(
    ("name", "program"), [*((name, FETCH) for name in LINKS), ("the old name of a next version", FAIL)]
)
def test_recording_writes_to_no_link_that_leaves_the_recordings(pull, name, program):
    link(pull, *LINKS[name])
    before = tree(pull.outside)

    done = pull.python(program, "--mode", "record")

    assert tree(pull.outside) == before
    assert "Traceback" not in done.stderr
    ignored = ("the old name of a next version", "what keeps journals out of commits", "a journal")
    if name in ignored:
        recorded = pull.root / (DEFAULT if program == FETCH else DEFAULT.replace(".rec", ".failed.rec"))
        assert done.returncode == (0 if program == FETCH else 7)
        assert [each.request.url for each in load(recorded.read_bytes()).interactions][-1].endswith("/new")
    else:
        assert done.returncode == 2
        assert "cannot be written: a link leads out of " in done.stderr


def test_a_link_at_the_name_of_a_lock_is_not_followed(pull):
    import hashlib

    path = os.fsencode(os.path.realpath(pull.root / DEFAULT))
    name = f"{RECORDINGS}/.journal/{hashlib.sha256(path).hexdigest()[:16]}.lock"
    link(pull, name, "new.txt")
    before = tree(pull.outside)

    done = pull.python(FETCH, "--mode", "record")

    assert tree(pull.outside) == before
    assert done.returncode == 2
    assert f"{RECORDINGS}/.journal: cannot be written: Too many levels of symbolic links" in done.stderr


def test_pipes_among_the_recordings_hold_nothing_up(pull):
    for name in ("shop/pipe.rec", "shop/pipe.har", ".journal/1-a.journal"):
        path = pull.root / RECORDINGS / name
        path.parent.mkdir(exist_ok=True)
        os.mkfifo(path)
    (pull.root / RECORDINGS / "shop/device.rec").symlink_to("/dev/zero")

    recorded = pull.python(FETCH, "--mode", "record")
    checked = pull.verb("check", RECORDINGS)
    scanned = pull.verb("scan", RECORDINGS)
    imported = pull.verb("import", RECORDINGS, "--profile", "shop", "--to", "imported", "--dry-run")

    assert [done.returncode for done in (recorded, checked, scanned, imported)] == [0, 0, 0, 0], checked.stderr


def test_a_pipe_in_place_of_the_recording_is_an_error(pull):
    (pull.root / DEFAULT).unlink()
    os.mkfifo(pull.root / DEFAULT)

    done = pull.python(FETCH, "--mode", "record")

    assert done.returncode == 2
    assert f"{pull.root / DEFAULT}: cannot be written: it is no file; what was there is as it was" in done.stderr


@pytest.mark.parametrize("words", [(RECORDINGS,), (DEFAULT,), (f"{RECORDINGS}/shop",)])
@pytest.mark.parametrize("name", ["the recording", "the folder of the profile"])
def test_a_scan_mends_no_file_outside(pull, name, words):
    link(pull, *LINKS[name])
    before = tree(pull.outside)

    done = pull.verb("scan", "--fix", *words)

    linked_folder = name == "the folder of the profile" and words == (f"{RECORDINGS}/shop",)
    if linked_folder:  # the user named the folder itself
        assert (done.returncode, tree(pull.outside) != before) == (0, True)
    else:
        assert tree(pull.outside) == before


@pytest.mark.parametrize("name", ["gone.rec", "other.rec"])
def test_an_import_and_an_export_write_to_no_link_that_leaves_their_folder(pull, name):
    link(pull, "imported/default.rec", name)
    link(pull, "exported/default.har", name)
    before = tree(pull.outside)

    imported = pull.verb("import", DEFAULT, "--profile", "shop", "--to", "imported", "--force")
    exported = pull.verb("export", DEFAULT, "--format", "har", "--to", "exported", "--force")

    assert tree(pull.outside) == before
    assert (imported.returncode, exported.returncode) == (2, 2)
    for done, path in ((imported, "imported/default.rec"), (exported, "exported/default.har")):
        assert f"{path}: cannot be written: a link leads out of {path.partition('/')[0]}, to " in done.stderr


INIT_LINKS = {
    "the line for git": (".gitattributes", "notes.txt"),
    "the configuration": ("pyproject.toml", "pyproject.toml"),
    "a new configuration": ("recproxy.toml", "recproxy.toml"),
    "the runner's file": ("noxfile.py", "noxfile.py"),
    "the folder of tests": ("tests", "folder"),
    "the folder of functional tests": ("tests/functional", "new-folder"),
}


@pytest.mark.parametrize("name", INIT_LINKS)
def test_init_writes_to_no_link_that_leaves_the_folder(tmp_path, name):
    made = Project(tmp_path / "project")
    made.root.mkdir()
    made.outside = tmp_path / "outside"
    made.write("../outside/notes.txt", "mine")
    made.write("../outside/pyproject.toml", '[project]\nname = "theirs"\n')
    made.write("../outside/folder/mine.txt", "mine")
    link(made, *INIT_LINKS[name])
    before = tree(made.outside)

    done = made.verb("init", "--yes", "--runner", "nox", "--profile", "shop=api.shop.example")

    assert tree(made.outside) == before
    assert "Traceback" not in done.stderr
    assert done.returncode == (0 if name in ("a new configuration", "the runner's file") else 2), done.stderr


def test_a_recordings_folder_that_is_a_link_is_recorded_into(pull):
    """The user's own link: recordings that several checkouts share."""
    shared = pull.outside / "shared"
    (pull.root / RECORDINGS).rename(shared)
    (pull.root / RECORDINGS).symlink_to(shared)

    done = pull.python(FETCH, "--mode", "record")

    assert done.returncode == 0, done.stderr
    assert load((shared / "shop/default.rec").read_bytes()).interactions[-1].request.url.endswith("/new")


def test_a_link_within_the_recordings_stays_one(pull):
    (pull.root / DEFAULT).rename(pull.root / RECORDINGS / "shared.rec")
    (pull.root / DEFAULT).symlink_to("../shared.rec")

    done = pull.python(FETCH, "--mode", "record")

    assert done.returncode == 0, done.stderr
    assert (pull.root / DEFAULT).is_symlink()
    assert load((pull.root / DEFAULT).read_bytes()).interactions[-1].request.url.endswith("/new")


def test_a_recording_that_leads_to_a_program_of_the_project_is_refused(pull):
    (pull.root / DEFAULT).unlink()
    (pull.root / DEFAULT).symlink_to("../shop.py")
    pull.write(f"{RECORDINGS}/shop.py", "")

    done = pull.run("run", "--mode", "record", "--", sys.executable, "-c", FETCH)

    assert done.returncode == 2
    assert "cannot be written: a link leads to a file of another kind, " in done.stderr
    assert (pull.root / RECORDINGS / "shop.py").read_text() == ""
