"""What a fuzz target is: a function of bytes that may raise only the errors that users are meant to read."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from recproxy.errors import RecproxyError

HERE = Path(__file__).parent
#: An input of at most so many bytes must take at most so many seconds of CPU.
SIZE, SECONDS = 100_000, 1.0


@dataclass(frozen=True, kw_only=True)
class Target:
    """A function of bytes, and inputs that it is known to take; `seconds` is what one of SIZE may need.

    `tree` names how its inputs are read as values and written again (json, yaml or toml), so that values can be changed;
    `tokens` are words that matter to it. `allowed` are the errors that it may raise.
    """

    name: str
    run: Callable[[bytes], object]
    seeds: tuple[bytes, ...] = field(repr=False)
    tree: str = ""
    tokens: tuple[bytes, ...] = ()
    allowed: tuple[type[BaseException], ...] = (RecproxyError,)
    seconds: float = SECONDS

    @property
    def corpus(self):
        """Inputs from files: those kept for what they reach, and those that once were trouble."""
        return [path.read_bytes() for path in sorted((HERE / "corpus" / self.name).glob("*"))]


class Found(Exception):
    """An input that is trouble; `kind` is the same for inputs that are the same trouble."""

    def __init__(self, kind, why):
        super().__init__(why)
        self.kind = kind


def try_input(target, data, seconds):
    """Run a target on an input; raise Found where it is trouble."""
    before = time.process_time()
    try:
        target.run(data)
    except target.allowed as problem:
        _check_message(problem)
    except Exception as problem:
        raise Found(_kind(problem), f"{type(problem).__name__}: {problem}") from problem
    took = time.process_time() - before
    if took > seconds and len(data) <= SIZE:
        raise Found("slow", f"{took:.1f} s of CPU for {len(data)} bytes")


def _check_message(problem):
    if isinstance(problem, RecproxyError) and "\n" in problem.message:
        raise Found("a message of several lines", repr(problem.message))


def _kind(problem):
    """Which exception, and the last place in the package that it passed."""
    place, trace = "", problem.__traceback__
    while trace is not None:
        path = trace.tb_frame.f_code.co_filename
        if "/recproxy/" in path or trace.tb_next is None:
            place = f"{Path(path).parent.name}/{Path(path).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(problem).__name__} at {place}"
