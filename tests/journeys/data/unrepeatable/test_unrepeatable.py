"""Eleven tests that pass when they are recorded, and do not replay: each for a reason of its own."""

import json
import os
import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from shop import ask

SEEN = []


def test_fills_what_another_needs():
    SEEN.append("order")
    assert ask("/items/1")["path"] == "/items/1"


def test_random_value():
    assert ask("/orders", {"item": 1, "key": random.randrange(10**8, 10**9)})["n"]


def test_time():
    assert ask(f"/report?until={time.time():.3f}")["n"]


def test_order_of_tests():
    assert ask(f"/orders?known={len(SEEN)}")["n"]


def test_shared_state():
    counter = Path("counter.txt")
    number = int(counter.read_text()) + 1 if counter.exists() else 1
    counter.write_text(str(number))
    assert ask("/orders", {"number": number})["n"]


def test_retries():
    begun = time.monotonic()
    ask("/slow/report")
    if time.monotonic() - begun > 0.9:  # the first answer took long: is it still right?
        ask("/slow/report")


def test_concurrency():
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(ask, ["/together/next"] * 2))
    assert answers[0] != answers[1]


def test_order_of_values():
    program = "import json; print(json.dumps(list({f'name-{number}' for number in range(12)})))"
    # The order of a set is another in each process that nobody gave a seed.
    said = subprocess.run([sys.executable, "-I", "-S", "-c", program], check=True, stdout=subprocess.PIPE)
    assert ask("/names", json.loads(said.stdout))["n"]


def test_temporary_path(tmp_path):
    assert ask("/upload", {"file": str(tmp_path / "order.csv"), "size": 12})["n"]


def test_kept_answers():
    kept = Path("kept.txt")
    if not kept.exists():
        kept.write_text(str(ask("/settings")["n"]))
    assert kept.read_text()


def test_result():
    ask("/items/2")
    assert os.environ["SHOP_KEY"] == "the-key-of-the-recording"


def test_parallel_tests():
    assert ask(f"/items/3?worker={os.environ.get('PYTEST_XDIST_WORKER', 'none')}")["n"]
