"""ScopeStack and lanes over the control address, as the client calls it."""

import contextlib
import os
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from process_tree import descendants

from recproxy.client.address import Address
from recproxy.client.outcome import failure, read_outcome
from recproxy.client.scopes import ScopeStack
from recproxy.errors import ControlError, NoMatch, RecordingError, RecordingNotFound


@pytest.fixture
def address(served):
    made = Address(served["RECPROXY_CONTROL"], served["RECPROXY_TOKEN"])
    yield made
    made.close()


@pytest.fixture
def scopes(address):
    return ScopeStack(address, "default", {})


@pytest.fixture
def get(served):
    def ask(path, lane=served):
        request = urllib.request.Request(f"{lane['SHOP_BASE_URL']}/{path}")
        with contextlib.closing(urllib.request.build_opener(urllib.request.ProxyHandler({}))) as opener:
            try:
                with opener.open(request) as response:
                    return response.read().decode()
            except urllib.error.HTTPError as error:
                with error:
                    return str(error.code)

    return ask


def test_an_inner_scope_comes_first_and_positions_of_the_outer_stay(project, scopes, get):
    two = str(project.record("two.rec", ("item", "first"), ("item", "second")))
    inner = str(project.record("inner.rec", ("item", "inner")))

    outside = scopes.begin("outer", {"shop": [two]})
    bodies = [get("item")]
    inside = scopes.begin("inner", {"shop": [inner]})
    bodies.append(get("item"))
    (ended,) = scopes.end(inside, passed=True)
    bodies.append(get("item"))
    (last,) = scopes.end(outside, passed=True)

    assert bodies == ["first", "inner", "second"]
    assert (ended.name, ended.played, last.name, last.played) == ("inner", 1, "outer", 2)
    assert not scopes


def test_a_scope_that_ends_before_those_inside_of_it_ends_with_them(project, scopes):
    two = str(project.record("two.rec", ("item", "first")))
    outer = scopes.begin("outer", {"shop": [two]})
    inner = scopes.begin("inner", {"shop": [two]})

    assert scopes.end(outer, passed=True) == []
    assert [outcome.name for outcome in scopes.end(inner, passed=True)] == ["inner", "outer"]


def test_a_first_scope_ends_what_somebody_left_open(project, address, scopes):
    address.begin_scope("default", "left", {})
    address.begin_scope("default", "inside", {}, inner=True)

    scope = scopes.begin("first", {})
    scopes.end(scope, passed=True)

    with pytest.raises(ControlError, match="no scope is open"):
        address.end_scope("default", passed=True)


def test_a_scope_that_another_caller_ended_still_has_its_outcome(project, address, scopes, get):
    two = str(project.record("two.rec", ("item", "first"), ("item", "second")))
    scope = scopes.begin("mine", {"shop": [two]})
    bodies = [get("item")]
    address.begin_scope("default", "other", {"shop": [two]})
    bodies += [get("item"), get("item")]
    looked = scopes.look()
    (mine,) = scopes.end(scope, passed=True)
    other = read_outcome(address.end_scope("default", passed=True))

    assert bodies == ["first", "first", "second"]
    assert (looked.name, looked.played, mine.name, mine.played) == ("mine", 1, "mine", 1)
    assert (other.name, other.played) == ("other", 2)
    with pytest.raises(ControlError, match=f"no scope {scope.number} is open in lane 'default'"):
        address.end_scope("default", scope.number, passed=True)


def test_a_scope_ends_with_those_that_another_caller_began_inside_of_it(project, address, scopes):
    outer = scopes.begin("outer", {})
    address.begin_scope("default", "inside", {}, inner=True)

    assert [outcome.name for outcome in scopes.end(outer, passed=True)] == ["outer"]
    with pytest.raises(ControlError, match="no scope is open"):
        address.end_scope("default", passed=True)


def test_more_recordings_midway(project, scopes, get):
    two = str(project.record("two.rec", ("item", "first"), ("item", "second")))
    more = str(project.record("more.rec", ("item", "third"), ("other", "other")))
    scope = scopes.begin("test", {"shop": [two]})
    bodies = [get("item")]
    scopes.extend({"shop": [more]})
    bodies += [get("item"), get("item"), get("other")]
    (outcome,) = scopes.end(scope, passed=True)

    assert bodies == ["first", "second", "third", "other"]
    assert outcome.plays["shop"] == (1, 1, 1, 1)


def test_a_scope_goes_on_where_another_ended(project, scopes, get):
    two = str(project.record("two.rec", ("item", "first"), ("item", "second")))
    (outcome,) = played(scopes, two, get)
    scope = scopes.begin("after", {"shop": [two]}, plays=outcome.plays)
    body = get("item")
    (after,) = scopes.end(scope, passed=True)

    assert body == "second"
    assert (after.played, after.plays["shop"]) == (1, (1, 1))


def played(scopes, recording, get):
    scope = scopes.begin("before", {"shop": [recording]})
    get("item")
    return scopes.end(scope, passed=True)


