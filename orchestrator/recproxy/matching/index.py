"""Which recorded interactions answer a request: a look-up whose cost does not grow with the recording."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from recproxy.errors import ConfigurationError, HookError, RecordingError
from recproxy.lazy.dataclass import dataclass
from recproxy.matching.compare import Comparison
from recproxy.matching.fields import Fields, names_of, read_fields
from recproxy.matching.rules import ComparedParts, Rules, compared_parts
from recproxy.matching.section import IndexSection
from recproxy.matching.table import Group
from recproxy.recording.located import Located, asked_of, line_of, recorded_scopes, together
from recproxy.recording.values import Interaction, Recording, Request
from recproxy.recording.wildcard import Pattern

__all__ = ["Fitting", "Index"]

_NOTHING: Mapping[str, bytes] = {}


@dataclass(frozen=True, slots=True)
class Fitting:
    """The positions that match a request, the most specific tier first, each in recorded order.

    `stateful` says that named wild places had a part in it: asked again, the answer may be another one.
    """

    tiers: tuple[tuple[int, ...], ...] = ()
    stateful: bool = False


class Index:
    """Several recordings as one, numbered from 0 in their order.

    `hosts` are the profile's host patterns: what a recording of 2011 that gives only a path may stand for. `form`,
    where given, makes of each request, recorded or live, the one that is compared.
    """

    def __init__(
        self,
        recordings: Sequence[Recording],
        rules: Rules,
        hosts: Sequence[str] = (),
        form: Callable[[Request], Request] | None = None,
    ) -> None:
        self.recordings = tuple(recordings)
        self.rules = rules
        self.hosts = tuple(hosts)
        self.form = form
        self.interactions = together([recording.interactions for recording in recordings])
        #: The interactions as they are compared.
        self.compared = self.interactions if form is None else tuple(self._formed(form))
        self._holders: dict[bytes, list[int]] | None = None
        self._sections: dict[ComparedParts, IndexSection] = {}
        start = 0
        for recording in recordings:
            section, located = self._section(recording), recording.interactions
            if isinstance(located, Located) and form is None:
                section.add_located(start, located)
            else:
                for position in range(start, start + len(located)):
                    section.add(position, self.compared[position].request)
            start += len(located)
        self._merged: dict[tuple[int, ...], tuple[tuple[int, ...], ...]] = {}

    def recording_of(self, position: int) -> Recording:
        """The recording in which an interaction stands."""
        for recording in self.recordings:
            if position < len(recording.interactions):
                return recording
            position -= len(recording.interactions)
        raise IndexError(position)

    def repeats(self, default: str) -> list[str]:
        """By position, what follows the last recorded repeat: as the recording itself says, or the default."""
        found: list[str] = []
        for recording in self.recordings:
            found += [recording.repeat or default] * len(recording.interactions)
        return found

    @cached_property
    def scopes(self) -> tuple[frozenset[str], ...]:
        """By recording, the scopes that recorded something in it."""
        return tuple(
            frozenset(name for name in {*recorded_scopes(each.interactions)} if name is not None)
            for each in self.recordings
        )

    def asked(self, position: int) -> tuple[str, str, str | None]:
        """Method, URL and wild word of a request; it need not be read for that."""
        return asked_of(self.interactions, position)

    def where(self, position: int) -> str:
        """An interaction's file and line; in a file of another tool, its number there."""
        line = line_of(self.interactions, position)
        recording = self.recording_of(position)
        path = recording.path or "(not in a file)"
        if line or len(recording.interactions) < 2:
            return f"{path}:{line}" if line else path
        number = next(n for n, each in enumerate(recording.interactions, 1) if each is self.interactions[position])
        return f"{path}, interaction {number}"

    def find(
        self,
        request: Request,
        *,
        any_host: Sequence[str] | None = None,
        bound: Mapping[str, bytes] = _NOTHING,
        formed: bool = False,
        redacted: bool = False,
    ) -> Fitting:
        """All interactions that match a live request.

        `any_host` holds the host patterns of an endpoint where the request came over its base URL: then a recorded
        host that one of them covers will do, on any port. `bound` is what named wild places hold;
        `formed` says that the request is in the form that is compared already, `redacted` that its secrets are masked.
        """
        if self.form is not None and not formed:
            request = self.form(request)
        groups: list[Group] = []
        stateful = False
        for section in self._sections.values():
            live = section.read(request)
            for group in section.find(live, any_host):
                stateful = stateful or group.named
                if _equal(section.plan, group, live, bound, redacted=redacted):
                    groups.append(group)
        if len(groups) < 2:
            return Fitting(groups[0].tiers if groups else (), stateful)
        return Fitting(self._merge(groups), stateful)

    def captures(
        self,
        position: int,
        request: Request,
        *,
        any_host: Sequence[str] | None = None,
        bound: Mapping[str, bytes] = _NOTHING,
    ) -> dict[str, bytes]:
        """What the named wild places of an interaction take from a request that it matches.

        A place that does not take part in matching takes what is there, whatever its name is `bound` to.
        """
        chosen = compared_parts(self.rules, self.recording_of(position).match_on)
        if self.form is not None:
            request = self.form(request)
        taken = self._compared(position, request, chosen, any_host, bound)
        if taken.differences or names_of(self.compared[position].request) <= taken.captured.keys():
            return taken.captured
        return self._compared(position, request, chosen.whole, any_host, taken.captured).captured | taken.captured

    def _compared(
        self,
        position: int,
        request: Request,
        chosen: ComparedParts,
        any_host: Sequence[str] | None,
        bound: Mapping[str, bytes],
    ) -> Comparison:
        comparison = Comparison(chosen, bound)
        wanted, live = read_fields(self.compared[position].request, chosen), read_fields(request, chosen.live)
        hosts = wanted.authority.host, live.authority.host
        if any_host is None and isinstance(hosts[0], Pattern) and isinstance(hosts[1], bytes):
            comparison.value(hosts[0], hosts[1])
        comparison.fields(wanted, live)
        return comparison

    def holders(self, words: Callable[[Request], Iterable[bytes]], word: bytes) -> Sequence[int]:
        """The positions of the interactions whose request holds a word; the table is made when first asked for."""
        if self._holders is None:
            holders: dict[bytes, list[int]] = {}
            for position, interaction in enumerate(self.compared):
                for one in words(interaction.request):
                    holders.setdefault(one, []).append(position)
            self._holders = holders
        return self._holders.get(word, ())

    def _formed(self, form: Callable[[Request], Request]) -> Iterator[Interaction]:
        for position, interaction in enumerate(self.interactions):
            if interaction.steps:  # no request, of which there could be another form
                yield interaction
                continue
            try:
                yield dataclasses.replace(interaction, request=form(interaction.request))
            except HookError as problem:
                raise RecordingError(f"{self.where(position)}: {problem.message}") from None

    def _section(self, recording: Recording) -> IndexSection:
        try:
            chosen = compared_parts(self.rules, recording.match_on)
        except ConfigurationError as error:
            if recording.match_on is None:
                raise
            raise RecordingError(f"{recording.path or 'recording'}: {error.message}") from None
        section = self._sections.get(chosen)
        if section is None:
            section = self._sections[chosen] = IndexSection(chosen, self.hosts, self.compared)
        return section

    def _merge(self, groups: list[Group]) -> tuple[tuple[int, ...], ...]:
        """Groups as tiers: those of one rank are one tier; the same objects for the same groups."""
        key = tuple(map(id, groups))
        tiers = self._merged.get(key)
        if tiers is None:
            ranks: dict[int, list[int]] = {}
            for group in sorted(groups, key=lambda group: group.rank):
                ranks.setdefault(group.rank, []).extend(group.tiers[0])
            tiers = self._merged[key] = tuple([tuple(sorted(positions)) for positions in ranks.values()])
        return tiers


def _equal(chosen: ComparedParts, group: Group, got: Fields, bound: Mapping[str, bytes], *, redacted: bool) -> bool:
    """Whether a live request equals what a group still has to compare."""
    wanted = group.fields
    if wanted is None:
        return True
    if group.crossing and len(wanted.path) >= len(got.path):
        # Here the wild places keep within their segments: that is the group of a better rank.
        return False
    comparison = Comparison(chosen, bound, redacted=redacted)
    comparison.fields(wanted, got)
    return not comparison.differences
