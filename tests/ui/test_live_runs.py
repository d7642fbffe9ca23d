"""Runs that go on: real ones, asked at their control address."""

import json
import os
import subprocess
import sys

import prestarted
from deadlines import seconds

from recproxy.control.viewers import ViewerMeeting
from recproxy.ui.live_runs import LiveRuns

FOLDER = "tests/functional/recordings/shop"
SUITE = """
import os, sys, urllib.request, urllib.error
for path in open("paths.txt").read().split():
    try:
        urllib.request.urlopen(os.environ["SHOP_URL"] + path).read()
    except urllib.error.HTTPError:
        pass
print("asked", flush=True)
sys.stdin.read()
"""


def test_the_requests_of_a_run_are_shown_while_it_goes_on_and_after(project, files):
    settings = (project / "recproxy.toml").read_text()
    (project / "recproxy.toml").write_text(settings.replace('hosts = ["shop', 'base_url = "SHOP_URL"\nhosts = ["shop'))
    (project / "suite.py").write_text(SUITE)
    words = ("--profile", "shop", "--recordings", "shop=orders.rec", "--", sys.executable, "suite.py")
    (project / "paths.txt").write_text(f"/orders/17 /none?api_key={'A1b2' * 8}")
    with ViewerMeeting(project, os.environ) as meeting:
        live = LiveRuns(meeting, files, {})
        assert live.runs({}) == {"runs": []}
        process = prestarted.popen()(
            [sys.executable, "-m", "recproxy", "run", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=project,
        )
        assert process.stdout.readline() == b"asked\n"
        (run,) = live.runs({})["runs"]
        assert (run["mode"], run["ended"]) == ("replay", False)

        found = live.requests({"run": run["run"]})
        played, missed = found["requests"]
        assert (played["result"], played["path"], played["number"]) == ("played", f"{FOLDER}/orders.rec", 1)
        assert (missed["result"], missed["request"].partition("?")[0]) == ("missed", "GET http://shop.example/none")
        assert "A1b2" not in json.dumps(found)
        assert found["misses"][0]["differences"]
        since = max(each["begun"] + each["seconds"] for each in found["requests"])
        assert live.requests({"run": run["run"], "since": str(since)})["requests"] == []
        assert "answers with status 400" in live.requests({"run": run["run"], "ended": "x"})["gone"]

        process.communicate(timeout=seconds(60))

        (run,) = live.runs({})["runs"]
        assert run["ended"]
        after = live.requests({"run": run["run"]})
        assert [(each["begun"], each["result"], each["path"]) for each in after["requests"]] == [
            (each["begun"], each["result"], each["path"]) for each in found["requests"]
        ]
        assert "A1b2" not in json.dumps(after)


def test_a_run_that_is_gone_or_answers_nonsense_is_one_line(project, files, tmp_path):
    with ViewerMeeting(project, os.environ) as meeting:
        live = LiveRuns(meeting, files, {"RECPROXY_CONTROL": "http://127.0.0.1:9", "RECPROXY_TOKEN": "t"})
        assert [each["run"] for each in live.runs({})["runs"]] == ["this"]
        assert live.requests({"run": "this"}) == {"gone": "The run does not answer: it may have ended."}
        assert live.requests({"run": "../1"}) == {"gone": "The run has ended."}
