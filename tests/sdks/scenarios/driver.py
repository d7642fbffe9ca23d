"""Runs the scenarios of an SDK, each in a scope of its own: `run(SCENARIOS)` reads their names from the command line.

For each a line of JSON: its name, what it returned or raised, and what its scope missed. SDK_PROFILE names the
profile. With SDK_DAYS=3 the program lives three days later.
"""

import datetime as dt
import http.client
import json
import os
import sys
import time
import urllib.parse

DAYS = int(os.environ.get("SDK_DAYS", "0"))
if DAYS:
    _time, _datetime = time.time, dt.datetime

    class _AnyTime(type):
        def __instancecheck__(cls, value):
            return isinstance(value, _datetime)

    class _Later(_datetime, metaclass=_AnyTime):
        @classmethod
        def now(cls, tz=None):
            return _datetime.now(tz) + dt.timedelta(days=DAYS)

        @classmethod
        def utcnow(cls):
            return _datetime.now(dt.UTC).replace(tzinfo=None) + dt.timedelta(days=DAYS)

    time.time = lambda: _time() + DAYS * 86400
    dt.datetime = _Later


def _scope(method, value):
    control = urllib.parse.urlsplit(os.environ["RECPROXY_CONTROL"])
    connection = http.client.HTTPConnection(control.netloc, timeout=60)
    headers = {"Authorization": "Bearer " + os.environ["RECPROXY_TOKEN"]}
    connection.request(method, "/lanes/default/scope", json.dumps(value), headers)
    answer = connection.getresponse()
    text = answer.read()
    assert answer.status == 200, text
    return json.loads(text)


def raised(call, *words, said=lambda error: "", **more):
    """What a call raises: the name of the class, and what `said` reads out of it; "nothing" if it returns."""
    try:
        call(*words, **more)
    except Exception as error:  # noqa: BLE001 - whatever an SDK raises is a result
        return f"{type(error).__name__} {said(error)}".strip()
    return "nothing"


def run(scenarios):
    """Run those named on the command line, or all in order."""
    for name in sys.argv[1:] or scenarios:
        line = {"scenario": name, "misses": []}
        try:
            _scope("PUT", {"name": name, "recordings": {os.environ["SDK_PROFILE"]: f"{name}.rec"}})
        except AssertionError as error:
            print(json.dumps(line | {"error": str(error)}), flush=True)
            continue
        try:
            line["result"] = scenarios[name]()
        except Exception as error:  # noqa: BLE001 - whatever an SDK raises is a result
            line["error"] = f"{type(error).__name__}: {error}"[:3000]
        outcome = _scope("DELETE", {"passed": "error" not in line})
        line["misses"] = outcome.get("missed", [])
        print(json.dumps(line), flush=True)
