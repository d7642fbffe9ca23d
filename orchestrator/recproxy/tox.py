"""The tox plugin; see `recproxy.runners.tox`."""

from recproxy.runners.tox.plugin import plugin

__all__ = ["plugin"]
