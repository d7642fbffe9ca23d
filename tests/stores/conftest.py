"""Two checkouts of one project, whose store is one that fsspec has in memory or on disk."""

import contextlib
import secrets

import pytest


@pytest.fixture(params=["memory", "file"])
def url(request, tmp_path):
    fsspec = pytest.importorskip("fsspec")
    place = f"/suite-{secrets.token_hex(8)}" if request.param == "memory" else str(tmp_path / "store")
    yield f"{request.param}://{place}"
    if request.param == "memory":
        with contextlib.suppress(FileNotFoundError):
            fsspec.filesystem("memory").rm(place, recursive=True)


@pytest.fixture
def one(tmp_path, url):
    from checkouts import TEXT, Checkout

    made = Checkout(tmp_path / "one", url)
    for number in range(20):
        made.write(f"shop/{number}.rec", TEXT + str(number))
    assert made.push().problems == []
    return made


@pytest.fixture
def two(tmp_path, url, one):
    from checkouts import Checkout

    made = Checkout(tmp_path / "two", url)
    made.take_lock(one)
    return made
