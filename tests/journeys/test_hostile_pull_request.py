"""Links and odd files that a pull request may bring: nothing outside the recordings changes, whatever a user runs."""

import base64
import gzip
import os
import pickle
import socket
import stat
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from deadlines import seconds

import recproxy
from recproxy.recording import load

from .conftest import SHOP, Project

RECORDINGS = "tests/functional/recordings"
DEFAULT = f"{RECORDINGS}/shop/default.rec"
GOOD = "#recproxy 2\n\nGET http://api.shop.example/old HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\nold\n=======\n"
SECRET = GOOD.replace("\n\n====", "\nAuthorization: Basic dXNlcjpzZWNyZXQtb2YtdGhlLXVzZXI=\n\n====")
FRAME_OF_RECPROXY = f'File "{Path(recproxy.__file__).parent}{os.sep}'
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
    assert FRAME_OF_RECPROXY not in done.stderr  # the program may trip over an answer that the refusal cut short
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
    assert done.returncode == (0 if name == "the runner's file" else 2), done.stderr


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


#: As users start it: `python -m recproxy` would look for modules in the folder first, as Python says.
RECPROXY = Path(sys.executable).with_name("recproxy")
BLOCK = "#recproxy 2\n\nGET https://api.shop.example/{} HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n{}\n\n{}\n=======\n"
CASSETTE = "interactions:\n- request: {{method: GET, uri: 'http://a.example/', body: null, headers: {{}}}}\n  response: {}\nversion: 1\n"
HAR = '{{"log": {{"version": "1.2", "entries": [{}]}}}}'
ENTRY = (
    '{{"request": {{"method": "GET", "url": "{}", "headers": []}}, "response": {{"status": 200, "statusText": "",'
    ' "headers": [{{"name": "Content-Encoding", "value": "gzip"}}], "content": {{"text": "{}", "encoding": "base64"}}}}}}'
)
BOMB = base64.b64encode(gzip.compress(b"\0" * 4_000_000)).decode()
LAUGHS = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))


def hostile_files(outside):
    """The text of each hostile file by its place in the recordings; `CANARY` in it writes a file outside when it runs."""
    canary = f"open({str(outside / 'ran')!r}, 'w').close()\n"
    shell = f"touch {outside / 'ran'}"
    return {
        "shop/apply.yaml": CASSETTE.format(f"!!python/object/apply:os.system ['{shell}']"),
        "shop/name.yaml": CASSETTE.format("!!python/name:os.system"),
        "shop/module.yaml": CASSETTE.format("!!python/module:antigravity"),
        "shop/ruby.yaml": CASSETTE.format("!ruby/object:Gem::Installer {i: x}"),
        "shop/laughs.yaml": LAUGHS + CASSETTE.format("*a11"),
        "shop/deep.yaml": CASSETTE.format("[" * 5000 + "]" * 5000),
        "shop/deep.json": '{"interactions": ' + "[" * 100_000 + "]" * 100_000 + "}",
        "shop/digits.har": HAR.format('{"time": ' + "9" * 100_000 + "}"),
        "shop/file.har": HAR.format(ENTRY.format("file:///etc/passwd", "")),
        "shop/bomb.har": HAR.format(ENTRY.format("https://api.shop.example/bomb", BOMB)),
        "shop/deep.toml": "[[responses]]\n[responses.response]\nbody = " + "[" * 5000 + "]" * 5000,
        "shop/pickle.rec": pickle.dumps({"a": 1}),
        "shop/escape.rec": BLOCK.format("a", "X-A: \x1b]0;title\x07\x1b[2J", "\x1b]52;c;AAAA\x07"),
        "shop/bidi.rec": BLOCK.format("b", "X-A: \u202e\u2066", "x"),
        "shop/null.rec": BLOCK.format("c", "X-A: \0", "x"),
        "shop/carriage.rec": BLOCK.format("d", "X-A: b\rX-B: c", "x"),
        "shop/base64.rec": BLOCK.format("e", ":body base64", "%%%"),
        "shop/equals.rec": BLOCK.format("f", "X-A: b", "=" * 200_000),
        "shop/long.rec": BLOCK.format("g" * 200_000, "X-A: b", "x"),
        "shop/conflict.rec": "<<<<<<< HEAD\n" + GOOD,
        "shop/empty.rec": "",
        "shop/wild.rec": BLOCK.format("XXX" * 5000, "X-A: b", "x"),
        "shop/a\nb.rec": SECRET,
        "shop/\x1b[2J.rec": SECRET,
        "shop/--fix": SECRET,
        "shop/-rf.rec": SECRET,
        "shop/" + "n" * 240 + ".rec": SECRET,
        "shop/secret.rec": SECRET,
        "conftest.py": canary,
        "shop/__init__.py": canary,
        "shop/sitecustomize.py": canary,
        "shop/hooks.py": canary,
        ".journal/1-a.journal": '{"recording": "%s", "scope": "run"}\n' % (outside / "new.rec"),
        ".journal/2-b.journal": "#recproxy journal 2 " + "0" * 32 + "\n" + "\1" + "\0" * 40,
    }


