"""Functions with a scope around them, each of its own kind: plain, coroutine, generator, asynchronous generator.

pytest and unittest look at a function's kind to know how to call it, so a wrapper is of the kind that it wraps.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from recproxy.client.requested import RequestedRecordings, open_scope, scope_name
from recproxy.control.scope_options import SelectedTest

__all__ = ["wrapped"]


def wrapped(wanted: RequestedRecordings) -> Callable[..., object]:
    """The decorated function with its scope around each call; where the scope is held already, without."""
    function: Any = wanted.function
    name = scope_name(inspect.unwrap(function))

    def scope(*args: object) -> AbstractContextManager[None]:
        if wanted.held:
            return nullcontext()
        # unittest.expectedFailure marks the function that it is given, which is this wrapper where it stands above.
        expected = getattr(wrapper, "__unittest_expecting_failure__", False)
        return open_scope(
            name,
            wanted.entries,
            wanted.folder,
            wanted.mode,
            faults=wanted.faults,
            failure_expected=expected,
            selection=SelectedTest(keyword=_keyword(name, args)),
        )

    wrapper = functools.wraps(function)(_wrapper(function, scope))
    wanted.mark(wrapper)
    return wrapper


def _keyword(name: str, args: tuple[object, ...]) -> str:
    """What unittest's -k chooses a test by: with a `*`, it takes the whole name, and not a part of others.

    It is the test that runs, in the class that may have inherited it; for setUpClass all of the class, for a function
    all of its module.
    """
    method = name.rpartition(".")[2]
    first = args[0] if args else None
    owner = first if isinstance(first, type) else type(first)
    if not hasattr(owner, method):
        return f"*{name.partition('.')[0]}.*"
    test = "*" if owner is first else getattr(first, "_testMethodName", method)
    return f"*{owner.__module__.rpartition('.')[2]}.{owner.__qualname__}.{test}"


def _wrapper(function: Any, scope: Callable[..., AbstractContextManager[None]]) -> Callable[..., Any]:
    async def coroutine(*args: object, **kwargs: object) -> object:
        with scope(*args):
            return await function(*args, **kwargs)

    def generator(*args: object, **kwargs: object) -> Generator[object, object, object]:
        with scope(*args):
            return (yield from function(*args, **kwargs))

    async def asynchronous_generator(*args: object, **kwargs: object) -> AsyncGenerator[object, object]:
        with scope(*args):
            inner = function(*args, **kwargs)
            try:  # what `yield from` does for generators
                value = await anext(inner)
                while True:
                    try:
                        sent = yield value
                    except GeneratorExit:
                        raise
                    except BaseException as error:  # noqa: BLE001 - it is the inner generator's
                        value = await inner.athrow(error)
                    else:
                        value = await inner.asend(sent)
            except StopAsyncIteration:
                return
            finally:
                await inner.aclose()

    def plain(*args: object, **kwargs: object) -> object:
        with scope(*args):
            return function(*args, **kwargs)

    if inspect.iscoroutinefunction(function):
        return coroutine
    if inspect.isgeneratorfunction(function):
        return generator
    if inspect.isasyncgenfunction(function):
        return asynchronous_generator
    return plain
