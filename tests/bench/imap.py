"""What a fetch of 1,000 headers costs over IMAP: from a recording, and from the Dovecot that it was recorded from.

python tests/bench/imap.py
"""

from __future__ import annotations

import imaplib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "helpers"))
from dovecot import PASSWORD, dovecot, is_installed

MESSAGES = 1000
ROUNDS = 20
PROFILE = """[project]
name = "bench"
[tool.recproxy.profiles.post]
[[tool.recproxy.profiles.post.endpoints]]
protocol = "imap"
hosts = ["mail.example"]
ports = ["143"]
variables = "POST_IMAP"
address = "127.0.0.1:{port}"
"""
MESSAGE = (
    "From: a@example.com\r\nTo: b@example.com\r\nSubject: message {number}\r\nMessage-ID: <{number}@example.com>\r\n"
    "Date: Mon, 5 Jan 2026 00:00:00 +0000\r\nReceived: from a by b with ESMTP id 4711; Mon, 5 Jan 2026 00:00:00 +0000\r\n"
    "\r\nhello\r\n"
)


def fetched(host: str, port: int, rounds: int) -> list[float]:
    """The milliseconds of each fetch."""
    times: list[float] = []
    with imaplib.IMAP4(host, port) as client:
        client.login("joe", PASSWORD)
        client.select()
        for _ in range(rounds):
            begun = time.perf_counter()
            _, got = client.fetch("1:*", "(BODY.PEEK[HEADER])")
            times.append((time.perf_counter() - begun) * 1000)
            assert len(got) == 2 * MESSAGES
    return times


def serving(root: Path, mode: str, variables: str = "POST_IMAP") -> tuple[subprocess.Popen[str], str, int]:
    """A run in a mode, and where its mail server is."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RECPROXY")}
    process = subprocess.Popen(
        [sys.executable, "-m", "recproxy", "serve", "--profile", "post", "--mode", mode],
        cwd=root,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    said = json.loads(process.stdout.readline())["environment"]
    return process, said[f"{variables}_HOST"], int(said[f"{variables}_PORT"])


def measure() -> dict[str, float]:
    """What `compare` compares."""
    if not is_installed():
        return {}
    with tempfile.TemporaryDirectory() as name, dovecot() as server:
        root = Path(name)
        (root / "pyproject.toml").write_text(PROFILE.format(port=server.port))
        with imaplib.IMAP4("127.0.0.1", server.port) as client:
            client.login("joe", PASSWORD)
            for number in range(MESSAGES):
                client.append("INBOX", "", "", MESSAGE.format(number=number).encode())
        found = {"from Dovecot": fetched("127.0.0.1", server.port, ROUNDS)}
        for mode, rounds in (("record", 1), ("replay", ROUNDS)):
            process, host, port = serving(root, mode)
            found[mode] = fetched(host, port, rounds)
            process.communicate("")
        found["from Dovecot"] += fetched("127.0.0.1", server.port, ROUNDS)
    return {
        f"{MESSAGES} headers {which}, ms": statistics.median(found[key])
        for which, key in (("from a recording", "replay"), ("from Dovecot", "from Dovecot"))
    }


def main() -> None:
    found = measure()
    if not found:
        print("dovecot is not installed")
    for name, value in found.items():
        print(f"{name}: {value:.1f}")


if __name__ == "__main__":
    main()
