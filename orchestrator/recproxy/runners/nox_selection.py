"""What asks real services runs only when it is named: nox's filters by tag and by keyword leave such sessions out.

nox has no setting for this, so its two filters are wrapped, once. The parent of a parallel run (`nox -j`) filters as
well, so that its children are never started for such a session.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable
from functools import wraps
from importlib import metadata
from typing import Any

import nox
from nox.manifest import Manifest

__all__ = ["check_nox_version", "only_by_name"]

#: On a session's function: the tag that names it. nox carries a function's attributes along.
_TAG = "recproxy_named_by_tag"
_WRAPPED = "recproxy_leaves_out"


def check_nox_version() -> None:
    """End with one line where this nox cannot keep a session from running by default (before 2024.4)."""
    if "default" not in inspect.signature(nox.session).parameters:
        raise SystemExit(
            f"recproxy: nox {metadata.version('nox')} is too old for functional_sessions: install nox 2024.10.9 or newer"
        )


def only_by_name(function: Callable[..., None], *, tag: str) -> None:
    """Let no filter select this session function but its own `tag`; `nox -s NAME` does not filter, and works."""
    function.__dict__[_TAG] = tag
    if not hasattr(Manifest.filter_by_tags, _WRAPPED):
        Manifest.filter_by_tags = _wrapped(Manifest.filter_by_tags)  # type: ignore[method-assign,assignment]
        Manifest.filter_by_keywords = _wrapped(Manifest.filter_by_keywords)  # type: ignore[method-assign,assignment]


def _wrapped(select: Callable[[Manifest, Any], None]) -> Callable[[Manifest, Any], None]:
    @wraps(select)
    def select_named(self: Manifest, words: Iterable[str]) -> None:
        named = () if isinstance(words, str) else tuple(words)  # a keyword expression is one string, and names nothing
        select(self, words)
        queue = self._queue
        kept = [session for session in queue if getattr(session.func, _TAG, None) in (None, *named)]
        for session in queue:
            if session not in kept:
                print(
                    f"recproxy: {session.friendly_name} is left out: it asks real services, so it runs only when it is "
                    f"named: nox -s {session.friendly_name}",
                    file=sys.stderr,
                )
        self._queue = kept

    select_named.__dict__[_WRAPPED] = True
    return select_named
