"""What is wrong with a session's arguments is told before its environment is made, which may take minutes.

nox has no hook there, so the step that makes the environment is wrapped, once; other sessions pass through.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps

import nox
from nox.sessions import SessionRunner

__all__ = ["check_before_installing"]

#: On a session's function: what checks its arguments. nox carries a function's attributes along.
_CHECK = "recproxy_check"
_WRAPPED = "recproxy_checks_first"


def check_before_installing(function: Callable[..., None], check: Callable[[Sequence[str]], None]) -> None:
    """Have `check` look at the arguments of this session function; its ValueError ends the session."""
    function.__dict__[_CHECK] = check
    make = SessionRunner.__dict__.get("_create_venv")
    if make is None or hasattr(make, _WRAPPED):  # a nox without that step: the session's body checks
        return

    @wraps(make)
    def checked(self: SessionRunner) -> None:
        look = getattr(self.func, _CHECK, None)
        if look is not None and not self.global_config.install_only:
            try:
                look(self.posargs)
            except ValueError as problem:
                nox.Session(self).error(str(problem))
        make(self)

    checked.__dict__[_WRAPPED] = True
    SessionRunner._create_venv = checked  # type: ignore[method-assign] # noqa: SLF001 - see above
