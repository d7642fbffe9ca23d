"""What a decorator asks for: recordings, by profile or host, and the folder they are relative to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from recproxy.client.outcome import ScopeResult, failure
from recproxy.client.scopes import RecordingNames
from recproxy.client.session import session
from recproxy.control.scope_options import Faults, ScopeFault, ScopeOptions, SelectedTest

__all__ = ["RequestedRecordings", "faults_of", "open_scope", "recordings_of", "scope_name", "wanted_by"]

_MARK = "__recproxy_wanted__"
_SKIPS = frozenset((("unittest.case", "SkipTest"), ("_pytest.outcomes", "Skipped"), ("_pytest.outcomes", "XFailed")))


@dataclass(slots=True, eq=False)
class RequestedRecordings:
    """The recordings of one decorated function, the outermost decorator's first.

    `mode` is what the test insists on, None for the run's own. `faults` are played on purpose, by profile or host.
    `function` is what was decorated, `wrapper` what took its place. While it is `held`, the pytest plugin has the scope
    open.
    """

    entries: tuple[tuple[str, str], ...]
    folder: str
    function: Callable[..., object]
    mode: str | None = None
    faults: tuple[tuple[str, ScopeFault], ...] = ()
    wrapper: Callable[..., object] | None = None
    held: bool = False

    def mark(self, wrapper: Callable[..., object]) -> None:
        """Leave itself on the function that takes the place of the decorated one."""
        self.wrapper = wrapper
        setattr(wrapper, _MARK, self)


def wanted_by(function: object) -> RequestedRecordings | None:
    """What a function's decorator asks for, if it has one."""
    found = getattr(function, _MARK, None)
    return found if isinstance(found, RequestedRecordings) else None


def recordings_of(entries: tuple[tuple[str, str], ...], folder: str) -> RecordingNames:
    """RecordingNames by service, as the orchestrator can find them: what lies in the folder by its path."""
    named: dict[str, list[str]] = {}
    for service, recording in entries:
        beside = Path(folder, recording)
        named.setdefault(service, []).append(str(beside) if beside.is_file() else recording)
    return named


def faults_of(entries: Iterable[tuple[str, ScopeFault]]) -> Faults:
    """Faults by service."""
    named: dict[str, tuple[ScopeFault, ...]] = {}
    for service, fault in entries:
        named[service] = (*named.get(service, ()), fault)
    return named


def scope_name(function: Callable[..., object]) -> str:
    """The name of a test's scope: the same whoever runs it, and however its module was imported."""
    code = getattr(function, "__code__", None)
    module = Path(code.co_filename).stem if code is not None else function.__module__.rpartition(".")[2]
    return f"{module}.{function.__qualname__}"


@contextmanager
def open_scope(
    name: str,
    entries: tuple[tuple[str, str], ...],
    folder: str,
    mode: str | None = None,
    *,
    faults: tuple[tuple[str, ScopeFault], ...] = (),
    failure_expected: bool = False,
    selection: SelectedTest | None = None,
) -> Iterator[None]:
    """A scope around a test. Its misses fail the test, or become notes of the test's own error.

    What a test recorded counts also where it skips itself, or fails and that was expected.
    """
    scopes = session().scopes
    # A fault cannot be recorded: its test replays in every run.
    scope_options = ScopeOptions(
        mode=mode or ("replay" if faults else scopes.mode), faults=faults_of(faults), selection=selection
    )
    scope = scopes.begin(name, recordings_of(entries, folder), beside=folder, scope_options=scope_options)
    try:
        yield
    except BaseException as error:
        expected = _is_skip(error) or (failure_expected and isinstance(error, Exception))
        _add_notes(error, scopes.end(scope, passed=expected))
        raise
    problem = failure(scopes.end(scope, passed=True))
    if problem is not None:
        raise problem


def _is_skip(error: BaseException) -> bool:
    """Whether a test skipped itself or called pytest.xfail; by name, since neither library may be imported for it."""
    kinds = {(kind.__module__, kind.__qualname__) for kind in type(error).__mro__}
    return not kinds.isdisjoint(_SKIPS)


def _add_notes(error: BaseException, outcomes: list[ScopeResult]) -> None:
    for outcome in outcomes:
        for text in (*outcome.missed, outcome.unanswered, *outcome.notes):
            if text:
                error.add_note(text)
