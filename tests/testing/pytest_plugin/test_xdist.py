"""Parallel and concurrent tests: lanes of workers, threads and tasks in one test."""

import random
import re
import sys

import pytest

pytest.importorskip("xdist")

PARALLEL = """
import http.client, os
from urllib.parse import urlsplit
import pytest

# Read when the module is imported: the lane is open by then.
LANE = os.environ.get("RECPROXY_LANE")
ADDRESS = urlsplit(os.environ.get("SHOP_BASE_URL", ""))


def get(path):
    address = ADDRESS if LANE else urlsplit(os.environ["SHOP_BASE_URL"])
    connection = http.client.HTTPConnection(address.hostname, address.port)
    connection.request("GET", "/" + path)
    body = connection.getresponse().read().decode()
    connection.close()
    return body


@pytest.mark.parametrize("number", range({tests}))
def test_its_own(number, recproxy):
    assert LANE == {lane}
    for _ in range(3):
        assert get("item") == f"of {{number}}"
    assert get("next") == f"first of {{number}}"
    assert get("next") == f"second of {{number}}"
    if number % 10 == 0:
        get("elsewhere")
"""


def test_workers_replay_what_was_recorded_for_each_test_in_any_order(project, request):
    thorough = request.config.getoption("--thorough")
    tests, rounds, workers = (200, 10, 4) if thorough else (40, 2, 2)
    project.seconds = 900 if thorough else 110
    for number in range(tests):
        answers = (("item", f"of {number}"), ("next", f"first of {number}"), ("next", f"second of {number}"))
        project.record(f"recordings/shop/test_parallel/test_its_own[{number}].rec", *answers)
    project.write("test_parallel.py", PARALLEL.format(tests=tests, lane='os.environ["RECPROXY_LANE"] != "default"'))
    project.write(
        "conftest.py",
        "import os, random\n\ndef pytest_collection_modifyitems(items):\n"
        "    random.Random(os.environ['SEED']).shuffle(items)\n",
    )
    wanted = {f"test_its_own[{number}]" for number in range(0, tests, 10)}
    for seed in random.sample(range(10_000), rounds):
        outcomes = project.pytest(
            "-n", str(workers), "--dist", "load", "-p", "no:randomly", "test_parallel.py", run=True, SEED=str(seed)
        )

        assert outcomes == {"failed": len(wanted), "passed": tests - len(wanted)}, (seed, outcomes)
        assert set(re.findall(r"^FAILED test_parallel.py::(\S+)", outcomes.out, re.MULTILINE)) == wanted
        print(f"order {seed}: {outcomes.counts}")  # what `nox -s bench -- --thorough` shows
        assert f"replay: {tests} tests, {tests * 5} requests played, 0 recorded, {len(wanted)} missed" in outcomes.out


def test_workers_without_a_run(project):
    for number in range(4):
        answers = (("item", f"of {number}"), ("next", f"first of {number}"), ("next", f"second of {number}"))
        project.record(f"recordings/shop/test_parallel/test_its_own[{number}].rec", *answers)
    project.write("test_parallel.py", PARALLEL.format(tests=4, lane=None))

    project.record("shared.rec", ("a", "a"), ("b", "b"), ("c", "c"))
    shared = "@pytest.mark.recproxy('shop', 'shared.rec')\n"
    project.write(
        "test_shared.py",
        f"import pytest\nfrom asking import get\n\n{shared}def test_a():\n    get('a')\n\n{shared}def test_b():\n    get('b')\n",
    )

    outcomes = project.pytest("-n", "2", "--dist", "loadfile", "test_parallel.py", "test_shared.py")

    assert outcomes == {"failed": 1, "passed": 5}, outcomes
    assert "replay: 6 tests, 22 requests played, 0 recorded, 1 missed, 1 recorded interaction unused\n" in outcomes.out
    assert "shop: GET https://api.shop.example/c (shared.rec:21)\n" in outcomes.out


DECORATED = """
import pytest
from asking import get
from recproxy import recproxy


@pytest.mark.parametrize("number", range(20))
@recproxy("shop", "two.rec")
def test_one(number):
    assert [get("item"), get("item")] == ["first", "second"]
"""


def test_workers_without_the_plugin_have_lanes_of_their_own(project):
    project.record("two.rec", ("item", "first"), ("item", "second"))
    project.write("test_decorated.py", DECORATED)

    outcomes = project.pytest("-p", "no:recproxy", "-n", "2", "test_decorated.py", run=True)

    assert outcomes == {"passed": 20}, outcomes


def test_a_worker_that_is_killed_leaves_the_others_clean(project):
    project.record("recordings/shop/test_crash/test_fine.rec", ("item", "fine"))
    project.write(
        "test_crash.py",
        "import os, signal\nimport pytest\nfrom asking import get\n\n"
        "def test_killed():\n    os.kill(os.getpid(), signal.SIGKILL)\n\n"
        "def test_fine():\n    assert get('item') == 'fine'\n\n"
        "@pytest.fixture\ndef broken():\n    raise LookupError\n\n"
        "def test_setup(broken):\n    pass\n",
    )
    project.write(
        "conftest.py",
        "import os, json, urllib.request\n\ndef pytest_unconfigure(config):\n"
        "    if not hasattr(config, 'workerinput'):\n"
        "        request = urllib.request.Request(os.environ['RECPROXY_CONTROL'])\n"
        "        request.add_header('Authorization', 'Bearer ' + os.environ['RECPROXY_TOKEN'])\n"
        "        with urllib.request.urlopen(request) as answer:\n"
        "            print('lanes', json.load(answer)['lanes'])\n",
    )

    outcomes = project.pytest("-n", "1", "-p", "no:randomly", "test_crash.py", run=True)

    assert outcomes == {"failed": 1, "passed": 1, "error": 1}, outcomes
    assert "crashed while running 'test_crash.py::test_killed'" in outcomes.out
    assert "lanes ['default']" in outcomes.out


