"""What the reports of full runs say of recordings: which were in play, and which interactions no test asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from recproxy.config.project import Project
from recproxy.errors import ConfigurationError, RecproxyError
from recproxy.play.reading import read_recording
from recproxy.play.recording_names import DEFAULT, recordings_below
from recproxy.recording.printable import printable
from recproxy.report.report_files import load_report
from recproxy.report.report_merge import merge_reports
from recproxy.report.run_report import RunReport

__all__ = ["leftovers_of_runs"]


def leftovers_of_runs(project: Project, files: Sequence[str]) -> list[tuple[Path, int, str]]:
    """What no run played, by the reports of one full run or of its shards: as `leftovers_of_tests`.

    Raises:
        ConfigurationError: a file is no report, a run failed, so that it may not have asked for all that it would, or a
            recording has changed since.
    """
    reports = [(file, load_report(Path(file))) for file in files]
    for name, report in reports:
        if report.error or report.command_code or any(test.passed is False for test in report.tests):
            raise ConfigurationError(f"{name}: is of a run that failed, and says nothing of what is unused")
    return list(_left(merge_reports(reports), project.recordings, project.root))


def _left(report: RunReport, recordings: Path, root: Path) -> Iterator[tuple[Path, int, str]]:
    played = {path for profile in report.profiles for path in profile.interactions_played}
    unused = [each for profile in report.profiles for each in profile.interactions_unused]
    used = {(root / path).resolve() for path in (*played, *(each.path for each in report.written))}
    in_play = {(root / each.path).resolve() for each in unused}
    for path in recordings_below(recordings):
        if path.name != DEFAULT and path.resolve() not in used:
            what = "asked for anything in it" if path.resolve() in in_play else "had it in play"
            yield path, 0, f"no test of the run {what}"
    there: dict[Path, dict[int, str]] = {}
    for each in unused:
        place = root / each.path
        if each.passed and each.line and place.resolve() in used and place.is_relative_to(recordings):
            if place not in there:
                there[place] = _requests(place)
            if there[place].get(each.line) != each.request:
                raise ConfigurationError(
                    f"{each.path}:{each.line}: has changed since the run: run the tests again, with --report FILE.json"
                )
            yield place, each.line, f"no test of the run asked for {each.request}"


def _requests(path: Path) -> dict[int, str]:
    """By line, the requests of a recording as reports have them; none where it cannot be read any more."""
    try:
        interactions = read_recording(str(path)).interactions
    except RecproxyError:
        return {}
    return {each.line: printable(f"{each.request.method} {each.request.url}") for each in interactions}
