"""The tests of a project as pytest collects them, and which recordings none of them would play.

Starts `pytest --collect-only`; runs no test.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recproxy.errors import ConfigurationError, RecproxyError
from recproxy.play.reading import read_recording
from recproxy.play.recording_names import DEFAULT, recordings_below
from recproxy.play.test_names import FIXTURE
from recproxy.recording import Interaction
from recproxy.recording.scope_names import is_name_of

__all__ = ["CollectedTests", "collect_tests", "leftovers_of_tests"]

#: Scopes of setUpClass and the like, which are no fixtures of a test by name.
_SETUPS = frozenset(
    ("setUpClass", "tearDownClass", "setup_class", "setup_module", "setup_function", "setUpModule", "setup_method")
)
_LAST_LINES = 15  # of what pytest printed: its summary stands at the end
#: What to do where the tests are not pytest's.
_OTHER_RUNNER = "for another runner, give the JSON report of a full run: --run REPORT.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedTests:
    """What was collected: scopes, modules, fixtures, and the paths that tests would play below `recordings`."""

    recordings: Path
    scopes: frozenset[str]
    fixtures: frozenset[str]
    defaults: frozenset[str]
    named: frozenset[Path]

    def plays(self, path: Path) -> bool:
        """Whether a test, a fixture or a command may play a recording below the project's recordings."""
        below = path.resolve().relative_to(self.recordings.resolve())
        name = Path(*below.parts[1:]).as_posix() if len(below.parts) > 1 else ""
        if not name or path.name == DEFAULT or name in self.defaults or path.resolve() in self.named:
            return True
        fixture = FIXTURE.search(path.stem)
        return fixture is not None and self._is_fixture(path.stem[: fixture.start()])

    def gone(self, interactions: Sequence[Interaction], path: Path) -> Iterator[Interaction]:
        """The interactions of a played recording that a test recorded which is not there any more."""
        modules = {scope.partition(".")[0] for scope in self.scopes} | {path.parent.name}
        for each in interactions:
            module, dot, name = (each.scope or "").removesuffix(" teardown").partition(".")
            if dot and module in modules and not self._is_scope(each.scope or "") and not self._is_fixture(name):
                yield each

    def _is_scope(self, name: str) -> bool:
        """Whether a test is recorded under this name: that of its teardown is not its own."""
        return name in self.scopes or any(is_name_of(name, scope) for scope in self.scopes if "~" in name)

    def _is_fixture(self, name: str) -> bool:
        last = name.partition("[")[0].rpartition(".")[2]
        return last in self.fixtures or last in _SETUPS


def collect_tests(recordings: Path, tests: Sequence[str]) -> CollectedTests:
    """Collect the tests at these paths, or those that pytest finds by itself.

    Raises:
        ConfigurationError: pytest could not collect them, or found none.
    """
    listed = _listed(recordings, tests)
    if not listed:
        raise ConfigurationError(f"pytest found no tests here: name their folder with --tests, or {_OTHER_RUNNER}")
    named: set[Path] = set()
    for test in listed:
        for service, names in test["named"].items():
            for name in names:
                for folder in (Path(test["beside"]), recordings / service):
                    named |= {(folder / name).resolve(), (folder / f"{name}.rec").resolve()}
    return CollectedTests(
        recordings=recordings,
        scopes=frozenset(test["scope"] for test in listed),
        fixtures=frozenset(name for test in listed for name in test["fixtures"]),
        defaults=frozenset(test["default"] for test in listed),
        named=frozenset(named),
    )


def leftovers_of_tests(recordings: Path, tests: CollectedTests) -> list[tuple[Path, int, str]]:
    """What no test plays: a file, with line 0, or an interaction with its line; and why."""
    found: list[tuple[Path, int, str]] = []
    for path in recordings_below(recordings):
        if not tests.plays(path):
            found.append((path, 0, "no test plays it"))
            continue
        try:
            interactions = read_recording(str(path)).interactions
        except RecproxyError:  # `check` says what is wrong with it
            continue
        found += [(path, each.line, f"its test {each.scope} is gone") for each in tests.gone(interactions, path)]
    return found


def _listed(recordings: Path, tests: Sequence[str]) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        listing = Path(folder) / "tests.json"
        words = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "recproxy.testing.pytest_listing"]
        environment = os.environ | {
            "RECPROXY_LISTING": str(listing),
            "RECPROXY_LISTING_RECORDINGS": str(recordings),
        }
        done = subprocess.run([*words, *tests], env=environment, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 5) or not listing.exists():
            said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-_LAST_LINES:])
            raise ConfigurationError(
                f"pytest could not collect the tests, so it is not known what they play (exit code {done.returncode}): "
                f"mend that, or {_OTHER_RUNNER}",
                hint=said,
            )
        found: list[dict[str, Any]] = json.loads(listing.read_text(encoding="utf-8"))
        return found