def test_what_cannot_be_begun_leaves_what_is_open(project, scopes, get):
    two = str(project.record("two.rec", ("item", "first")))
    broken = str(project.write("broken.rec", "#recproxy 2\n\nnonsense\n"))
    outer = scopes.begin("outer", {"shop": [two]})

    with pytest.raises(RecordingNotFound, match="nowhere"):
        scopes.begin("inner", {"shop": ["nowhere"]})
    with pytest.raises(RecordingError, match=r"broken.rec:3"):
        scopes.begin("inner", {"shop": [broken]})
    with pytest.raises(ControlError, match="neither a profile of this run"):
        scopes.begin("inner", {"nobody": [two]})

    assert get("item") == "first"
    assert [outcome.name for outcome in scopes.end(outer, passed=True)] == ["outer"]


def test_a_run_that_has_ended_is_told(scopes):
    gone = Address("http://127.0.0.1:9", "token")

    with pytest.raises(ControlError, match=r"127.0.0.1:9 does not answer .*: is the run still up"):
        gone.status()


def test_a_wrong_token_is_refused(served):
    other = Address(served["RECPROXY_CONTROL"], "other")

    with pytest.raises(ControlError, match="RECPROXY_TOKEN"):
        other.status()
    other.close()


def test_a_fork_has_a_connection_of_its_own(address):
    before = address.status()["version"]
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.write(writer, address.status()["version"].encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    with os.fdopen(reader) as said:
        assert said.read() == before
    assert address.status()["version"] == before


def test_many_threads_share_it(address):
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(address.status()["mode"])) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == ["replay"] * 8


def test_misses_are_told_before_unused_interactions(project, scopes, get):
    outcome = {"name": "test", "played": 0, "recorded": 0, "missed": [], "unused": [], "failed": []}
    profile = {"requests": [], "plays": [1, 0, 0], "notes": []}
    profile["files"] = [{"path": "b.rec", "interactions": 1}, {"path": "a.rec", "interactions": 2}]
    outcome["profiles"] = {"shop": profile}
    unused = [{"profile": "shop", "request": "GET /", "where": "a.rec:3", "fails": True, "position": 2}]

    assert failure([read_outcome(outcome)]) is None
    assert isinstance(failure([read_outcome(outcome | {"unused": unused})]), AssertionError)
    failed = outcome | {"unused": unused, "failed": [{"profile": "shop", "text": "GET /: gone"}]}
    assert str(failure([read_outcome(failed)])) == "requested, but not answered:\nshop: GET /: gone"
    missed = outcome | {"unused": unused, "missed": [{"text": "a miss"}]}
    assert isinstance(failure([read_outcome(missed)]), NoMatch)


def test_lanes_have_ports_and_positions_of_their_own(project, address, served, get):
    two = str(project.record("two.rec", ("item", "first"), ("item", "second")))
    lanes = [served, address.open_lane("one"), address.open_lane("two/three")]
    bodies = []
    for lane in lanes:
        address.begin_scope(lane["RECPROXY_LANE"], "test", {"shop": [two]})
    for lane in lanes * 2:
        bodies.append(get("item", lane))

    assert len({lane["SHOP_BASE_URL"] for lane in lanes}) == 3
    assert bodies == ["first"] * 3 + ["second"] * 3
    with pytest.raises(ControlError, match="open already"):
        address.open_lane("one")
    for lane in ("one", "two/three"):
        address.close_lane(lane)
    assert address.status()["lanes"] == ["default"]
    with pytest.raises(urllib.error.URLError):
        get("item", lanes[1])


def test_scopes_and_lanes_leave_nothing_behind(project, server, address, get, request):
    times = 1000 if request.config.getoption("--thorough") else 40
    two = str(project.record("two.rec", ("item", "first")))
    control = address.status()
    processes = (server.pid, *descendants(server.pid))

    def scopes(count):
        for _ in range(count):
            address.begin_scope("default", "test", {"shop": [two]})
            get("item")
            address.end_scope("default", passed=True)

    def lanes(count):
        for number in range(count):
            lane = address.open_lane(f"lane {number}")
            get("item", lane)
            address.close_lane(f"lane {number}")

    for work in (scopes, lanes):
        work(times)  # what is allocated once, is now
        before = [size(pid) for pid in processes]
        work(times)
        for _ in range(100):  # what was closed last takes a turn or two of the loop
            after = [size(pid) for pid in processes]
            if all(late <= early for (late, _), (early, _) in zip(after, before, strict=True)):
                break
            address.status()

        assert max(late - early for (late, _), (early, _) in zip(after, before, strict=True)) <= 0
        grown = [late - early for (_, late), (_, early) in zip(after, before, strict=True)]
        assert max(grown) < 2_000, grown
        print(f"{times} {work.__name__}: descriptors {[count for count, _ in after]}, kilobytes grown {grown}")
    assert address.status() == control


def size(pid):
    """Open descriptors, and kilobytes of memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return len(os.listdir(f"/proc/{pid}/fd")), int(resident.split()[1])
