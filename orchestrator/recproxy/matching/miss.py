"""A miss told to a person: what came, what was recorded nearest to it, how they differ, what to do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from recproxy.control.outcomes import MODULE_RENAMED, ONE_TEST_ALONE
from recproxy.lazy.dataclass import dataclass
from recproxy.matching.difference_table import difference_table
from recproxy.matching.differences import Difference
from recproxy.matching.field_values import SECRET
from recproxy.matching.index import Index
from recproxy.matching.mend import Mend, mend
from recproxy.matching.nearest import nearest
from recproxy.matching.rules import Rules
from recproxy.matching.url import decode_parameter, split_url
from recproxy.matching.ways import Ways
from recproxy.recording.counting import counted
from recproxy.recording.field_names import is_listed
from recproxy.recording.printable import printable
from recproxy.recording.values import Request

__all__ = ["Miss", "RecordedFor", "miss"]

_NOTHING: Mapping[str, bytes] = {}
_USUAL = Ways()

#: Characters of a URL: a query may hold a whole document, and the message must stay readable.
_LONGEST_URL = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedFor:
    """An interaction that fits, in the `recording` of another `test`; `place` is `where` by its full path.

    Where `count` recordings of other tests hold one, and none of them is more likely than another, nothing else is said.

    `rename` are the two words of `recproxy mv` that give the recording to the test that asked, where the other is gone;
    `module` are those that give all recordings of its module to another, where that file is gone, and `profiles` are those
    of which the other test has recordings.
    """

    method: str = ""
    url: str = ""
    where: str = ""
    test: str = ""
    recording: str = ""
    place: str = ""
    rename: str = ""
    module: str = ""
    profiles: tuple[str, ...] = ()
    count: int = 1

    def lines(self) -> list[str]:
        """What was recorded, and for which test."""
        if self.count > 1:
            return [f"  recorded in {self.count} recordings of other tests"]
        is_gone = ", a test that is gone" if self.rename else ""
        return [f"  recorded {self.method} {self.url}", f"           {self.where} by {self.test}{is_gone}"]

    def advice(self, profile: str) -> list[str]:
        """How to have it for the test that asked."""
        if self.count > 1:
            return []
        renamed = [f"if the test was renamed: recproxy mv {self.rename}"] if self.rename else []
        if self.module:
            renamed = [
                f"{MODULE_RENAMED}recproxy mv {self.module}",
                f"{ONE_TEST_ALONE[0]}recproxy mv {self.rename}",
            ]
        return [*renamed, f'{ONE_TEST_ALONE[1]}@pytest.mark.recproxy("{profile}", "{self.recording}")']


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """Why a request has no answer.

    `closest` is the position of the nearest interaction (None where nothing is recorded) and `where` its place;
    `mend` is None where only recording helps. `used` are the interactions that match but have all been played;
    `again` is what would have the last of them played again. `foreign` is the file of another tool that answers, which
    is never recorded into. `omitted` is the size of a matching response that was too
    large to be stored. `elsewhere` is what another test recorded.
    """

    method: str
    url: str
    profile: str
    test: str | None = None
    closest: int | None = None
    where: str | None = None
    closest_method: str | None = None
    closest_url: str | None = None
    differences: tuple[Difference, ...] = ()
    mend: Mend | None = None
    used: tuple[int, ...] = ()
    again: str = ""
    foreign: str | None = None
    omitted: int | None = None
    elsewhere: RecordedFor | None = None
    ways: Ways = _USUAL

    def text(self, *, hide: Callable[[str], str] | None = None) -> str:
        """The message, a line for each fact; `hide` redacts each line, for secrets that no rule names.

        What comes from traffic is escaped where it would act on a terminal.
        """
        lines = [self._headline(), "", f"  request  {self.method} {self.url}"]
        if self.test is not None:
            lines.append(f"  test     {self.test}")
        if self.elsewhere is not None:
            lines += self.elsewhere.lines()
        elif self.closest is not None:
            label = "recorded" if self.used else "closest "
            lines.append(f"  {label} {self.closest_method} {self.closest_url}")
            lines.append(f"           {self.where}")
        if self.differences and self.elsewhere is None:
            lines += ["", *difference_table(self.differences)]
        lines += ["", *self._advice()]
        return "\n".join(map(printable, map(hide, lines) if hide is not None else lines)) + "\n"

    @property
    def is_new(self) -> bool:
        """Whether nothing like it was recorded: even the nearest interaction is a request for something else."""
        return self.mend is None and any(one.is_of_place for one in self.differences)

    def _headline(self) -> str:
        if self.omitted is not None:
            return (
                f"recproxy: the response of {self.profile} to this request was not stored: it has "
                f"{counted(self.omitted, 'byte')}"
            )
        if self.used:
            times = "once" if len(self.used) == 1 else f"{len(self.used)} times"
            played = "that was played already" if len(self.used) == 1 else "all of them were played already"
            return f"recproxy: this request to {self.profile} was recorded {times}, and {played}"
        if self.elsewhere is not None:
            others = "other tests" if self.elsewhere.count > 1 else "another test"
            return f"recproxy: this request to {self.profile} was recorded for {others}"
        if self.is_new:
            return f"recproxy: this request to {self.profile} was never recorded"
        if self.closest is None:
            return f"recproxy: there is no recording of {self.profile} for this request yet"
        return f"recproxy: no recorded interaction of {self.profile} fits this request"

    def _advice(self) -> list[str]:
        also = self.elsewhere.profiles if self.elsewhere is not None else ()
        record = self.ways.recording(self.profile, also)
        if self.foreign is not None and not self.ways.any_format:
            record = f"name a .rec for it, or import {self.foreign} with recproxy import: it is never written"
        first = "to record it"
        lines: list[str] = []
        if self.elsewhere is not None:
            lines = self.elsewhere.advice(self.profile)
            first = "or record it for this test" if lines else "to record it for this test"
        elif self.omitted is not None and self.foreign is not None:
            lines = [f"{self.foreign} does not hold it: save the file again with the bodies of responses"]
            first = "or"
        elif self.omitted is not None:
            lines = [f"to store it, {self.ways.toml('upstream', f'max_body = {self.omitted}')}"]
            first = "and record it anew"
        elif self.used:
            lines = [f"to play the last one again: {self.again}"]
            first = "or record it anew"
        elif self.mend is not None:
            lines = [f"to make it match: {self.mend.text}"]
            if self.mend.rule:
                lines.append(f"or, to ignore it in all requests, {self.mend.rule}")
            first = "or record it anew"
        return [*lines, f"{first}: {record}"]


def miss(
    index: Index,
    request: Request,
    *,
    any_host: Sequence[str] | None = None,
    bound: Mapping[str, bytes] = _NOTHING,
    test: str | None = None,
    profile: str,
    used: Sequence[int] = (),
    repeat: str | None = None,
    ways: Ways = _USUAL,
    large_body: bytes | None = None,
    taken: Collection[int] = (),
) -> Miss:
    """Why a request, in the form that is compared, has no answer.

    `large_body` is the request's body, which is not in the request then, if it is too large to be compared by its values.
    `used` are its matches where all of them have been played, and `repeat` is the scope's own word on what follows then.
    `taken` are the interactions that other requests of the scope have played, or were compared with.
    """
    url = _shown_url(request.url, index.rules)
    found = (
        (_last_played(index, used), ())
        if used
        else nearest(index, request, any_host=any_host, bound=bound, large_body=large_body, taken=taken)
    )
    if found is None:
        return Miss(method=request.method, url=url, profile=profile, test=test, ways=ways)
    closest, differences = found
    recorded = index.interactions[closest].request
    return Miss(
        method=request.method,
        url=url,
        profile=profile,
        test=test,
        closest=closest,
        where=ways.shown(index.where(closest)),
        closest_method=recorded.method,
        closest_url=_shown_url(recorded.url, index.rules),
        differences=differences,
        mend=None
        if large_body is not None
        else mend(index, request, closest, differences, any_host=any_host, bound=bound, ways=ways),
        used=tuple(used),
        again=_again(index, closest, repeat, ways),
        foreign=_foreign(index, closest, ways),
        ways=ways,
        omitted=index.interactions[closest].response.omitted if used else None,
    )


def _last_played(index: Index, used: Sequence[int]) -> int:
    """The last of the matches, or one whose response was not stored: that cannot be played, and is not used up."""
    lacking = (each for each in used if index.interactions[each].response.omitted is not None)
    return next(lacking, used[-1])


def _foreign(index: Index, position: int, ways: Ways) -> str | None:
    """The file of another tool that an interaction is in; only our own are read with their lines."""
    if index.interactions[position].line:
        return None
    return ways.shown(index.recording_of(position).path or "") or None


def _again(index: Index, position: int, repeat: str | None, ways: Ways) -> str:
    """What has the last of equal requests played again, where it is said now: by the scope, the file or the profile."""
    recording = index.recording_of(position)
    if repeat is not None:
        return 'where the scope is begun, "repeat": "last"'
    path = ways.shown(recording.path or "")
    rule = ways.toml("match", 'repeat = "last"')
    in_all = f"in all recordings, {rule}"
    if recording.repeat is None and (not index.interactions[position].line or ways.is_packaged(recording.path or "")):
        return in_all
    if recording.repeat is None:
        return f"write :repeat last below the first line of {path}\nor {in_all}"
    if index.interactions[position].line:
        return f"in {path}, write :repeat last for :repeat {recording.repeat}"
    return f"import {path} with recproxy import, and write :repeat last there"


def _shown_url(url: str, rules: Rules) -> str:
    """A URL as a person may see it: without user info and secret values."""
    parts = split_url(url)
    secret = frozenset(name.lower().encode() for name in rules.secret_query)
    pairs = [_shown_pair(pair, secret) for pair in parts.query.split(b"&")] if parts.query else []
    text = parts.path + (b"?" + b"&".join(pairs) if pairs else b"")
    if parts.authority is not None:
        text = parts.scheme + b"://" + parts.authority.rpartition(b"@")[2] + text
    shown = text.decode("utf-8", "backslashreplace")
    return shown if len(shown) <= _LONGEST_URL else f"{shown[:_LONGEST_URL]}… ({len(shown)} characters)"


def _shown_pair(pair: bytes, secret: frozenset[bytes]) -> bytes:
    name, found, _ = pair.partition(b"=")
    return name + b"=" + SECRET if found and is_listed(decode_parameter(name), secret) else pair
