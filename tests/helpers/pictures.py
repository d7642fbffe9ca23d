"""The pictures of README and docs, made from real runs: python tests/helpers/pictures.py docs/pictures

They show the steps of README: the test of its first python block, recorded from a stand-in for the service, replayed
without it, and missed when the test sends something else. The pages of report and viewer need playwright and chromium.
"""

import contextlib
import fcntl
import io
import json
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from browsers import chromium

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = 96
#: What a reader has for `your-token`.
TOKEN = "A" * 22 + "MLheAAAAAAA0"
#: Of the profiles that are installed, one: what is typed in a picture says so.
CHOSEN = ("--profile", "twitter")
#: What README's commands get of the environment: no run around this one, no CI.
README_ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("RECPROXY", "TWITTER_")) and name not in ("CI", "NO_COLOR")
}


@contextlib.contextmanager
def standing_for_twitter():
    """A service that answers a posted text as the API of Twitter does: its address."""

    class Service(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            text = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"]
            body = json.dumps({"data": {"id": "1845678901234567890", "text": text}}).encode()
            self.send_response_only(201)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def write_project(folder, address):
    """The project of README, whose service is at an address: what it says of files, and nothing else."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    test = re.search(r"^```python\n(import os\n.*?)^```$", readme, re.MULTILINE | re.DOTALL)[1]
    (folder / "tests/functional").mkdir(parents=True)
    (folder / "tests/functional/test_send.py").write_text(test)
    (folder / "recproxy.toml").write_text(f'[profiles.twitter.upstream]\naddress = "{address}"\n')


def on_terminal(folder, words):
    """What a terminal of some columns gets from `recproxy` with these words."""
    end, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    quiet = "-p no:randomly -p no:cacheprovider -p no:asyncio --color=yes"
    environment = README_ENVIRONMENT | {"TERM": "xterm-256color", "COLUMNS": str(COLUMNS), "PYTEST_ADDOPTS": quiet}
    environment |= {"TWITTER_BEARER_TOKEN": TOKEN, "PYTHONDONTWRITEBYTECODE": "1"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    command = [sys.executable, "-m", "recproxy", words[0], *CHOSEN, *words[1:]]
    program = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True
    )
    os.close(terminal)
    got = b""
    with contextlib.suppress(OSError):  # how Linux ends a terminal
        while piece := os.read(end, 65536):
            got += piece
    os.close(end)
    program.wait()
    return got.decode()


def picture(shown, said):
    """An SVG of a terminal in which a command was typed; its fonts are those of whoever looks."""
    from rich.console import Console
    from rich.terminal_theme import MONOKAI
    from rich.text import Text

    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.assemble(("$ ", "bold green"), shown))
    console.print(Text.from_ansi(said.replace("\r\n", "\n").rstrip()))
    drawn = console.export_svg(title="recproxy", theme=MONOKAI, unique_id="recproxy")
    return re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL).replace("Fira Code", "ui-monospace")


def page_picture(folder, target):
    """The page of the report at a miss, in Chromium."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1100, "height": 620}, color_scheme="light")
        page.goto((folder / "report.html").as_uri() + "#miss-0")
        page.locator("h3").first.wait_for()
        page.screenshot(path=str(target))


def viewer_picture(folder, target):
    """The page of the viewer at the recording that the run has written, with a value chosen to be masked."""
    command = [sys.executable, "-m", "recproxy", "ui", "--no-open"]
    viewer = subprocess.Popen(command, cwd=folder, env=README_ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    try:
        with chromium() as browser:
            page = browser.new_page(viewport={"width": 1100, "height": 940}, color_scheme="light")
            page.goto(viewer.stdout.readline().strip())
            page.locator(".row").first.click()
            page.get_by_role("button", name="Choose a value to mask").first.click()
            page.get_by_role("button", name="at /text").click()
            page.locator("input:focus").fill("text")
            page.get_by_label("wherever this value stands").check()
            page.evaluate("window.scrollTo(0, 0)")
            page.screenshot(path=str(target))
    finally:
        viewer.terminate()
        viewer.communicate()


def main(target):
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "share"
        with standing_for_twitter() as address:
            write_project(folder, address)
            on_terminal(folder, ["run", "--record", "twitter", "--", "pytest", "-q", "tests/functional"])
        viewer_picture(folder, target / "viewer.png")
        replay = ["run", "--", "pytest", "-q", "tests/functional"]
        (target / "run.svg").write_text(
            picture("recproxy run --profile twitter -- pytest -q tests/functional", on_terminal(folder, replay))
        )
        test = folder / "tests/functional/test_send.py"
        test.write_text(test.read_text().replace('"hello"', '"good morning"'))
        replay[1:1] = ["--report", "report.html"]
        said = on_terminal(folder, [*replay, "--tb=no"])
        (target / "miss.svg").write_text(
            picture("recproxy run --profile twitter -- pytest -q --tb=no tests/functional", said)
        )
        page_picture(folder, target / "report.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
