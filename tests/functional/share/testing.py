"""The share server for tests: started at first use, so that it inherits the environment a test runs in."""

import atexit
import functools
import subprocess
import sys
from pathlib import Path

import requests


def send(**share):
    """Share a link, as the browser does."""
    return requests.post(f"{address()}/api/send", json=share, timeout=60).json()


def contacts():
    """Ask for the contacts."""
    return requests.get(f"{address()}/api/contacts", timeout=60).json()


@functools.cache
def address():
    """Where the share server listens: a process of its own that ends with this one."""
    server = subprocess.Popen(
        [sys.executable, "-m", "share"],
        cwd=Path(__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    atexit.register(server.communicate)  # closes its stdin and waits
    return f"http://127.0.0.1:{int(server.stdout.readline())}"
