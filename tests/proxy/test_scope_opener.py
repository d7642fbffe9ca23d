"""How a scope of a proxy begins: what an order says of it, and what all scopes of the proxy share."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from recproxy.config.profile import Endpoint, Profile, ReplayTable
from recproxy.control.messages import Begin, Extend, Setup
from recproxy.errors import RecordingError
from recproxy.http import Head
from recproxy.play.hooks import NO_HOOKS
from recproxy.proxy.forwarding import Forwarding
from recproxy.proxy.route import Route
from recproxy.proxy.scope_opener import ScopeOpener

TEXT = "#recproxy 2\n\nGET https://shop.example/{} HTTP/1.1\n====\nHTTP/1.1 200 OK\n\n{}\n=======\n"


@pytest.fixture
def opener(tmp_path):
    """Makes what opens the scopes of a proxy in replay, whose misses make a file of the run grow."""
    beside = ThreadPoolExecutor(1)

    def made(**replay):
        profile = Profile(name="shop", endpoints=(Endpoint(hosts=("shop.example",)),), replay=ReplayTable(**replay))
        (tmp_path / "misses").touch()
        setup = Setup(profile={}, owners={}, mode="replay", misses=str(tmp_path / "misses"))
        forwarding = Forwarding(profile, setup, None)
        return ScopeOpener(profile, setup, forwarding, hooks=NO_HOOKS, given={}, beside=beside)

    yield made
    beside.shutdown()


@pytest.fixture
def recording(tmp_path):
    """Writes a recording of these answers, by the last part of their path."""

    def written(name, *answers):
        path = tmp_path / name
        first, *rest = (TEXT.format(*each) for each in answers)
        path.write_text(first + "".join(each.partition("\n\n")[2] for each in rest))
        os.utime(path, (1, 1))  # what has just been written may change again, and is read again
        return str(path)

    return written


def ask(scope, path):
    """The bytes that answer a request."""
    head = Head(b"GET", f"/{path}".encode(), (), b"shop.example", http10=False, expects=False, keep_alive=True)
    return scope.answer(Route("https", "shop.example"), head, b"").data


def test_a_scope_plays_the_recordings_of_its_order(opener, recording):
    scope = opener().open(Begin(order=3, lane="a", scope="test_a", recordings=(recording("a.rec", ("a", "said")),)))

    assert ask(scope, "a").endswith(b"\r\n\r\nsaid")
    assert (scope.name, scope.mode) == ("test_a", "replay")
    assert (scope.outcome().scope, scope.outcome().played) == ("test_a", 1)


def test_a_recording_is_read_once_for_all_scopes(opener, recording):
    made, path = opener(), recording("a.rec", ("a", "said"))

    first, second = (made.open(Begin(order=1, lane="a", scope=name, recordings=(path,))) for name in "ab")

    assert first.playback.index is second.playback.index


def test_a_scope_goes_on_where_another_one_ended(opener, recording):
    path = recording("a.rec", ("a", "first"), ("a", "second"))

    scope = opener().open(Begin(order=1, lane="a", scope="test_a", recordings=(path,), plays=(1, 0)))

    assert ask(scope, "a").endswith(b"second")


def test_a_miss_is_told_to_the_run(opener, recording, tmp_path):
    scope = opener().open(Begin(order=1, lane="a", scope="test_a", recordings=(recording("a.rec", ("a", "said")),)))

    answer = ask(scope, "b")

    assert answer.startswith(b"HTTP/1.1 599 ")
    assert (tmp_path / "misses").stat().st_size == 1


@pytest.mark.parametrize("fallback", [False, True])
def test_only_of_recordings_that_somebody_named_is_told_what_is_unused(opener, recording, fallback):
    path = recording("a.rec", ("a", "said"))

    scope = opener().open(Begin(order=1, lane="a", scope="test_a", recordings=(path,), fallback=fallback))
    scope.owns = lambda host: True

    assert len(scope.outcome().unused) == (0 if fallback else 1)


@pytest.mark.parametrize("tries", [False, True])
def test_more_recordings_are_put_in_play_unless_that_is_only_tried(opener, recording, tries):
    made = opener()
    scope = made.open(Begin(order=1, lane="a", scope="test_a", recordings=(recording("a.rec", ("a", "said")),)))

    made.extend(scope, Extend(order=2, lane="a", recordings=(recording("b.rec", ("b", "more")),), tries=tries))

    assert ask(scope, "b").startswith(b"HTTP/1.1 599 " if tries else b"HTTP/1.1 200 ")


def test_a_recording_that_cannot_be_read_opens_nothing(opener, tmp_path):
    (tmp_path / "a.rec").write_text("#recproxy 2\n\nnothing of the kind\n")

    with pytest.raises(RecordingError, match=r"a\.rec:3: "):
        opener().open(Begin(order=1, lane="a", scope="test_a", recordings=(str(tmp_path / "a.rec"),)))


@pytest.mark.parametrize(("answers", "order"), [([("a", "1"), ("a", "2")], {}), ([("a", "1")], {"chooser": "/socket"})])
def test_one_of_several_workers_plays_nothing_that_depends_on_an_order(opener, recording, answers, order):
    path = recording("a.rec", *answers)

    with pytest.raises(RecordingError, match=r"leave out replay\.workers"):
        opener(workers=2).open(Begin(order=1, lane="a", scope="test_a", recordings=(path,), **order))