def test_a_miss_of_an_application_outside_of_the_workers_says_so(project):
    project.record("recordings/shop/test_outside/test_one.rec", ("item", "in the lane"))
    project.write(
        "application.py",
        "import sys\nfrom asking import get\nfor line in sys.stdin:\n    print(get(line.strip()), flush=True)\n",
    )
    project.write(
        "test_outside.py",
        "from asking import get\n\ndef test_one():\n    assert get('item') == 'in the lane'\n"
        "    with open('ask', 'w') as ask, open('answer') as answer:\n"
        "        print('item', file=ask, flush=True)\n        assert answer.readline() == 'swallowed 599\\n'\n",
    )
    # Started before any worker, by a pytest that has not begun with its plugins: forks, as a shell's would not be.
    project.write(
        "conftest.py",
        "import os, subprocess, sys\n\nif 'PYTEST_XDIST_WORKER' not in os.environ:\n"
        "    os.mkfifo('ask')\n    os.mkfifo('answer')\n"
        "    ask, answer = (os.open(name, os.O_RDWR) for name in ('ask', 'answer'))\n"
        "    application = subprocess.Popen([sys.executable, 'application.py'], stdin=ask, stdout=answer)\n\n"
        "def pytest_unconfigure(config):\n"
        "    if 'PYTEST_XDIST_WORKER' not in os.environ:\n"
        "        application.kill()\n        application.wait()\n",
    )

    words = ("-m", "pytest", "-q", "-n", "1", "test_outside.py")
    code, out = project.python("-m", "recproxy", "run", "--", sys.executable, *words)

    assert "1 passed" in out, out
    assert code == 3
    assert re.search(r"it came in lane 'default', while tests run in lanes gw0-\w+: the program that sent it was", out)


CONCURRENT = """
import asyncio, concurrent.futures, http.client, os, random
from urllib.parse import urlsplit

ADDRESS = urlsplit(os.environ["SHOP_BASE_URL"])


def bodies(paths):
    connection = http.client.HTTPConnection(ADDRESS.hostname, ADDRESS.port)
    found = []
    for path in paths:
        connection.request("GET", "/" + path, headers={"Host": "api.shop.example"})
        found.append((path, connection.getresponse().read().decode()))
    connection.close()
    return found


def shuffled(count):
    paths = [f"path{number}" for number in range(20)]
    for _ in range(count):
        random.shuffle(paths)
        yield list(paths)


def test_threads(recproxy):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for found in pool.map(bodies, shuffled(SHUFFLES)):
            assert all(body == f"body of {path}" for path, body in found)


async def ask(path):
    reader, writer = await asyncio.open_connection(ADDRESS.hostname, ADDRESS.port)
    writer.write(f"GET /{path} HTTP/1.1\\r\\nHost: api.shop.example\\r\\nConnection: close\\r\\n\\r\\n".encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return path, answer.rpartition(b"\\r\\n\\r\\n")[2].decode()


def test_tasks(recproxy):
    async def main():
        for paths in shuffled(SHUFFLES // 2):
            for path, body in await asyncio.gather(*(ask(path) for path in (paths * 3)[:50])):
                assert body == f"body of {path}"

    asyncio.run(main())


def test_identical_requests_come_in_the_order_of_their_arrival(recproxy):
    async def main():
        found = []
        for _ in range(50):
            found.append((await ask("same"))[1])
        assert found == [f"number {number}" for number in range(50)]
        together = await asyncio.gather(*(ask("other") for _ in range(50)))
        assert sorted(body for _, body in together) == sorted(f"number {number}" for number in range(50))

    asyncio.run(main())
"""


def test_threads_and_tasks_in_one_test_never_get_a_wrong_body(project, request):
    thorough = request.config.getoption("--thorough")
    shuffles = 1000 if thorough else 60
    project.seconds = 900 if thorough else 110
    paths = [(f"path{number}", f"body of path{number}") for number in range(20)]
    project.record("recordings/shop/test_together/test_threads.rec", *paths)
    project.record("recordings/shop/test_together/test_tasks.rec", *paths)
    same = [(path, f"number {number}") for number in range(50) for path in ("same", "other")]
    project.record(
        "recordings/shop/test_together/test_identical_requests_come_in_the_order_of_their_arrival.rec", *same
    )
    project.write("test_together.py", CONCURRENT.replace("SHUFFLES", str(shuffles)))

    outcomes = project.pytest("test_together.py", run=True)

    assert outcomes == {"passed": 3}, outcomes
    print(next(line for line in outcomes.out.splitlines() if "requests played" in line))
