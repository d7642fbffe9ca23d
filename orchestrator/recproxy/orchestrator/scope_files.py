"""Which files are in play for a profile in a scope, and which one is written. Reads whether files are there."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from recproxy.control.modes import UNLISTED
from recproxy.control.outcomes import NO_TEST
from recproxy.control.scope_options import SelectedTest
from recproxy.errors import RecordingError
from recproxy.lazy.dataclass import dataclass
from recproxy.orchestrator.lane_scope import LaneScope
from recproxy.orchestrator.plan import RunPlan
from recproxy.recording.scope_names import masked_file_name

__all__ = ["ScopeFiles", "check_file_name", "choose", "find_named", "own_mode", "used_profiles"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeFiles:
    """The files of one profile in one scope.

    `recordings` are in play, `target` is what is recorded into. `expected` is the file that was looked for where none
    was named. `unnamed`: what is in play is nobody's but the run's own.
    """

    recordings: tuple[str, ...]
    target: str
    expected: str | None
    unnamed: bool

    def of_secret(self, shown: Callable[[str], str]) -> ScopeFiles:
        """Those of a test whose name holds a secret: `shown` names what was looked for, and is not there, without it."""
        if self.expected is None or self.expected in self.recordings:
            return self
        return replace(self, expected=shown(self.expected))


def own_mode(plan: RunPlan, profile: str, scope: LaneScope | None) -> str | None:
    """The mode that a scope, or the base scope, has for a profile where that is not the run's.

    What passes without a profile passes there, too. If only some tests are wanted, the others replay.
    """
    if profile == UNLISTED:
        return None
    if scope is not None and scope.scope_options.mode:
        return scope.scope_options.mode
    wanted = plan.wanted is None or profile in plan.wanted.get(scope.test if scope is not None else NO_TEST, ())
    return None if wanted or plan.mode_of(profile) not in ("record", "auto") else "replay"


def find_named(
    plan: RunPlan,
    profile: str,
    mode: str,
    names: Sequence[str],
    *,
    beside: Path | None,
    is_host: bool,
    selection: SelectedTest | None = None,
    uses: Sequence[str] = (),
) -> tuple[str, ...]:
    """The files that names mean. Raises RecordingNotFound where one is not there and must be."""
    if mode == "replay":
        together = plan.recorded_together(profile, uses)
        find = functools.partial(plan.library.find, beside=beside, selection=selection, together=together)
        return tuple(str(find(profile, name)) for name in names)
    return tuple(str(plan.library.place(profile, name, beside=beside, is_host=is_host)) for name in names)


def choose(plan: RunPlan, profile: str, mode: str, named: tuple[str, ...] | None, default: str | None) -> ScopeFiles:
    """Choose the files: those that were `named`, else the one at `default`, else the run's own."""
    library = plan.library
    expected = library.default(profile, default)
    recordings = named
    if recordings is None and default and expected.is_file():
        recordings = (str(expected),)
    unnamed = recordings is None
    if recordings is None:
        recordings = plan.recordings.get(profile) or _default_of_run(library.default(profile))
    if mode == "auto":
        recordings = tuple(path for path in recordings if Path(path).is_file())
    elif mode != "replay":
        recordings = ()
    targets = named or (() if default else plan.recordings.get(profile)) or (str(expected),)
    return ScopeFiles(
        recordings=recordings,
        target=targets[0],
        expected=None if named is not None else str(expected),
        unnamed=unnamed,
    )


def _default_of_run(path: Path) -> tuple[str, ...]:
    return (str(path),) if path.is_file() else ()


def used_profiles(plan: RunPlan, named: Mapping[str, Sequence[str]], default: str | None) -> tuple[str, ...]:
    """The profiles of which a test has recordings: those that it `named`, and those that have one at `default`."""
    used = [name for name, paths in named.items() if paths]
    if default:
        used += (each.name for each in plan.profiles if plan.library.default(each.name, default).is_file())
    return tuple(used)


def check_file_name(name: str, shown: str, *, test: str, shown_test: str) -> None:
    """Refuse to record into a file whose name would hold a secret; `shown` are the names without secrets.

    Raises:
        RecordingError: it would.
    """
    if (safe := masked_file_name(shown, test, shown_test)) != name:
        raise RecordingError(f"a recording named {safe} would hold a secret in its name: rename the test {shown_test}")
