"""Sessions for a noxfile; see `recproxy.runners.nox`."""

from recproxy.runners.nox import FunctionalRun, functional_sessions

__all__ = ["FunctionalRun", "functional_sessions"]
