"""The variables of a run in this process while a scope is open, and all that was made out of the old ones.

What stood there is put back exactly, whatever the test did to it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext

from recproxy.control.variables import CA, REDIRECT

__all__ = ["prepared", "redirected_sockets"]


#: The handlers of the opener that urlopen makes for itself.
_PLAIN = frozenset(
    {
        "DataHandler",
        "FTPHandler",
        "FileHandler",
        "HTTPDefaultErrorHandler",
        "HTTPErrorProcessor",
        "HTTPHandler",
        "HTTPRedirectHandler",
        "HTTPSHandler",
        "ProxyHandler",
        "UnknownHandler",
    }
)


@contextmanager
def prepared(variables: Mapping[str, str]) -> Iterator[None]:
    """Have a run's variables in os.environ, and clients of this process that read theirs before follow them."""
    before = {name: os.environ.get(name) for name in variables}
    opener = _opener()
    if opener is None or _is_plain(opener):
        _set_opener(None)
    redirection = (
        redirected_sockets(variables[REDIRECT], variables.get(CA)) if variables.get(REDIRECT) else nullcontext()
    )
    os.environ.update(variables)
    try:
        with redirection:
            yield
    finally:
        _set_opener(opener)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def redirected_sockets(value: str, ca: str | None) -> Iterator[None]:
    """Redirect the sockets of this process, for clients that were made before or ignore proxy variables.

    Afterwards connections go where they went before. Arguments and errors are those of `redirect.install`.
    """
    from recproxy.client import redirect  # noqa: PLC0415 - only where there is something to redirect

    before = redirect.installed()
    redirect.install(value, ca)
    try:
        yield
    finally:
        if before is None:
            redirect.uninstall()
        else:
            redirect.install(*before)


def _opener() -> object:
    """What urlopen keeps for good once it was called: built for the proxies of that time."""
    module = sys.modules.get("urllib.request")
    return None if module is None else module.__dict__.get("_opener")


def _set_opener(opener: object) -> None:
    module = sys.modules.get("urllib.request")
    if module is not None:
        module.__dict__["_opener"] = opener


def _is_plain(opener: object) -> bool:
    """Whether urlopen made it; what a program installed keeps its handlers, and the redirect catches it."""
    return all(
        type(handler).__module__ == "urllib.request" and type(handler).__name__ in _PLAIN
        for handler in getattr(opener, "handlers", ())
    )
