"""The decorator `recproxy`: a test says which recordings answer it.

`@recproxy('https', 'twitter.com', 'test_send.rec')` is its form of 2011; `@recproxy('twitter', 'test_send.rec')` names
the profile. Stacked on one test they make one scope. It begins before the test and ends after it; a request that no
recording answers fails the test, even where the program swallowed it.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from recproxy.client.session import Session, session
from recproxy.errors import NoMatch

__all__ = ["recproxy"]

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")
_MARK = "__recproxy_recordings__"


class recproxy:  # noqa: N801 - the name it has had since 2011
    """Recordings for a test: a decorator of functions, methods and coroutines, and a context manager.

    Args:
        words: `scheme, host, recording` or `profile, recording`. A recording is a path relative to the test module,
            or a name among the project's or the profile package's recordings.

    Raises:
        TypeError: another number of words, or a word that is no string.
    """

    def __init__(self, *words: str) -> None:
        if len(words) not in (2, 3) or not all(isinstance(word, str) for word in words):
            raise TypeError("recproxy takes (scheme, host, recording) or (profile, recording)")
        self._service = words[-2]
        self._recording = words[-1]
        self._folder = Path(sys._getframe(1).f_code.co_filename).parent  # noqa: SLF001 - the caller's module
        self._opened: list[Any] = []

    def __call__(self, function: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
        """Wrap a test; several on one test share one scope, the outermost first."""
        recordings: list[tuple[str, str]] | None = getattr(function, _MARK, None)
        if recordings is not None:
            recordings.insert(0, self._named())
            return function
        return _wrap(function, [self._named()])

    def __enter__(self) -> Self:
        """Begin the scope, named after the recording."""
        scope = _scope(Path(self._recording).stem, [self._named()])
        scope.__enter__()
        self._opened.append(scope)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the scope."""
        self._opened.pop().__exit__(kind, error, traceback)

    def _named(self) -> tuple[str, str]:
        """The service, and the recording as the orchestrator can find it."""
        beside = self._folder / self._recording
        return self._service, str(beside.resolve()) if beside.is_file() else self._recording


def _wrap(
    function: Callable[_Parameters, _Result], recordings: list[tuple[str, str]]
) -> Callable[_Parameters, _Result]:
    name = f"{function.__module__}.{function.__qualname__}"
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def coroutine(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> Any:
            with _scope(name, recordings):
                return await function(*args, **kwargs)

        wrapped: Any = coroutine
    else:

        @functools.wraps(function)
        def test(*args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Result:
            with _scope(name, recordings):
                return function(*args, **kwargs)

        wrapped = test
    setattr(wrapped, _MARK, recordings)
    return wrapped  # type: ignore[no-any-return]


@contextmanager
def _scope(name: str, recordings: list[tuple[str, str]]) -> Iterator[None]:
    """A scope around a test; misses fail it, or are told along with its own failure."""
    by_service: dict[str, list[str]] = {}
    for service, recording in recordings:
        by_service.setdefault(service, []).append(recording)
    run = session()
    run.address.begin_scope(run.lane, name, by_service)
    try:
        with run.environment():
            yield
    except BaseException as error:
        for text in _end(run, passed=False):
            error.add_note(text)
        raise
    missed = _end(run, passed=True)
    if missed:
        raise NoMatch("\n".join(missed))


def _end(run: Session, *, passed: bool) -> list[str]:
    outcome = run.address.end_scope(run.lane, passed=passed)
    return [miss["text"] for miss in outcome["missed"]]
