"""The same with a real S3 server on loopback, which is moto's, and the client that a user has."""

import threading

import pytest

pytest.importorskip("fsspec")

from checkouts import TEXT, Checkout

from recproxy.errors import ConfigurationError
from recproxy.stores.store import Store


@pytest.fixture
def url(monkeypatch):
    # Here, and not above: they take seconds, which every worker would wait for.
    s3fs = pytest.importorskip("s3fs")
    server = pytest.importorskip("moto.server")

    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    s3fs.S3FileSystem.clear_instance_cache()
    s3fs.S3FileSystem().mkdir("bucket")
    yield "s3://bucket/suite"
    s3fs.S3FileSystem.clear_instance_cache()
    running.stop()


def test_a_suite_goes_to_s3_and_comes_back_with_what_is_wrong_named(url, tmp_path):
    one, two = Checkout(tmp_path / "one", url), Checkout(tmp_path / "two", url)
    for number in range(5):
        one.write(f"shop/{number}.rec", TEXT + str(number))
    assert (len(one.push().done), one.push().done) == (5, [])

    # A torn upload: what arrived is less than what was sent.
    one.write("shop/torn.rec")
    with pytest.MonkeyPatch.context() as tearing:
        tearing.setattr(Store, "_send", lambda self, name, path, file, place: self._system.pipe_file(place, b"less"))
        assert one.push().problems[0].startswith("shop/torn.rec: cannot be pushed: s3://bucket/suite: 4 of 1400 bytes")
    assert "shop/torn.rec" not in one.lock
    assert one.push().done == ["shop/torn.rec"]

    two.take_lock(one)
    for name, change in (("shop/1.rec", None), ("shop/2.rec", b"another"), ("shop/3.rec", (TEXT + "x").encode())):
        system, place = one.place(name)
        system.rm_file(place) if change is None else system.pipe_file(place, change)
    got = two.pull()
    assert sorted(got.done) == ["shop/0.rec", "shop/4.rec", "shop/torn.rec"]
    assert sorted(line.partition(": ")[0] for line in got.problems) == ["shop/1.rec", "shop/2.rec", "shop/3.rec"]

    assert one.push(again=True).problems == []
    assert sorted(two.pull().done) == ["shop/1.rec", "shop/2.rec", "shop/3.rec"]
    assert all(two.text(f"shop/{number}.rec") == TEXT + str(number) for number in range(5))
    two.opened = 0
    assert (two.pull().done, two.opened) == ([], 0)

    # Two pushers at once: each has its own recording in the store, and git has the conflict.
    one.write("shop/4.rec", "of one")
    two.write("shop/4.rec", "of two")
    pushers = [threading.Thread(target=each.push) for each in (one, two)]
    for pusher in pushers:
        pusher.start()
    for pusher in pushers:
        pusher.join()
    assert one.lock["shop/4.rec"] != two.lock["shop/4.rec"]
    for each, other in ((one, two), (two, one)):
        assert each.open().check("shop/4.rec", other.lock["shop/4.rec"]) == ""

    # The lock of one is taken: two follows, and puts nothing back.
    two.take_lock(one)
    assert list(two.push().kept) == ["shop/4.rec"] and two.lock == one.lock
    assert two.pull().done == ["shop/4.rec"] and two.text("shop/4.rec") == "of one"

    lost = Checkout(tmp_path / "lost", "s3://nosuch/suite")
    lost.take_lock(one)
    lost.write("shop/new.rec")
    for transfer in (lost.pull, lost.push):
        with pytest.raises(
            ConfigurationError, match="recordings: s3://nosuch/suite: there is no such bucket or folder"
        ):
            transfer()
    assert lost.lock == one.lock and not (lost.folder / "shop/0.rec").exists()
