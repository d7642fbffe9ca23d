"""Hooks of a profile, in real projects: called in the proxy, their faults those of one request."""

import base64
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

HOOKS = """\
from dataclasses import replace

from recproxy.hooks import Interaction, Request, Response


def compare(request: Request) -> Request:
    if b"boom" in request.body:
        raise KeyError("no such field")
    return replace(request, body=request.body.lower())


def respond(request: Request, recorded: Response | None) -> Response | None:
    if request.url.endswith("/echo"):
        headers = ((b"Content-Type", b"text/plain"), (b"Content-Length", b"999"))
        return Response(status=202, reason=b"Accepted", headers=headers, body=request.body)
    if recorded is None:
        return None
    return replace(recorded, body=recorded.body + b" for " + request.body)


def redact(interaction: Interaction) -> Interaction:
    if b"unreadable" in interaction.request.body:
        raise ValueError("cannot be read")
    word = interaction.request.wild.encode()
    body = word + interaction.request.body[5:] if interaction.request.body.startswith(b"LOUD:") else word
    return replace(interaction, request=replace(interaction.request, body=body))
"""
RECORDING = """#recproxy 2

POST https://api.shop.example/order HTTP/1.1
Content-Type: text/plain

ABC
====
HTTP/1.1 201 Created
Content-Type: text/plain

an order
=======
"""
ASK = """
import os, sys, urllib.error, urllib.request
for word in sys.argv[1:]:
    path, _, body = word.partition("=")
    request = urllib.request.Request(os.environ["SHOP_BASE_URL"] + path, data=body.encode())
    request.add_header("Content-Type", "text/plain")
    try:
        answer = urllib.request.urlopen(request)
    except urllib.error.HTTPError as error:
        answer = error
    print(answer.status, answer.read().decode().replace(chr(10), " "))
"""


@pytest.fixture
def hooked(project):
    """A project whose own profile names hooks in a module of the project."""

    def write(*kinds, module=HOOKS, recording=RECORDING, more=""):
        lines = "".join(f'{kind} = "shop_rules.hooks:{kind}"\n' for kind in kinds)
        text = (project.root / "pyproject.toml").read_text()
        project.write("pyproject.toml", f"{text}[tool.recproxy.profiles.shop.hooks]\n{lines}{more}")
        project.write("shop_rules/__init__.py", "")
        project.write("shop_rules/hooks.py", module)
        project.write("tests/functional/recordings/shop/default.rec", recording)
        return project

    return write


def ask(project, *words):
    return project.run("run", "--", sys.executable, "-c", ASK, *words)


def test_a_comparison_finds_what_the_rules_do_not_and_a_response_is_made_from_the_request(hooked):
    done = ask(hooked("compare", "respond"), "/order=aBc", "/echo=again")

    assert done.stdout.splitlines() == ["201 an order for aBc", "202 again"]
    assert done.returncode == 0, done.stderr


def test_a_response_that_the_hook_leaves_is_a_miss_as_without_it(hooked):
    done = ask(hooked("respond"), "/order=other")

    assert done.stdout.startswith("599 recproxy: no recorded interaction of shop fits this request")
    assert done.returncode == 3


def test_a_hook_that_raises_fails_its_request_and_nothing_else(hooked):
    project = hooked("compare")

    done = ask(project, "/order=abc", "/order=boom", "/order=ABC")

    line = f"hook compare of profile 'shop' raised at {project.root}/shop_rules/hooks.py:8: KeyError: 'no such field'"
    assert done.stdout.splitlines() == ["201 an order", f"502 recproxy: {line} ", "201 an order"]
    assert f"recproxy: failed: shop: POST http://api.shop.example/order: {line}\n" in done.stderr
    assert done.returncode == 3


def test_a_miss_in_a_form_that_has_no_place_for_xxx_is_a_miss(hooked):
    page = (Path(__file__).parents[2] / "docs/how-to/hooks.md").read_text()
    module = page.partition("## Compare")[2].partition("```python\n")[2].partition("```")[0]
    order = base64.b64encode(b'{"qty": 1}').decode()

    project = hooked("compare", module=module, recording=RECORDING.replace("ABC", order))
    done = ask(project, f"/order={base64.b64encode(b'hello').decode()}")

    assert (done.stdout[:4], done.returncode) == ("599 ", 3), done.stderr
    assert "recproxy: miss: no recorded interaction of shop fits this request" in done.stderr
    assert "to make it match" not in done.stderr


