"""Runs that go on, as a viewer sees them: asked at their control address, with the token that each has left for it.

Nothing is kept here: a page says what it knows, and gets what is new.
"""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from recproxy.control.variables import CONTROL, TOKEN
from recproxy.control.viewers import AnnouncedRun, ViewerMeeting
from recproxy.errors import RecordingError
from recproxy.ui.project_files import ProjectFiles

__all__ = ["LiveRuns"]

_SECONDS = 5  # a run that is busy answers late, and a page asks again
#: 5,000 requests of some 400 bytes, and 200 misses.
_LARGEST = 16_000_000
#: The run in whose environment the viewer was started.
_OWN = "this"


class LiveRuns:
    """The runs that a viewer has met, and the one in whose environment it was started."""

    def __init__(self, meeting: ViewerMeeting, files: ProjectFiles, environment: Mapping[str, str]) -> None:
        self._meeting = meeting
        self._files = files
        control, token = environment.get(CONTROL), environment.get(TOKEN)
        self._own = AnnouncedRun(0, control, token, "", "") if control and token else None
        # Not by a proxy: least of all by that of the run.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def _runs(self) -> dict[str, AnnouncedRun]:
        found = {f"{run.pid}-{run.started}": run for run in self._meeting.runs()}
        return found | ({_OWN: self._own} if self._own else {})

    def runs(self, _: Mapping[str, str]) -> dict[str, Any]:
        """The runs that go on, and the last ones that have ended."""
        going_on = [
            {"run": name, "pid": run.pid, "mode": run.mode, "started": run.started, "ended": False}
            for name, run in self._runs().items()
        ]
        ended = [{**run, "run": name, "ended": True} for name, run in self._meeting.ended().items()]
        return {"runs": [*going_on, *reversed(ended)]}

    def requests(self, given: Mapping[str, str]) -> dict[str, Any]:
        """What is new in the run `run`: requests with the names of their recordings, and misses.

        A run may end at any moment, which is no error: then `gone` says why nothing comes of it.
        """
        name = given.get("run", "")
        values = self._meeting.left(name)
        if values is None:
            run = self._runs().get(name)
            if run is None:
                return {"gone": "The run has ended."}
            try:
                values = self._asked(run, given)
            except RecordingError as problem:
                return {"gone": problem.message}
        requests = values["requests"]
        # Each file once: thousands of requests are of a few.
        names = {path: self._shown(path) for path in {each["path"] for each in requests}}
        return {**values, "requests": [{**each, "path": names[each["path"]]} for each in requests]}

    def _asked(self, run: AnnouncedRun, given: Mapping[str, str]) -> dict[str, Any]:
        query = urlencode({name: given.get(name, "") for name in ("ended", "since") if given.get(name)})
        asked = urllib.request.Request(  # noqa: S310 - the address is that of a run, and begins with http
            f"{run.control}/requests?{query}", headers={"Authorization": f"Bearer {run.token}"}
        )
        try:
            with self._opener.open(asked, timeout=_SECONDS) as answer:
                values = json.loads(answer.read(_LARGEST))
            return {**values, "requests": [dict(each, path=str(each["path"])) for each in values["requests"]]}
        except urllib.error.HTTPError as problem:
            problem.close()
            raise RecordingError(f"The run answers with status {problem.code}: it may be of another version.") from None
        except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError):
            raise RecordingError("The run does not answer: it may have ended.") from None

    def _shown(self, path: str) -> str:
        """The name of a recording that a run played or wrote; empty if this viewer does not show it."""
        try:
            return self._files.name(self._files.find(path)[0]) if path else ""
        except RecordingError:
            return ""
