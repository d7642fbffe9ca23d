"""The share server for tests: started at first use, so that it inherits the environment a test runs in.

Where SHARE_URL says that it runs elsewhere, in a container say, it is used there.
"""

import atexit
import functools
import json
import os
import subprocess
import sys
from pathlib import Path

import requests


def send(**share):
    """Share a link, as the browser does."""
    return requests.post(f"{address()}/api/send", json=share, timeout=60).json()


def commands():
    """Hear the commands that people type in Slack, as they come."""
    with requests.get(f"{address()}/api/commands", stream=True, timeout=60) as answer:
        yield from map(json.loads, answer.iter_lines())


def queue(subscription, *, most):
    """Share so many links of a subscription, and hear of each as it is done."""
    asked = {"subscription": subscription, "most": most}
    with requests.get(f"{address()}/api/queue", params=asked, stream=True, timeout=60) as answer:
        yield from map(json.loads, answer.iter_lines())


def contacts():
    """Ask for the contacts."""
    return requests.get(f"{address()}/api/contacts", timeout=60).json()


def contacts_of(domain, **asked):
    """Ask for the contacts of an account."""
    return requests.post(f"{address()}/api/contacts/{domain}", json=asked, timeout=60).json()


def log_in(domain, **returned):
    """Log in by a service; the last redirect. `returned` is what the service sends the browser back with."""
    browser = requests.Session()
    end_points = {"end_point_auth_success": "/success", "end_point_auth_failure": "/failure"}
    form = {"domain": domain} | end_points
    answer = browser.post(f"{address()}/api/account/authorize", data=form, allow_redirects=False, timeout=60)
    if returned:
        back = {"provider": domain} | returned
        url = f"{address()}/api/account/verify"
        answer = browser.get(url, params=back, allow_redirects=False, timeout=60)
    return answer


@functools.cache
def address():
    """Where the share server listens: a process of its own that ends with this one."""
    if elsewhere := os.environ.get("SHARE_URL"):
        return elsewhere
    server = subprocess.Popen(
        [sys.executable, "-m", "share"],
        cwd=Path(__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    atexit.register(server.communicate)  # closes its stdin and waits
    return f"http://127.0.0.1:{int(server.stdout.readline())}"
