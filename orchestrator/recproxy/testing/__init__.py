"""What tests load: the pytest plugin, answers inside the process, the bridge for vcrpy suites, and a toolbox.

The *toolbox* is for a project's own tests of its recordings and profiles; its names are offered here. They are loaded
when first asked for, because the pytest plugin lives in this package and must cost a suite nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recproxy.testing.toolbox import Replay, check_recordings, redacted

__all__ = ["Replay", "check_recordings", "redacted"]


def __getattr__(name: str) -> object:
    if name in __all__:
        from recproxy.testing import toolbox  # noqa: PLC0415 - loaded when first asked for

        return getattr(toolbox, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
