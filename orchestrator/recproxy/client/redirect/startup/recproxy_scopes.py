"""A pytest plugin for a Python that has no recproxy, 3.7 and newer: `pytest -p recproxy_scopes` under a run.

A run has this folder in PYTHONPATH. Each test gets a scope and its own recording, as from recproxy's own plugin, over the
control address; where that plugin is loaded, this one does nothing. Imports the standard library and pytest alone.
"""

# ruff: noqa: INP001, UP - a folder of its own, and the words of older Pythons

from __future__ import annotations

import importlib.util
import json
import os
import sys
from http.client import HTTPConnection
from pathlib import Path

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_NAMES = Path(__file__).resolve().parents[2] / "names.py"
_SCHEMES = ("http", "https")


def pytest_configure(config: Any) -> None:
    """Take part where recproxy's own plugin does not."""
    config.addinivalue_line("markers", "recproxy(profile, *recordings, mode=None): the recordings of a test.")
    if "RECPROXY_CONTROL" in os.environ and not config.pluginmanager.hasplugin("recproxy"):
        config.pluginmanager.register(_Scopes(config), "recproxy-scopes")


class _Scopes:
    """A scope around each test of this process; a pytest-xdist worker has a lane of its own."""

    def __init__(self, config: Any) -> None:
        self._names = _loaded_names()
        self._root = Path(str(config.rootdir))
        self._recordings = Path(_call("GET", "/")["recordings"])
        self._passed = False
        self._open = False
        self._worker = os.environ.get("PYTEST_XDIST_WORKER")
        if self._worker:
            lane = self._worker + "-" + os.environ.get("PYTEST_XDIST_TESTRUNUID", "")[:8]
            os.environ.update(_call("POST", "/lanes", {"lane": lane})["environment"])
            redirect = sys.modules.get("recproxy.client.redirect")
            if redirect is not None:
                redirect.install_from_env()

    def pytest_unconfigure(self) -> None:
        if self._worker:
            _call("DELETE", "/lanes/" + os.environ["RECPROXY_LANE"])

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: Any) -> None:
        module = Path(str(item.fspath))
        below = item.nodeid.split("::")[1:] or [item.name]
        folders = self._names.module_folders(module, self._recordings, self._root)
        value = {
            "name": ".".join((module.stem, *below)),
            "default": self._names.recording_of_test(folders, below),
            "beside": str(module.parent),
            **_asked(item),
        }
        try:
            recorded_at = _call("PUT", _scope(), value).get("recorded_at")
        except ValueError as problem:
            text = "recproxy: " + str(problem)
        else:
            if recorded_at:
                os.environ["RECPROXY_RECORDED_AT"] = recorded_at
            else:
                os.environ.pop("RECPROXY_RECORDED_AT", None)
            self._open, self._passed = True, False
            return
        pytest.fail(text, pytrace=False)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, call: Any) -> Iterator[None]:
        outcome: Any = yield
        report = outcome.get_result()
        if not self._open:
            return
        if call.when == "call":
            _add(report, _call("GET", _scope()))
            self._passed = report.passed
        elif call.when == "teardown":
            self._open = False
            ended = _call("DELETE", _scope(), {"passed": self._passed})
            if self._passed:
                _add(report, ended)


def _add(report: Any, outcome: Any) -> None:
    """Fail a report for what was missed, or add that to one that has failed."""
    lines = [each["text"] for each in outcome["missed"] + outcome["failed"]]
    lines += ["recorded, but never requested: " + each["request"] for each in outcome["unused"] if each["fails"]]
    text = "\n\n".join(line.rstrip() for line in lines)
    if text and report.passed:
        report.outcome, report.longrepr = "failed", text
    elif text:
        report.sections.append(("recproxy", text))


def _asked(item: Any) -> Any:
    """The recordings that markers name, by service, and the mode that one insists on."""
    recordings: Any = {}
    modes = []
    for marker in reversed(list(item.iter_markers("recproxy"))):
        words = list(marker.args[1:] if marker.args[:1] and marker.args[0] in _SCHEMES else marker.args)
        if words:
            recordings.setdefault(words[0], []).extend(words[1:])
        modes += [marker.kwargs["mode"]] if "mode" in marker.kwargs else []
    return {"recordings": recordings, "mode": modes[0] if modes else None}


def _scope() -> str:
    return "/lanes/" + os.environ["RECPROXY_LANE"] + "/scope"


def _call(method: str, path: str, value: Any = None) -> Any:
    """Call the control address; ValueError says what it refused."""
    connection = HTTPConnection(os.environ["RECPROXY_CONTROL"].split("://")[1], timeout=60)
    head = {"Authorization": "Bearer " + os.environ["RECPROXY_TOKEN"], "Content-Type": "application/json"}
    try:
        connection.request(method, path, json.dumps(value) if value is not None else None, head)
        response = connection.getresponse()
        answer = json.loads(response.read().decode())
    finally:
        connection.close()
    if response.status >= 400:
        raise ValueError(answer.get("error", "refused with " + str(response.status)))
    return answer


def _loaded_names() -> Any:
    """The module that names recordings, without the package around it, which is for newer Pythons."""
    spec = importlib.util.spec_from_file_location("recproxy_names", str(_NAMES))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
