"""Millions of requests in one run: what its processes have in memory meanwhile."""

import tempfile
import time
from pathlib import Path

from shop_project import make_project
from world import Row, family, memory, served

REQUEST = b"GET /item HTTP/1.1\r\nHost: api.shop.example\r\nAccept: */*\r\n\r\n"
#: So many requests are sent before their answers are read: one process is client and clock.
PIPELINED = 100
#: How often memory is looked at.
LOOKS = 20
#: Of the memory that one request in a hundred would keep if it were never freed: 20 bytes each of 10 million is 200 MB.
MOST_GROWN = 8_000


def check(count):
    """So many requests over kept-alive connections, with the memory of each process at twenty moments."""
    with tempfile.TemporaryDirectory() as folder, served(make_project(Path(folder))) as run:
        processes = family(run.process.pid)
        sock = run.connect()
        size = _answered(sock, 1)
        _ask(sock, PIPELINED * 20, size)  # what is made once
        curves = {pid: [memory(pid)] for pid in processes}
        began = time.monotonic()
        for look in range(LOOKS):
            _ask(sock, count // LOOKS, size)
            for pid, curve in curves.items():
                curve.append(memory(pid))
            if look % 4 == 3:  # clients come and go as well
                sock.close()
                sock = run.connect()
        took = time.monotonic() - began
        sock.close()
        code, said = run.end()
    grown = {name: max(curves[pid]) - curves[pid][0] for pid, name in processes.items()}
    assert code == 0, said
    assert max(grown.values()) < MOST_GROWN, curves
    return Row(
        f"{count:,} requests in one run",
        f"all answered in {took:.0f} s; memory at the start and at the end: "
        + ", ".join(f"{name} {curves[pid][0]:,} and {curves[pid][-1]:,} KB" for pid, name in processes.items()),
    )


def _answered(sock, count):
    """The size of an answer, from so many."""
    sock.sendall(REQUEST * count)
    got = sock.recv(65536)
    head, _, body = got.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 "), got
    assert body.rstrip() == b'{"id": 1, "name": "a thing"}', got
    return len(got)


def _ask(sock, count, size):
    """Send so many requests, and read as many answers of this size."""
    batch = REQUEST * PIPELINED
    for _ in range(count // PIPELINED):
        sock.sendall(batch)
        missing = size * PIPELINED
        while missing:
            got = sock.recv(min(missing, 65536))
            assert got, "the connection was closed"
            missing -= len(got)
