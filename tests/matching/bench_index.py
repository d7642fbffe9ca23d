"""How long a look-up takes in a recording of 10 and of 100,000 interactions, and how long the index takes to make.

    python tests/matching/bench_index.py [SIZE]

Both sizes are asked the same number of different requests, turn by turn, and the best of several rounds counts: what
is compared is the look-up, not the memory of the machine.
"""

from __future__ import annotations

import dataclasses
import gc
import sys
import time
from collections.abc import Callable

from recproxy.matching.index import Index
from recproxy.matching.miss import miss
from recproxy.matching.rules import Rules
from recproxy.recording.values import Interaction, Recording, Request, Response

FORM = ((b"Content-Type", b"application/x-www-form-urlencoded"),)
JSON = ((b"Content-Type", b"application/json"),)
API = "https://api.example.com/2/tweets"


def get(number: int) -> Request:
    return Request(method="GET", url=f"{API}/{number}?expand=author&lang=en")


def form(number: int) -> Request:
    body = b"status=hello+%d&nonce=XXX&lang=en" % number
    return Request(method="POST", url=API, headers=FORM, body=body)


def json(number: int) -> Request:
    body = b'{"text": "hello %d", "n": %d, "tags": ["a", "b"]}' % (number, number)
    return Request(method="POST", url=API, headers=JSON, body=body)


def wild_json(number: int) -> Request:
    return Request(method="POST", url=API, headers=JSON, body=b'{"text": "hello %d", "nonce": "XXX"}' % number)


def wild_path(number: int) -> Request:
    return Request(method="GET", url=f"{API}/XXX/likes?page={number}")


def prefix(number: int) -> Request:
    return Request(method="GET", url=f"{API}?q=hello-{number:06}-XXX")


def named(number: int) -> Request:
    return Request(method="GET", url=f"{API}/{number}?nonce=XXX[nonce]")


KINDS: dict[str, Callable[[int], Request]] = {
    "exact": get,
    "XXX in a form field": form,
    "JSON by value": json,
    "XXX in JSON": wild_json,
    "XXX in the path": wild_path,
    "XXX behind a prefix": prefix,
    "a named XXX": named,
}


def recording(make: Callable[[int], Request], size: int) -> Recording:
    response = Response(status=200)
    return Recording(interactions=tuple(Interaction(request=make(number), response=response) for number in range(size)))


def live(request: Request) -> Request:
    """The request as it comes: its wild places filled in, anew each time."""
    url = request.url.replace("XXX[nonce]", "77").replace("XXX", "12345")
    return dataclasses.replace(request, url=url, body=request.body.replace(b"XXX", b"12345"), wild=None)


def round_of(index: Index, requests: list[Request], **where: tuple[str, ...]) -> float:
    """Seconds for one look-up."""
    find = index.find
    started = time.perf_counter()
    for request in requests:
        find(request, **where)
    return (time.perf_counter() - started) / len(requests)


def measure(make: Callable[[int], Request], size: int) -> tuple[Index, list[Request], float]:
    said = recording(make, size)
    gc.collect()
    started = time.perf_counter()
    index = Index([said], Rules())
    seconds = time.perf_counter() - started
    requests = [live(said.interactions[number * size // 10].request) for number in range(10)] * 50
    assert all(len(index.find(request).tiers) == 1 for request in requests)
    return index, requests, seconds


def main(large: int) -> None:
    print(f"{'':22} {'build, ms':>20} {'look-up, µs':>16} {'ratio':>6} {'base URL, µs':>16}")
    for name, make in KINDS.items():
        small, big = measure(make, 10), measure(make, large)
        best = [float("inf")] * 4
        hosts = {"any_host": ("api.example.com",)}
        for _ in range(15):
            for at, (index, requests, _seconds) in enumerate((small, big)):
                best[at] = min(best[at], round_of(index, requests))
                best[at + 2] = min(best[at + 2], round_of(index, requests, **hosts))
        micro = [one * 1e6 for one in best]
        print(
            f"{name:22} {small[2] * 1e3:8.2f} {big[2] * 1e3:11.0f} {micro[0]:8.1f}{micro[1]:8.1f}"
            f" {micro[1] / micro[0]:6.2f} {micro[2]:8.1f}{micro[3]:8.1f}"
        )
    index, requests, _ = measure(json, large)
    lost = dataclasses.replace(requests[5], body=requests[5].body.replace(b'"b"', b'"c"'))
    for nth in ("first", "second"):
        started = time.perf_counter()
        miss(index, lost, profile="twitter").text()
        print(f"the {nth} miss of {large}: {(time.perf_counter() - started) * 1e3:.1f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
