"""The scripts and styles of the viewer, as one file each: those of the report's page first, which it shares."""

from __future__ import annotations

import functools
from importlib import resources

__all__ = ["script", "style"]

#: In this order: each uses those before it.
_OF_REPORT = ("dom", "data", "text", "interaction", "list", "theme", "views")
_OWN = ("calls", "bodies", "edits", "history", "recording", "recordings", "live", "main")


@functools.cache
def script() -> str:
    """The script of the page."""
    parts = [_read("recproxy.report.page", "assets", f"{name}.js") for name in _OF_REPORT]
    parts += (_read("recproxy.ui", "assets", f"{name}.js") for name in _OWN)
    return "(() => {\n'use strict';\n" + "\n".join(parts) + "\n})();"


@functools.cache
def style() -> str:
    """The styles of the page."""
    return _read("recproxy.report.page", "assets", "page.css") + _read("recproxy.ui", "assets", "ui.css")


def _read(package: str, *names: str) -> str:
    return resources.files(package).joinpath(*names).read_text(encoding="utf-8")
