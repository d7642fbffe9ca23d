"""A profile with workers: several processes that answer from the same recordings."""

import json
import signal
import subprocess

from deadlines import seconds
from process_tree import descendants

PLACE = "tests/functional/recordings/shop/default.rec"
PLAIN = "".join(
    f"\nGET https://api.shop.example/{number} HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n{number}\n=======\n"
    for number in range(4)
)
#: Many connections at once, half of them through the gateway; then which of the processes had some.
LOAD = """
import concurrent.futures as f, os, urllib.request as u
direct = u.build_opener(u.ProxyHandler({}))
def ask(number):
    through = number % 2
    place = "http://api.shop.example" if through else os.environ["SHOP_BASE_URL"]
    with (u.urlopen if through else direct.open)(f"{place}/{number % 3}") as answer:
        return answer.read().decode().strip() == str(number % 3)
with f.ThreadPoolExecutor(16) as pool:
    print(sum(pool.map(ask, range(120))))
"""


def with_workers(project, recording=PLAIN, workers=3):
    with (project.root / "pyproject.toml").open("a") as file:
        file.write(f"[tool.recproxy.profiles.shop.replay]\nworkers = {workers}\n")
    project.write(PLACE, "#recproxy 2\n" + recording)


def test_all_requests_are_answered_and_counted_as_by_one(project):
    with_workers(project)
    project.write("load.py", LOAD)

    done = project.run("run", "--report", "r.json", "--", "python", "load.py")

    assert (done.returncode, done.stdout) == (0, "120\n"), done.stderr
    profile = json.loads((project.root / "r.json").read_text())["profiles"][0]
    assert (profile["played"], profile["missed"], profile["requests"]) == (120, 0, 120)
    assert profile["unused"] == 1  # what none of them has played


def test_the_connections_are_shared_and_a_worker_that_dies_ends_the_run(project):
    with_workers(project)
    server = project.start("serve", stdin=subprocess.PIPE)
    environment = json.loads(server.stdout.readline())["environment"]
    proxies = list(descendants(server.pid))[1:]
    assert len(proxies) == 3
    base = environment["SHOP_BASE_URL"]
    done = subprocess.run(
        ["curl", "-sS", "--noproxy", "*", f"{base}/[0-2]"], capture_output=True, text=True, timeout=seconds(20)
    )
    assert done.stdout == "012"
    subprocess.run(["kill", f"-{signal.SIGKILL.value}", str(proxies[-1])], check=True)
    _, error = server.communicate(timeout=seconds(30))
    assert server.returncode == 4
    assert "of profile 'shop' was killed by signal 9" in error


def test_recordings_that_an_order_decides_are_refused_by_name(project):
    with_workers(project, PLAIN + PLAIN.replace("\n0\n===", "\nanother\n==="))

    done = project.run("run", "--", "true")

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        f"recproxy: {PLACE}:3: the same request has different answers at {PLACE}:3 and "
        f"{PLACE}:35: leave out replay.workers for such recordings, since workers share no order"
    )


def test_a_request_whose_answer_an_order_would_decide_fails_the_run_by_name(project):
    wild = PLAIN.replace("/0 ", "/XXX?a=1 ").replace("/1 ", "/1?a=XXX ")
    with_workers(project, wild)
    command = "for url in 7?a=1 1?a=7 1?a=1; do curl -s --noproxy '*' $SHOP_BASE_URL/$url; done"

    done = project.run("run", "--", "sh", "-c", command)

    assert (done.returncode, done.stdout.splitlines()[0][:2]) == (3, "01")
    line = (
        f"recproxy: failed: shop: GET http://api.shop.example/1: the same request has different answers at "
        f"{PLACE}:3 and {PLACE}:11: "
        "leave out replay.workers for such recordings, since workers share no order"
    )
    assert [each for each in done.stderr.splitlines() if "failed: " in each] == [line]


def test_a_number_that_is_none_is_one_line(project):
    with_workers(project, workers=65)

    done = project.run("run", "--", "true")

    assert done.returncode == 2
    assert "replay.workers is 65: use a number from 1 to 64" in done.stderr