def test_a_recording_for_which_the_comparison_raises_is_told_at_once(hooked):
    project = hooked("compare", recording=RECORDING.replace("ABC", "boom"))

    done = ask(project, "/order=abc")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"recproxy: {project.root}/tests/functional/recordings/shop/default.rec:3: hook compare of profile 'shop' raised "
        f"at {project.root}/shop_rules/hooks.py:8: KeyError: 'no such field'\n"
    )


@pytest.mark.parametrize(
    ("hook", "wanted"),
    [
        (
            "compare = 'gone.hooks:compare'",
            "hooks.compare 'gone.hooks:compare' cannot be imported: ModuleNotFoundError",
        ),
        (
            "compare = 'shop_rules.hooks:gone'",
            "hooks.compare 'shop_rules.hooks:gone': module 'shop_rules.hooks' has no",
        ),
        ("compare = 'shop_rules'", "tool.recproxy.profiles.shop.hooks.compare is 'shop_rules': give it a function as"),
        (
            "compair = 'a:b'",
            "unknown key 'tool.recproxy.profiles.shop.hooks.compair': the known keys are compare, respond",
        ),
    ],
)
def test_a_hook_that_cannot_be_had_is_one_line_with_file_and_key(hooked, hook, wanted):
    project = hooked(more=f"{hook}\n")

    done = project.verb("run", "--profile", "shop", "--", "true")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("recproxy: pyproject.toml:")
    assert wanted in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_hooks_are_not_loaded_from_outside_the_project(project, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    text = 'schema = 1\nname = "shop"\n[[endpoints]]\nhosts = ["a.example"]\n[hooks]\ncompare = "evil:compare"\n'
    (outside / "profile.toml").write_text(text)
    (outside / "evil.py").write_text("raise AssertionError('loaded')")

    done = project.run("run", "--profile", str(outside), "--", "true")

    assert done.returncode == 2
    assert done.stderr == (
        f"recproxy: ../{outside.name}/profile.toml:6: hooks are loaded from installed packages and from the project, "
        f"{project.root}: install the package of this profile, or move it there\n"
    )


class Service(BaseHTTPRequestHandler):
    def log_message(self, *words):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")


@pytest.fixture
def upstream():
    """A real service on loopback, as a table of the profile."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f'[tool.recproxy.profiles.shop.upstream]\naddress = "http://127.0.0.1:{server.server_port}"\n'
    server.shutdown()
    server.server_close()
    thread.join()


def record(project, *words):
    return project.run("run", "--record", "shop", "--", sys.executable, "-c", ASK, *words)


def test_a_redaction_acts_before_anything_is_stored_and_what_it_hides_replays(hooked, upstream):
    project = hooked("redact", more=upstream, recording="#recproxy 2\n")

    done = record(project, "/order=LOUD:and clear")

    assert done.returncode == 0, done.stderr
    text = (project.root / "tests/functional/recordings/shop/default.rec").read_text()
    assert "\n\nXXXand clear\n====" in text
    assert "LOUD" not in text
    assert ask(project, "/order=LOUD:and clear").stdout == "201 ok\n"


def test_a_redaction_that_raises_means_that_nothing_is_written(hooked, upstream):
    project = hooked("redact", more=upstream, recording="#recproxy 2\n")

    done = record(project, "/order=unreadable secret", "/order=fine")

    assert done.returncode == 3
    (failed,) = [line for line in done.stderr.splitlines() if line.startswith("recproxy: failed: shop: POST http")]
    assert failed.endswith(
        f": not recorded: hook redact of profile 'shop' raised at {project.root}/shop_rules/hooks.py:23: "
        "ValueError: cannot be read"
    )
    files = [path for path in project.root.rglob("*") if path.is_file() and path.suffix != ".py"]
    assert [path for path in files if b"unreadable secret" in path.read_bytes()] == []
    assert (project.root / "tests/functional/recordings/shop/default.rec").read_text() == "#recproxy 2\n"


def test_a_miss_shows_a_request_as_the_redaction_leaves_it(hooked):
    project = hooked("redact")

    done = ask(project, "/missing=LOUD:secret", "/missing=unreadable secret")

    assert "LOUD" not in done.stdout + done.stderr
    assert "unreadable" not in done.stdout + done.stderr
    assert done.stdout.count("599 ") == 2
