"""The recorded interactions that a page shows: found by the places that a report names, read, and masked once more.

What a report says is masked already, and so is what recproxy has recorded. A recording may have come from elsewhere,
though, with a secret in it, and a page is given away more easily than a repository.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from recproxy.control.outcomes import RequestResult
from recproxy.errors import RecproxyError
from recproxy.play.reading import read_recording
from recproxy.recording import Interaction
from recproxy.redaction.earlier_values import EarlierValues
from recproxy.redaction.recording_lines import with_clean_scopes
from recproxy.redaction.rules import NO_RULES, RedactionRules
from recproxy.redaction.scope import redact_scope
from recproxy.report.run_facts import ReportPlaces
from recproxy.report.run_report import RunReport, TimelineEntry

__all__ = ["PageSources", "ShownInteractions", "without_large_bodies"]

#: A larger body is not shown, so it is not searched for secrets either.
_LARGEST = 262_144


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSources:
    """Where the recordings of a report are, and the redaction of each profile."""

    places: ReportPlaces
    rules: Mapping[str, RedactionRules] = field(default_factory=dict)


class ShownInteractions:
    """The interactions that a report points at, each once; `values` are in the order in which they were first asked for."""

    def __init__(self, report: RunReport, sources: PageSources) -> None:
        self.values: list[tuple[str, int, Interaction | None]] = []
        self._sources = sources
        self._files: dict[str, Sequence[Interaction]] = {}
        #: By file, the number of the interaction at a line.
        self._lines: dict[str, dict[int, int]] = {}
        self._found: list[tuple[str, str, int]] = []
        self._numbers: dict[tuple[str, int], int] = {}
        #: By file, method and URL: those that were recorded and no entry points at yet, by test.
        self._recorded: dict[tuple[str, str], list[int]] = {}
        self.misses = [self._at_line(each.profile, each.path, each.line) for each in (*report.misses, *report.drift)]
        self.timeline = [self._of(each) for each in report.timeline]
        self.unused = [
            self._at(profile.name, each.path, each.number)
            for profile in report.profiles
            for each in profile.interactions_unused
        ]
        self._mask()

    def _of(self, entry: TimelineEntry) -> int | None:
        """The interaction of an entry; one that was recorded is found by its test and request."""
        if entry.result != RequestResult.RECORDED or entry.number >= 0:
            return self._at(entry.profile, entry.path, entry.number)
        left = self._recorded.get((entry.path, entry.test))
        if left is None:
            of_test = (number for number, each in enumerate(self._file(entry.path)) if each.scope == entry.test)
            left = self._recorded[entry.path, entry.test] = list(of_test)
        file = self._file(entry.path)
        fits = (
            number
            for number in left
            if (file[number].request.method, _place(file[number].request.url)) == (entry.method, _place(entry.url))
        )
        number = next(fits, None)
        if number is None:
            return None
        left.remove(number)
        return self._at(entry.profile, entry.path, number)

    def _at_line(self, profile: str, path: str, line: int) -> int | None:
        if path not in self._lines:
            self._lines[path] = {each.line: number for number, each in enumerate(self._file(path)) if each.line}
        return self._at(profile, path, self._lines[path].get(line, -1))

    def _at(self, profile: str, path: str, number: int) -> int | None:
        if not path or not 0 <= number < len(self._file(path)):
            return None
        known = self._numbers.get((path, number))
        if known is None:
            known = self._numbers[path, number] = len(self._found)
            self._found.append((profile, path, number))
        return known

    def _file(self, path: str) -> Sequence[Interaction]:
        """The interactions of a file; none where it cannot be read, or is not where recordings are."""
        if path not in self._files:
            self._files[path] = ()
            found = self._sources.places.find(path) if path else None
            if found is not None:
                with contextlib.suppress(RecproxyError):  # it was changed meanwhile: the report says what it says
                    self._files[path] = read_recording(str(found)).interactions
        return self._files[path]

    def _mask(self) -> None:
        """Mask all of each profile together, since one interaction may show what is secret in another."""
        masked: dict[int, Interaction | None] = {}
        for profile in dict.fromkeys(profile for profile, _, _ in self._found):
            numbers = [number for number, each in enumerate(self._found) if each[0] == profile]
            given = [without_large_bodies(self._files[self._found[each][1]][self._found[each][2]]) for each in numbers]
            rules = self._sources.rules.get(profile, NO_RULES)
            clean = redact_scope(given, rules, ids=False)
            shown = with_clean_scopes(clean.interactions, rules, EarlierValues(clean.learned))
            masked.update(zip(numbers, shown, strict=True))
        self.values = [(path, place, masked[number]) for number, (_, path, place) in enumerate(self._found)]


def _place(url: str) -> str:
    """A URL without what redaction may have changed in it when its scope ended, which is later than the report's line."""
    return url.partition("?")[0]


def without_large_bodies(interaction: Interaction, most: int = _LARGEST) -> Interaction:
    """An interaction without bodies that are too large to be shown, of more than `most` bytes."""
    request, response = interaction.request, interaction.response
    if (size := len(request.body)) > most:
        request = replace(request, body=b"", encoding=None, omitted=size)
    if (size := len(response.body)) > most:
        response = replace(response, body=b"", encoding=None, chunks=(), omitted=size)
    return replace(interaction, request=request, response=response)
