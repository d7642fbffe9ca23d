"""What a proxy is told of an interaction that it sent: whether it is kept, or why it is not.

A proxy's client waits for this, so that there is an answer whatever goes wrong.
"""

from __future__ import annotations

from collections.abc import Callable

from recproxy.control.messages import Kept, Recorded
from recproxy.errors import RecordingError, RecproxyError

__all__ = ["ScopeEnded", "kept_reply"]


class ScopeEnded(RecordingError):
    """An interaction came after the end of its scope, which counted as failed because of it; the run goes on."""


def kept_reply(
    keep: Callable[[str, Recorded], None], profile: str, message: Recorded, fail: Callable[[RecproxyError], None]
) -> Kept:
    """Keep an interaction of a profile, and answer its proxy. What cannot be kept in an open scope ends the run."""
    try:
        keep(profile, message)
    except ScopeEnded as problem:
        return Kept(order=message.order, error=problem.message)
    except RecordingError as problem:
        fail(problem)
        return Kept(order=message.order, error=problem.message)
    except Exception as problem:  # noqa: BLE001 - without an answer the proxy's client would wait for ever
        defect = RecordingError(
            f"an interaction of profile {profile!r} cannot be kept: {type(problem).__name__}: {problem}"
        )
        fail(defect)
        return Kept(order=message.order, error=defect.message)
    return Kept(order=message.order)
