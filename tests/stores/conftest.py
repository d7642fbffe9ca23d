"""Two checkouts of one project, whose store is one that fsspec has in memory or on disk."""

import contextlib
import functools
import secrets
import shutil

import pytest


@pytest.fixture(params=["memory", "file"])
def url(request, tmp_path):
    fsspec = pytest.importorskip("fsspec")
    place = f"/suite-{secrets.token_hex(8)}" if request.param == "memory" else str(tmp_path / "store")
    yield f"{request.param}://{place}"
    if request.param == "memory":
        with contextlib.suppress(FileNotFoundError):
            fsspec.filesystem("memory").rm(place, recursive=True)


@pytest.fixture(scope="session")
def pushed(tmp_path_factory):
    """A checkout that has pushed its recordings, to a store on disk: made once, since that takes longer than many tests."""

    @functools.cache
    def made():
        from checkouts import TEXT, Checkout

        folder = tmp_path_factory.mktemp("pushed")
        checkout = Checkout(folder / "one", f"file://{folder / 'store'}")
        for number in range(12):  # more than go to a store at once
            checkout.write(f"shop/{number}.rec", TEXT + str(number))
        assert checkout.push().problems == []
        return folder

    return made


@pytest.fixture
def one(tmp_path, url, pushed):
    import fsspec
    from checkouts import Checkout

    shutil.copytree(pushed() / "one", tmp_path / "one")
    system, place = fsspec.core.url_to_fs(url)
    system.put(str(pushed() / "store"), place, recursive=True)
    made = Checkout(tmp_path / "one", url)
    made.opened = 1
    return made


@pytest.fixture
def two(tmp_path, url, one):
    from checkouts import Checkout

    made = Checkout(tmp_path / "two", url)
    made.take_lock(one)
    return made
