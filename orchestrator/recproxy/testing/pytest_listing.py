"""A plugin for `pytest --collect-only` that lists what the tests would play: `recproxy check --orphans` starts it.

Writes one JSON object to the file in RECPROXY_LISTING. Runs no test and starts nothing.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from recproxy.client.items import Places, of_item

__all__ = ["LISTING"]

#: Where the list goes, and the project's folder of recordings.
LISTING = "RECPROXY_LISTING"
_RECORDINGS = "RECPROXY_LISTING_RECORDINGS"


def pytest_collection_finish(session: pytest.Session) -> None:
    """List each collected test: its scope, its own recording, what it names, and its fixtures."""
    if LISTING not in os.environ:
        return
    places = Places(recordings=Path(os.environ[_RECORDINGS]), root=session.config.rootpath)
    tests = []
    for item in session.items:
        try:
            asked = of_item(item, places)
        except (TypeError, ValueError):  # a marker with wrong words: the test says so when it runs
            continue
        tests.append(
            {
                "scope": asked.name,
                "default": asked.default,
                "beside": asked.beside,
                "named": {service: list(names) for service, names in asked.recordings.items()},
                "fixtures": list(getattr(item, "fixturenames", ())),
            }
        )
    Path(os.environ[LISTING]).write_text(json.dumps(tests), encoding="utf-8")
