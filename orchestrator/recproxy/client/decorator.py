"""The decorator `recproxy`: a test says which recordings answer it.

`@recproxy('https', 'twitter.com', 'test_send.rec')` is its form of 2011; `@recproxy('twitter', 'test_send.rec')` names
the profile. Stacked on one test they make one scope. It begins before the test and ends after it; a request that no
recording answers fails the test, even where the program swallowed it.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from recproxy.client.requested import RequestedRecordings, open_scope, wanted_by
from recproxy.client.wrappers import wrapped
from recproxy.control.modes import mode_named
from recproxy.control.scope_options import ScopeFault

__all__ = ["FaultEntries", "check_fault", "check_mode", "check_words", "recproxy"]

#: A service, by its profile or host, with a recording of it.
Entries = tuple[tuple[str, str], ...]
#: The same with a fault.
FaultEntries = tuple[tuple[str, ScopeFault], ...]

_SCHEMES = ("http", "https")
_FORMS = "(scheme, host, recording) or (profile, recording), each with any number of recordings"
_Target = TypeVar("_Target", bound=Callable[..., object])


class recproxy:  # noqa: N801 - the name it has had since 2011
    """Recordings for a test.

    A decorator of functions, methods, coroutines, generator fixtures (below `@pytest.fixture`) and classes, where it
    is put on each test method; and a context manager, with `with` or `async with`.

    Args:
        words: `scheme, host, recording` or `profile, recording`. A recording is a path relative to the test module,
            or a name among the project's or the profile package's recordings; several answer together.
        mode: "replay", for a test of behaviour that cannot be recorded: all of it replays in every run.

    Raises:
        TypeError: too few words, or a word that is no string.
        ValueError: no profile or host could be called so; or another mode: the run has the choice of those.
    """

    def __init__(self, *words: str, mode: str | None = None) -> None:
        self._entries = check_words(words)
        self._mode = check_mode(mode)
        caller = sys._getframe(1).f_code.co_filename  # noqa: SLF001 - recordings are relative to the caller's module
        self._folder = _folder_of(caller)
        self._faults: FaultEntries = ()
        self._open: list[AbstractContextManager[None]] = []

    @classmethod
    def fault(cls, service: str, fault: str, *, times: int | None = None, interaction: int | None = None) -> Self:
        """A decorator that plays a fault on purpose: `@recproxy.fault("twitter", "reset")`.

        The test replays in every run, since nobody can record a fault.

        Args:
            service: a profile or host.
            fault: in the words of `:fault` in a recording, or a TLS fault, such as "tls expired".
            times: play it so many times, then answer as recorded. Default: every time.
            interaction: play it with this interaction of the recordings only, counted from 1. Default: with all.

        Raises:
            TypeError: a value is of a wrong type.
            ValueError: there is no such fault.
        """
        made = cls.__new__(cls)
        made._entries, made._mode, made._open = (), None, []  # noqa: SLF001 - its own
        made._faults = (check_fault(service, fault, times=times, interaction=interaction),)  # noqa: SLF001
        made._folder = _folder_of(sys._getframe(1).f_code.co_filename)  # noqa: SLF001 - as in __init__
        return made

    def __call__(self, target: _Target) -> _Target:
        """Wrap a test, or each test method of a class; several on one test share one scope."""
        if isinstance(target, type):
            self._decorate_methods(target)
            return target
        return self._decorate(target)  # type: ignore[return-value] # a wrapper of the same signature

    def __enter__(self) -> Self:
        """Begin a scope named after the first recording; inside of another one it comes first while it is open."""
        if not self._entries:
            raise TypeError("recproxy.fault decorates a test or a class of tests; it is no context manager")
        scope = open_scope(Path(self._entries[0][1]).stem, self._entries, self._folder, self._mode)
        scope.__enter__()
        self._open.append(scope)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the scope."""
        self._open.pop().__exit__(kind, error, traceback)

    async def __aenter__(self) -> Self:
        """Begin the scope. The two calls it costs are to loopback and short: the loop waits for them."""
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the scope."""
        self.__exit__(kind, error, traceback)

    def _decorate(self, target: Callable[..., object]) -> Callable[..., object]:
        if isinstance(target, classmethod | staticmethod):
            return type(target)(self._decorate(target.__func__))
        if hasattr(target, "_pytestfixturefunction") or type(target).__name__ == "FixtureFunctionDefinition":
            raise TypeError("put @recproxy below @pytest.fixture: it wraps the function, not the fixture")
        if not inspect.isroutine(target):
            raise TypeError(f"@recproxy decorates a function, a method or a class, not {target!r}")
        inner = wanted_by(target)
        if inner is not None and inner.wrapper is target:
            entries, faults = (*self._entries, *inner.entries), (*self._faults, *inner.faults)
            folder = inner.folder if inner.entries else self._folder
            mode = self._mode or inner.mode
            return wrapped(RequestedRecordings(entries, folder, inner.function, mode, faults))
        return wrapped(RequestedRecordings(self._entries, self._folder, target, self._mode, self._faults))

    def _decorate_methods(self, case: type) -> None:
        for name in dir(case):
            method = inspect.getattr_static(case, name)
            if name.startswith("test") and (callable(method) or isinstance(method, classmethod | staticmethod)):
                setattr(case, name, self._decorate(method))


def check_fault(
    service: object, fault: object, *, times: object = None, interaction: object = None
) -> tuple[str, ScopeFault]:
    """A fault that a decorator or marker asks for, by its service; TypeError and ValueError where it cannot be played."""
    from recproxy.recording.faults import read_test_fault  # noqa: PLC0415 - few tests play faults

    if not isinstance(service, str) or not isinstance(fault, str):
        raise TypeError('recproxy.fault takes (profile, fault): recproxy.fault("twitter", "reset")')
    if not service or "/" in service:
        raise ValueError(f"recproxy.fault: {service!r} is not a profile or host")
    for name, count in (("times", times), ("interaction", interaction)):
        if count is not None and (type(count) is not int or count < 1):
            raise ValueError(f"recproxy.fault: {name}={count!r}: write 1 or more, or leave it out")
    try:
        read_test_fault(fault)
    except ValueError as problem:
        raise ValueError(f"recproxy.fault: {fault!r} is no fault: {problem}") from None
    return service, ScopeFault(" ".join(fault.split()), times or 0, interaction or 0)  # type: ignore[arg-type] # checked above


def _folder_of(path: str) -> str:
    return str(Path(os.path.abspath(path)).parent)  # noqa: PTH100 - links stay: the user's own path


def check_mode(mode: object) -> str | None:
    """The mode that a decorator or marker insists on; ValueError where it cannot."""
    if mode is None:
        return None
    if not isinstance(mode, str) or mode_named(mode) != "replay":
        raise ValueError(f"mode={mode!r}: a test can only force 'replay'; the run decides the other modes")
    return "replay"


def check_words(words: tuple[object, ...]) -> Entries:
    """The service and each recording that the words of a decorator or marker name.

    Behind a first word that is a scheme stands a host; any other first word is the service itself.

    Raises:
        TypeError: too few words, or one that is no string.
        ValueError: the word for the service cannot be one.
    """
    texts = [word for word in words if isinstance(word, str)]
    schemed = bool(texts) and texts[0].lower() in _SCHEMES
    service, recordings = (texts[1:2], texts[2:]) if schemed else (texts[:1], texts[1:])
    if not recordings or len(texts) != len(words):
        raise TypeError(f"recproxy takes {_FORMS}")
    if not service[0] or "/" in service[0]:
        what = "host" if schemed else "profile"
        raise ValueError(f"recproxy: {service[0]!r} is not a {what}; write {_FORMS}; a scheme is http or https")
    return tuple((service[0], recording) for recording in recordings)
