"""A miss told to a person: what came, what was recorded nearest to it, how they differ, what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from recproxy.matching.differences import Difference
from recproxy.matching.index import Index
from recproxy.matching.mend import Mend, mend
from recproxy.matching.nearest import nearest
from recproxy.matching.places import SECRET
from recproxy.matching.rules import Rules
from recproxy.matching.url import decode_parameter, split_url
from recproxy.recording.values import Request

__all__ = ["Miss", "miss"]

_NOTHING: Mapping[str, bytes] = {}


_BY_PROFILE = 'in the profile, [match] repeat = "last"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """Why a request has no answer.

    `closest` is the position of the nearest interaction (None where nothing is recorded) and `where` its place;
    `mend` is None where only recording helps. `used` are the interactions that match but have all been played;
    `again` is what would have the last of them played again. `omitted` is the size of a matching response that was too
    large to be stored.
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
    again: str = _BY_PROFILE
    omitted: int | None = None

    def text(self, *, hide: Callable[[str], str] | None = None) -> str:
        """The message, a line for each fact; `hide` redacts each line, for secrets that no rule names."""
        lines = [self._headline(), "", f"  request  {self.method} {self.url}"]
        if self.test is not None:
            lines.append(f"  test     {self.test}")
        if self.closest is not None:
            label = "recorded" if self.used else "closest "
            lines.append(f"  {label} {self.closest_method} {self.closest_url}")
            lines.append(f"           {self.where}")
        if self.differences:
            lines += ["", *_table(self.differences)]
        lines += ["", *self._advice()]
        return "\n".join(map(hide, lines) if hide is not None else lines) + "\n"

    def _headline(self) -> str:
        if self.omitted is not None:
            return (
                f"recproxy: the response of {self.profile} to this request was not stored: it has {self.omitted} bytes"
            )
        if self.used:
            times = "once" if len(self.used) == 1 else f"{len(self.used)} times"
            played = "played" if len(self.used) == 1 else "all played"
            return f"recproxy: this request to {self.profile} was recorded {times}, {played}"
        if self.closest is None:
            return f"recproxy: there is no recording of {self.profile} for this request yet"
        return f"recproxy: no recorded interaction of {self.profile} fits this request"

    def _advice(self) -> list[str]:
        runners = (
            "recproxy run --record {} -- ...",
            "nox -s functional-record -- {}",
            "tox -e functional-record -- {}",
        )
        record = [runner.format(self.profile) for runner in runners]
        first = "to record it"
        lines: list[str] = []
        if self.omitted is not None:
            lines = ["to store it: in the profile, a larger max_body under [upstream]"]
            first = "and record it anew"
        elif self.used:
            lines = [f"to play the last one again: {self.again}"]
            first = "or record it anew"
        elif self.mend is not None:
            lines = [f"to make it match: {self.mend.text}"]
            first = "or record it anew"
        margin = " " * len(first)
        return [*lines, f"{first}: {record[0]}", *(f"{margin}  {other}" for other in record[1:])]


def miss(
    index: Index,
    request: Request,
    *,
    any_host: Sequence[str] | None = None,
    bound: Mapping[str, bytes] = _NOTHING,
    test: str | None = None,
    profile: str,
    used: Sequence[int] = (),
) -> Miss:
    """Why a request, in the form that is compared, has no answer: `used` are its matches where all of them have been played."""
    found = (used[-1], ()) if used else nearest(index, request, any_host=any_host, bound=bound)
    if found is None:
        return Miss(method=request.method, url=_shown_url(request.url, index.rules), profile=profile, test=test)
    closest, differences = found
    recorded = index.interactions[closest].request
    return Miss(
        method=request.method,
        url=_shown_url(request.url, index.rules),
        profile=profile,
        test=test,
        closest=closest,
        where=index.where(closest),
        closest_method=recorded.method,
        closest_url=_shown_url(recorded.url, index.rules),
        differences=differences,
        mend=mend(index, request, closest, differences, any_host=any_host, bound=bound),
        used=tuple(used),
        again=_again(index, closest),
        omitted=index.interactions[closest].response.omitted if used else None,
    )


def _again(index: Index, position: int) -> str:
    """What has the last of equal requests played again: a recording's own word goes before the profile's."""
    recording = index.recording_of(position)
    if recording.repeat is None:
        return _BY_PROFILE
    if index.interactions[position].line:
        return f"in {recording.path}, :repeat last"
    return f"for the test, repeat='last'; or import {recording.path} and write :repeat last"


def _table(differences: Sequence[Difference]) -> list[str]:
    """Field, wanted and got in columns; nothing where one side has no such field."""
    rows = [("", "recorded", "got")]
    rows += [(one.field, _cell(one.wanted, one), _cell(one.got, one)) for one in differences]
    widths = [min(40, max(len(row[column]) for row in rows)) for column in (0, 1)]
    return [f"  {field:<{widths[0]}}  {wanted:<{widths[1]}}  {got}".rstrip() for field, wanted, got in rows]


def _cell(value: str | None, one: Difference) -> str:
    if value is None:
        return "(absent)"
    if one.secret:
        return SECRET.decode()
    return value.replace("\r", "\\r").replace("\n", "\\n") or "(empty)"


def _shown_url(url: str, rules: Rules) -> str:
    """A URL as a person may see it: without user info and secret values."""
    parts = split_url(url)
    secret = {name.lower().encode() for name in rules.secret_query}
    pairs = [_shown_pair(pair, secret) for pair in parts.query.split(b"&")] if parts.query else []
    text = parts.path + (b"?" + b"&".join(pairs) if pairs else b"")
    if parts.authority is not None:
        text = parts.scheme + b"://" + parts.authority.rpartition(b"@")[2] + text
    return text.decode("utf-8", "backslashreplace")


def _shown_pair(pair: bytes, secret: set[bytes]) -> bytes:
    name, found, _ = pair.partition(b"=")
    return name + b"=" + SECRET if found and decode_parameter(name).lower() in secret else pair
