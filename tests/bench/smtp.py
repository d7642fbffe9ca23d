"""What a message of 100 KB costs over SMTP: from a recording, and from an aiosmtpd that answers the same.

python tests/bench/smtp.py
"""

from __future__ import annotations

import smtplib
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from imap import PROFILE, serving

ROUNDS = 40
MESSAGE = (
    "From: a@example.com\r\nTo: b@example.com\r\nSubject: a report\r\n\r\n" + ("0123456789" * 7 + "\r\n") * 1400
).encode()
#: A process of its own, as recproxy is, until its input ends.
SERVER = """
import sys
sys.path.insert(0, sys.argv[1])
from mail_server import answering
with answering() as (port, _):
    print(port, flush=True)
    sys.stdin.read()
"""


def sent(host: str, port: int, rounds: int) -> list[float]:
    """The milliseconds of each message, over one connection."""
    times: list[float] = []
    with smtplib.SMTP(host, port) as client:
        for _ in range(rounds):
            begun = time.perf_counter()
            client.sendmail("a@example.com", ["b@example.com"], MESSAGE)
            times.append((time.perf_counter() - begun) * 1000)
    return times


def measure() -> dict[str, float]:
    """What `compare` compares."""
    helpers = str(Path(__file__).parents[1] / "helpers")
    other = subprocess.Popen(
        [sys.executable, "-c", SERVER, helpers], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    port = int(other.stdout.readline())
    try:
        with tempfile.TemporaryDirectory() as name:
            root = Path(name)
            profile = PROFILE.replace('"imap"', '"smtp"').replace("143", "587").replace("POST_IMAP", "POST_SMTP")
            (root / "pyproject.toml").write_text(profile.format(port=port))
            process, ours_host, ours = serving(root, "record", "POST_SMTP")
            sent(ours_host, ours, 2 * ROUNDS)
            process.communicate("")
            process, ours_host, ours = serving(root, "replay", "POST_SMTP")
            found: dict[str, list[float]] = {"from a recording": [], "from aiosmtpd": []}
            for _ in range(2):  # in turns, because the load of the machine changes
                found["from aiosmtpd"] += sent("127.0.0.1", port, ROUNDS)
                found["from a recording"] += sent(ours_host, ours, ROUNDS)
            process.communicate("")
    finally:
        other.communicate("")
    return {f"a message of 100 KB {which}, ms": statistics.median(times) for which, times in found.items()}


def main() -> None:
    for name, value in measure().items():
        print(f"{name}: {value:.2f}")


if __name__ == "__main__":
    main()
