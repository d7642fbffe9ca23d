"""The report files of a run: written when it ends, whatever ended it."""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from recproxy.config.installed import own_version
from recproxy.config.variables import secret_values
from recproxy.errors import RecordingError, RecproxyError
from recproxy.orchestrator.orchestrator import Orchestrator
from recproxy.orchestrator.plan import RunPlan
from recproxy.orchestrator.wanted import WantedRecordings
from recproxy.report import Tally

if TYPE_CHECKING:  # few runs write a report
    from recproxy.report.proof_report import ProofReport
    from recproxy.report.report_files import ReportTarget
    from recproxy.report.run_report import RunReport

__all__ = ["RunReports", "targets_of"]

#: In the tests' own run of one pytest-xdist worker, each of which writes a file of its own.
_WORKER = "PYTEST_XDIST_WORKER"
_INSTALLED = "site-packages"


class RunReports:
    """What a run is asked to write at its end.

    Args:
        plan: the run's.
        targets: where to; none means nothing is done.
        environment: where CI services say where they keep what.
        stream: gets what is for the output of a step of GitHub.
        lists_wanted: whether what was missed is listed for somebody who can record it.
    """

    def __init__(
        self,
        plan: RunPlan,
        targets: Sequence[ReportTarget],
        environment: Mapping[str, str],
        stream: TextIO,
        *,
        lists_wanted: bool = True,
    ) -> None:
        self._plan = plan
        self._targets = targets
        self._environment = environment
        self._stream = stream
        self._started = dt.datetime.now(dt.UTC)
        self._begun = time.monotonic()
        self._is_written = False
        self._lists_wanted = lists_wanted
        #: What the run has counted, once it is there.
        self.tally = Tally()
        self._wanted = WantedRecordings(plan)
        #: The proof of what it recorded, where there was one.
        self.proof: ProofReport | None = None

    def watch(self, orchestrator: Orchestrator) -> None:
        """Report this run, which is up."""
        self.tally = orchestrator.tally
        self._wanted.shown = orchestrator.recorder.learned
        orchestrator.scopes.ends.watchers.append(self._wanted.take)

    @contextlib.contextmanager
    def written(self) -> Iterator[None]:
        """Write them also where the run breaks off, with the reason in them."""
        try:
            yield
        except RecproxyError as problem:
            self.write(code=problem.exit_code, error=problem.message)
            raise
        except BaseException as problem:
            self.write(code=1, error=f"{type(problem).__name__}: {problem}")
            raise

    def write(self, *, code: int, command_code: int = 0, error: str = "") -> int:
        """Write them, and what is wanted, once; the exit code of the run, which is not 0 if a file could not be written."""
        if self._is_written:
            return code
        self._is_written = True
        try:
            line = self._wanted.write(self._environment) if self._lists_wanted else ""
        except RecordingError as problem:
            line, code = problem.message, code or problem.exit_code
        if line:
            print(f"recproxy: {line}", file=sys.stderr)
        if not self._targets:
            return code
        from recproxy.report.report_files import write_reports_at_end  # noqa: PLC0415 - see above

        project = self._plan.project
        secrets = secret_values(self._plan.profiles, self._environment)
        return write_reports_at_end(
            self._report(code, command_code, error),
            self._targets,
            root=project.root,
            elsewhere=project.file_name,
            environment=self._environment,
            stream=self._stream,
            rules={profile.name: profile.redaction(secrets) for profile in self._plan.profiles},
            packages=self._packages(),
        )

    def _packages(self) -> list[Path]:
        """The folders of recordings that come with the packages of profiles."""
        root = self._plan.project.root
        folders = [Path(each.recordings) for each in self._plan.profiles if each.recordings]
        return [each for each in folders if _INSTALLED in each.parts or not each.is_relative_to(root)]

    def _report(self, code: int, command_code: int, error: str) -> RunReport:
        from recproxy.report.run_facts import ReportPlaces, report_of  # noqa: PLC0415 - see above
        from recproxy.report.run_report import RunReport  # noqa: PLC0415 - see above

        plan = self._plan
        facts = RunReport(
            recproxy=own_version(),
            runs=(secrets.token_hex(8),),
            shards=(plan.shard,) if plan.shard else (),
            started=self._started.isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - self._begun, 3),
            exit_code=code,
            command_code=command_code,
            error=error,
            fails=(*_fails(plan), *(("proof",) if self.proof is not None else ())),
            proof=self.proof,
            wanted=self._wanted.wanted().tests,
        )
        places = ReportPlaces(root=plan.project.root, packages=self._packages())
        return report_of(self.tally, places, facts, plan.strict, begun=self._begun)


def _fails(plan: RunPlan) -> Iterator[str]:
    """The kinds of problems that fail this run."""
    project = plan.project
    yield from ("miss", "failure") if project.on_miss == "fail" else ()
    yield from ("refusal",) if project.on_refused == "fail" else ()
    yield from ("old",) if project.on_age == "fail" else ()
    yield from ("unused",) if not plan.shard else ()


def targets_of(
    plan: RunPlan, words: Sequence[str], formats: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> tuple[ReportTarget, ...]:
    """The reports that the command line asks for, seen from `folder`, or else the project.

    Raises:
        ConfigurationError: a name says no format.
    """
    project = plan.project
    if not words and not project.report:
        return ()
    from recproxy.report.report_files import report_targets  # noqa: PLC0415 - see above

    if words:
        found = report_targets(words, formats, folder=folder)
    else:
        found = report_targets(project.report, folder=project.root, said="report of the project:")
    worker = environment.get(_WORKER)
    return tuple(
        replace(each, path=each.path.with_stem(f"{each.path.stem}.{worker}")) if worker and each.path else each
        for each in found
    )