def plant(pull):
    """Put all of it into a project: in its recordings, and in its folder what Python and others might load."""
    root, recordings = pull.root, pull.root / RECORDINGS
    for name, text in hostile_files(pull.outside).items():
        path = recordings / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (recordings / "shop" / os.fsdecode(b"\xff.rec")).write_text(SECRET)
    os.mkfifo(recordings / "shop/pipe.rec")
    listening = socket.socket(socket.AF_UNIX)
    folder = os.open(recordings / "shop", os.O_RDONLY)
    listening.bind(f"/proc/self/fd/{folder}/socket.rec")  # its whole path is longer than a socket's may be
    os.close(folder)
    listening.close()
    links = {
        "shop/zero.rec": "/dev/zero",
        "shop/random.har": "/dev/urandom",
        "shop/passwd.rec": "/etc/passwd",
        "shop/outside.rec": pull.outside / "other.rec",
        "shop/outside.yaml": pull.outside / "notes.txt",
        "shop/one.rec": "two.rec",
        "shop/two.rec": "one.rec",
        "shop/up": "..",
        "linked": pull.outside / "folder",
        ".journal/.gitignore": pull.outside / "new.txt",
        "shop/.default.rec.tmp": pull.outside / "notes.txt",
        "shop/secret.failed.rec": pull.outside / "other.rec",
    }
    for name, to in links.items():
        (recordings / name).symlink_to(to)
    canary = f"open({str(pull.outside / 'ran')!r}, 'w').close()\n"
    for name in (
        "json.py",
        "click.py",
        "yaml.py",
        "sitecustomize.py",
        "usercustomize.py",
        "noxfile.py",
        "setup.py",
        "conftest.py",
    ):
        (root / name).write_text(canary)
    (root / "evil.pth").write_text(f"import os; {canary}")
    assert len(hostile_files(pull.outside)) + len(links) + 4 >= 50


def run(pull, *words):
    environment = {name: value for name, value in pull.environment().items() if name != "PYTHONPATH"}
    return subprocess.run(
        [RECPROXY, *words],
        cwd=pull.root,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=seconds(60),
    )


def command(mode, program=FETCH):
    return ("run", "--profile", "shop", "--mode", mode, "--", sys.executable, "-I", "-c", program)


COMMANDS = {
    "check": ("check", RECORDINGS),
    "scan": ("scan", RECORDINGS),
    "scan --fix": ("scan", "--fix", RECORDINGS),
    "import": ("import", RECORDINGS, "--profile", "shop", "--to", "imported", "--force"),
    "export": ("export", RECORDINGS, "--format", "har", "--to", "exported", "--force"),
    "show": ("show", f"{RECORDINGS}/shop/escape.rec"),
    "show a cassette": ("show", f"{RECORDINGS}/shop/apply.yaml"),
    "replay": command("replay", FETCH.replace("/new", "/old")),
    "record": command("record"),
    "auto": command("auto"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_changes_anything_outside_or_runs_what_it_finds(pull, name):
    plant(pull)
    before, modes = tree(pull.outside), {path: stat.S_IFMT(path.lstat().st_mode) for path in pull.root.rglob("*")}

    done = run(pull, *COMMANDS[name])

    assert tree(pull.outside) == before
    assert done.returncode in (0, 1, 2, 3), done.stderr
    assert b"Traceback" not in done.stderr
    assert b"\x1b" not in done.stdout + done.stderr
    left = {path: stat.S_IFMT(path.lstat().st_mode) for path in modes if os.path.lexists(path)}
    assert left.items() <= modes.items()  # links, pipes and sockets are what they were
    if name in ("record", "auto"):
        assert done.returncode == 0, done.stderr
        assert b"/new HTTP/1.1" in (pull.root / DEFAULT).read_bytes()
