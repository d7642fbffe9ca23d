"""Beside other plugins: xdist, asyncio, anyio, randomly, timeout and rerunfailures, all at once."""

import os
import re

import pytest

PLUGINS = ("xdist", "pytest_asyncio", "anyio", "pytest_randomly", "pytest_timeout", "pytest_rerunfailures")
SUITE = """
import asyncio, threading
import pytest, pytest_asyncio
from asking import get
from recproxy import recproxy as decorator

tried, missed = [], []


@pytest.mark.asyncio
@decorator("shop", "two.rec")
async def test_asyncio():
    assert [await asyncio.to_thread(get, "item"), get("item")] == ["first", "second"]


@pytest_asyncio.fixture
@decorator("shop", "two.rec")
async def client():
    yield await asyncio.to_thread(get, "item")
    assert get("item") == "third"


@pytest.mark.asyncio
async def test_asyncio_fixture(client):
    assert [client, get("item")] == ["first", "second"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
@decorator("shop", "two.rec")
async def shared():
    yield get("item")
    assert get("item") == "second"


@pytest.mark.asyncio(loop_scope="module")
async def test_a_shared_asyncio_fixture(shared):
    assert shared == "first"


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.recproxy("shop", "two.rec")
async def test_anyio(anyio_backend):
    assert get("item") == "first"


@pytest.mark.timeout(1, method="signal", func_only=True)
@decorator("shop", "two.rec")
def test_times_out():
    assert get("item") == "first"
    threading.Event().wait()


@pytest.mark.flaky(reruns=2)
@decorator("shop", "two.rec")
def test_is_run_again():
    assert get("item") == "first"
    tried.append(1)
    assert len(tried) == 3


@pytest.mark.flaky(reruns=1)
@pytest.mark.recproxy("shop", "two.rec")
def test_misses_once(recproxy):
    assert get("item") == "first"
    if not missed:
        missed.append(1)
        get("elsewhere")


@pytest.mark.parametrize("number", range(20))
@pytest.mark.recproxy("shop", "two.rec")
def test_many(number):
    assert [get("item"), get("item"), get("item")] == ["first", "second", "third"]
"""


def try_all(project, workers, *, run):
    for name in PLUGINS:
        pytest.importorskip(name)
    project.write("pytest.ini", "[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    project.record("two.rec", ("item", "first"), ("item", "second"), ("item", "third"))
    project.write("test_all.py", SUITE)
    words = ("-n", str(workers), "--strict-markers", "test_all.py")
    outcomes = project.pytest(*words, run=run, PYTEST_ADDOPTS="-p no:hypothesispytest -p no:pytest-betamax")

    assert outcomes == {"failed": 1, "passed": 26, "rerun": 3}, outcomes
    assert "FAILED test_all.py::test_times_out" in outcomes.out
    return outcomes.out


@pytest.mark.long
@pytest.mark.parametrize(("workers", "run"), [(0, False), (2, True)], ids=["plainly", "workers in a run"])
def test_all_at_once(project, run, workers):
    try_all(project, workers, run=run)


@pytest.mark.long
@pytest.mark.skipif("FORMER_PYTEST" not in os.environ, reason="no pytest 8 in $FORMER_PYTEST; nox -s tests installs it")
@pytest.mark.parametrize(("workers", "run"), [(0, True), (2, False)], ids=["in a run", "workers"])
def test_all_at_once_with_pytest_8(project, run, workers):
    project.other_pytest = os.environ["FORMER_PYTEST"]

    out = try_all(project, workers, run=run)

    assert re.search(r"pytest-8\.\d", out)
