"""The files of a mutation run: the results that it keeps to go on from, and its reports."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from recproxy.errors import ConfigurationError, RecordingError
from recproxy.orchestrator.mutation_plan import MutationOptions, PlannedMutation
from recproxy.play.file_replacement import replace_file
from recproxy.report.mutation_page import mutation_page
from recproxy.report.mutation_report import MutationTrial, mutation_report, mutation_values
from recproxy.report.sweep_result import SweepResult

__all__ = ["KeptMutations"]

_OPEN = (SweepResult.NOT_RUN, SweepResult.NOT_REACHED)


class KeptMutations:
    """Reads and writes them. Raises ConfigurationError where a file is none of ours, or cannot be written."""

    def __init__(self, options: MutationOptions, words: Sequence[str]) -> None:
        self._options = options
        self._words = words
        self._known = _read(options.kept) if options.kept is not None else {}

    def take_over(self, planned: Sequence[PlannedMutation]) -> None:
        """Give mutations the results that an earlier run has for them: of the same answers, used by the same tests."""
        for each in planned:
            known = self._known.get(each.trial.key)
            if known is not None and known["tests"] == list(each.trial.tests):
                each.trial.result = SweepResult(known["result"])
                each.trial.noticed_by, each.trial.seconds = str(known["noticed_by"]), float(known["seconds"])

    def write(self, planned: Sequence[PlannedMutation], seconds: float) -> None:
        """Keep what is known so far."""
        if self._options.kept is not None:
            _write(self._options.kept, self._json([each.trial for each in planned], seconds), "--resume")

    def write_reports(self, trials: Sequence[MutationTrial], seconds: float) -> None:
        """Write the reports: HTML, JSON or text by the names of their files."""
        for path in self._options.reports:
            if path.suffix in (".html", ".htm"):
                text = mutation_page(trials, command=self._words, seconds=seconds)
            elif path.suffix == ".json":
                text = self._json(trials, seconds)
            else:
                text = "\n".join(mutation_report(trials, most=len(trials))) + "\n"
            _write(path, text, "--report")

    def _json(self, trials: Sequence[MutationTrial], seconds: float) -> str:
        complete = all(trial.result is not SweepResult.NOT_RUN for trial in trials)
        values = mutation_values(
            trials, command=self._words, seconds=seconds, complete=complete, seed=self._options.seed
        )
        return json.dumps(values, indent=1) + "\n"


def _read(path: Path) -> dict[str, dict[str, Any]]:
    if not path.exists():
        if not os.access(path.parent, os.W_OK):
            raise ConfigurationError(f"--resume {path}: cannot be written: name a file in a folder that is there")
        return {}
    if not path.is_file():  # a pipe would never end
        raise ConfigurationError(f"--resume {path}: is no file: name another one")
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        known = {each["key"]: each for each in values["mutations"] if SweepResult(each["result"]) not in _OPEN}
        for each in known.values():
            float(each["seconds"]), str(each["noticed_by"]), list(each["tests"])
    except OSError as problem:
        raise ConfigurationError(f"--resume {path}: cannot be read: {problem.strerror}") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ConfigurationError(
            f"--resume {path}: is no file of results of `recproxy mutate`: name another one, or delete it"
        ) from None
    return known


def _write(path: Path, text: str, option: str) -> None:
    if not path.parent.is_dir():
        raise ConfigurationError(f"{option} {path}: cannot be written: name a file in a folder that is there")
    try:
        replace_file(path, text.encode("utf-8"), root=path.parent)
    except RecordingError as problem:
        raise ConfigurationError(f"{option} {problem.message}") from None
