"""Two requests compared field by field: the list of differences, of which an empty one is a match.

Knows nothing of indexes; the index must agree with what is found here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest

from recproxy.matching.assign import assigned
from recproxy.matching.bodies import FormFields, Json, Multipart, Raw, summary
from recproxy.matching.compare_json import json_differences
from recproxy.matching.differences import Difference, clipped, excerpt
from recproxy.matching.field_values import SECRET, Hidden, Value, read_value, shown
from recproxy.matching.fields import Fields, read_fields, whole_path
from recproxy.matching.multipart import Part
from recproxy.matching.rules import ComparedParts, Rules, compared_parts
from recproxy.matching.url import Pairs, UrlAuthority, host_fits
from recproxy.matching.xml_places import read_xml
from recproxy.recording.field_names import is_listed
from recproxy.recording.values import WILD, Interaction, Request
from recproxy.recording.wildcard import Pattern

__all__ = ["Comparison", "difference", "host_accepts"]

#: Differing values of one XML body that are told apart: with more it is another document.
_MOST_VALUES = 20
#: What redaction leaves of a live request's value, or of a part of it.
_MASK = WILD.encode()
_KNOWN, _ANOTHER = ", the value that this replay handed out", "another value"


def difference(
    recorded: Interaction,
    request: Request,
    rules: Rules,
    *,
    match_on: tuple[str, ...] | None = None,
    hosts: Sequence[str] = (),
    any_host: Sequence[str] | None = None,
    bound: Mapping[str, bytes] | None = None,
    redacted: bool = False,
) -> tuple[Difference, ...]:
    """What keeps a live request from matching a recorded one; nothing is a match.

    `match_on` is the recording's own, `hosts` the profile's; `any_host`, `bound` and `redacted` are as in `Index.find`.
    """
    chosen = compared_parts(rules, match_on)
    wanted, got = read_fields(recorded.request, chosen), read_fields(request, chosen.live)
    comparison = Comparison(chosen, bound, redacted=redacted)
    comparison.authority(wanted.authority, got.authority, hosts, any_host)
    comparison.fields(wanted, got)
    return tuple(comparison.differences or comparison.unseen)


def host_accepts(wanted: UrlAuthority, got: UrlAuthority, hosts: Sequence[str], any_host: Sequence[str] | None) -> bool:
    """Whether a recorded authority covers a live one, or, over a base URL, one of an endpoint's hosts."""
    host = wanted.host
    if any_host is not None:
        return not isinstance(host, bytes) or not host or any(host_fits(known, host) for known in any_host)
    if host is None:
        return not hosts or any(host_fits(known, _literal(got.host)) for known in hosts)
    return (
        _accepts(host, _literal(got.host))
        and _accepts(wanted.port, _literal(got.port))
        and wanted.scheme in (b"", got.scheme)
    )


def _accepts(wanted: Value, got: bytes) -> bool:
    return wanted == got if isinstance(wanted, bytes) else wanted.fits(got) is not None


def _literal(value: Value | None) -> bytes:
    assert isinstance(value, bytes)
    return value


class Comparison:
    """A comparison under way: the differences so far and what the named wild places took.

    In a live request that is `redacted`, a masked value may be the one that a named place holds: it counts as equal.
    """

    def __init__(
        self, chosen: ComparedParts, bound: Mapping[str, bytes] | None = None, *, redacted: bool = False
    ) -> None:
        self.plan = chosen
        self.differences: list[Difference] = []
        #: Where a value is known and redaction has hidden the live one: if nothing else differs, one of these does.
        self.unseen: list[Difference] = []
        self.captured: dict[str, bytes] = {}
        self._bound = dict(bound or {})
        self._redacted = redacted
        self._word: str | None = None
        self._field = ""

    def fields(self, wanted: Fields, got: Fields) -> None:
        """Compare all but the authority."""
        self._word = wanted.word
        self._single("method", wanted.method, _literal(got.method))
        self._path(wanted.path, got.path)
        if wanted.protocol not in (None, got.protocol):
            self._add("content type", wanted.media_type, got.media_type)
        self._pairs("query", wanted.query, got.query, self.plan.query_names.secret)
        self._pairs("header", wanted.headers, got.headers, self.plan.header_names.secret)
        self._body(wanted, got)

    def authority(
        self, wanted: UrlAuthority, got: UrlAuthority, hosts: Sequence[str], any_host: Sequence[str] | None
    ) -> None:
        """Compare where the requests go."""
        if host_accepts(wanted, got, hosts, any_host):
            return
        if any_host is not None or wanted.host is None:
            known = ", ".join(any_host if any_host is not None else hosts)
            recorded = known if wanted.host is None else shown(wanted.host)
            live = shown(_literal(got.host)) if any_host is None else known
            self._add("host", recorded, live)
            return
        if not _accepts(wanted.host, _literal(got.host)):
            self._add("host", shown(wanted.host, self._word), shown(_literal(got.host)))
        if not _accepts(wanted.port, _literal(got.port)):
            self._add("port", shown(wanted.port, self._word) or "default", shown(_literal(got.port)) or "default")
        if wanted.scheme not in (b"", got.scheme):
            self._add("scheme", shown(wanted.scheme), shown(got.scheme))

    def value(self, wanted: Value, got: bytes) -> bool:
        """Whether a live value fits; what its named places take holds from then on."""
        if isinstance(wanted, bytes):
            return wanted == got
        if self._redacted and wanted.named and _MASK in got:
            if any(name in self._bound for name in wanted.names):
                self.unseen.append(Difference(self._field, f"{shown(wanted, self._word)}{_KNOWN}", _ANOTHER))
            return wanted.fits(got) is not None
        taken = wanted.fits(got, self._bound)
        if taken is None:
            return False
        self.captured.update(taken)
        self._bound.update(taken)
        return True

    def _add(self, field: str, wanted: str | None, got: str | None, *, secret: bool = False) -> None:
        self.differences.append(Difference(field, wanted, got, secret))

    def _shown(self, wanted: Value) -> str:
        """A recorded value; a named place that is bound says so, but not to what: that may be a secret."""
        text = shown(wanted, self._word)
        if isinstance(wanted, bytes | Hidden):
            return text
        return f"{text} (bound)" if any(name in self._bound for name in wanted.names) else text

    def _single(self, field: str, wanted: Value, got: bytes, *, conceal: bool = False) -> None:
        self._field = field
        if not self.value(wanted, got):
            secret = isinstance(wanted, Hidden)
            live = SECRET if secret or conceal else got
            self._add(field, *excerpt(self._shown(wanted), shown(live)), secret=secret)

    def _path(self, wanted: tuple[Value, ...], got: tuple[Value, ...]) -> None:
        live = [_literal(segment) for segment in got]
        if len(wanted) == len(live):
            for number, (segment, found) in enumerate(zip(wanted, live, strict=True)):
                self._single(f"path segment {number}" if len(live) > 1 else "path", segment, found)
        else:
            whole = whole_path(wanted)
            # A wild place may take slashes too, but none of those that are written.
            if len(wanted) > len(live) or not self.value(whole, b"/".join(live)):
                self._add("path", self._shown(whole), shown(b"/".join(live)))

    def _pairs(self, kind: str, wanted: Pairs, got: Pairs, secret: frozenset[bytes]) -> None:
        if wanted.names == got.names and not wanted.loose:
            if wanted.values == got.values:
                return
            if wanted.names and len(set(wanted.names)) == len(wanted.names):
                for name, value, found in zip(wanted.names, wanted.values, got.values, strict=True):
                    self._single(_label(kind, name), value, _literal(found))
                return
        live = _by_name(got)
        recorded = _by_name(wanted)
        for name, values in recorded.items():
            self._named(_label(kind, name), values, live.pop(name, []), secret=is_listed(name, secret))
        others = [(name, _literal(value)) for name, values in live.items() for value in values]
        if wanted.loose:
            others = self._loose(kind, wanted.loose, others)
        if not wanted.rest:
            for name, value in others:
                hidden = is_listed(name, secret)
                self._add(_label(kind, name), None, clipped(shown(SECRET if hidden else value)), secret=hidden)

    def _named(self, field: str, wanted: list[Value], got: list[Value], *, secret: bool) -> None:
        """Compare all values of one name."""
        self._field = field
        fits = [self.value(value, _literal(found)) for value, found in zip(wanted, got, strict=False)]
        if len(wanted) != len(got) or not all(fits):
            recorded = ", ".join(map(self._shown, wanted))
            live = ", ".join([shown(SECRET if secret else value) for value in got]) if got else None
            self._add(field, *excerpt(recorded, live), secret=secret)

    def _loose(
        self, kind: str, wanted: tuple[tuple[Value, Value], ...], got: list[tuple[bytes, bytes]]
    ) -> list[tuple[bytes, bytes]]:
        """Pairs with a wild name each take one pair that no written name took; what is left over."""

        def fits(one: int, number: int) -> bool:
            taken = _fit(wanted[one][0], got[number][0], self._bound)
            if taken is None:
                return False
            return _fit(wanted[one][1], got[number][1], self._bound | taken if taken else self._bound) is not None

        taken = assigned(wanted, got, fits)
        for (name, value), index in zip(wanted, taken, strict=True):
            if index is None or not (self.value(name, got[index][0]) and self.value(value, got[index][1])):
                self._add(f"{kind} {self._shown(name)}", self._shown(value), None)
        used = frozenset(taken)
        return [pair for number, pair in enumerate(got) if number not in used]

    def _body(self, wanted: Fields, got: Fields) -> None:
        left, right = wanted.body, got.body
        self._field = "body"
        if self.plan.body and (wanted.request.omitted is not None or got.request.omitted is not None):
            self._add("body", summary(left, wanted.request), summary(right, got.request))
        elif isinstance(left, Json) and isinstance(right, Json):
            json_differences(left, right, self.value, self._shown, self.differences, self.plan)
        elif isinstance(left, FormFields) and isinstance(right, FormFields):
            self._pairs("form", left.pairs, right.pairs, self.plan.form_names.secret)
        elif isinstance(left, Multipart) and isinstance(right, Multipart):
            self._parts(left.parts, right.parts)
        elif isinstance(left, Raw) and isinstance(right, Raw):
            self._raw(left.value, _literal(right.value))
        elif not self.value(wanted.raw(), _literal(got.raw())):
            # What one side's rules hide, the other side's kind of body would show.
            self._add("body", summary(left, wanted.request), summary(right, got.request))

    def _raw(self, wanted: Value, got: bytes) -> None:
        """Compare two texts as they are spelled; of XML the values that differ are named."""
        if self.value(wanted, got):
            return
        before = len(self.differences)
        left, right = shown(wanted, self._word), shown(got)
        recorded, live = read_xml(left), read_xml(right)
        if recorded is not None and live is not None and recorded.frame == live.frame:
            for place, found in zip(recorded.places, live.places, strict=True):
                value = read_value(left[place.start : place.end].encode(), self._word)
                self._single(f"xml {place.path}", value, right[found.start : found.end].encode())
        if len(self.differences) == before or len(self.differences) - before > _MOST_VALUES:
            del self.differences[before:]
            self._single("body", wanted, got)

    def _parts(self, wanted: tuple[Part, ...], got: tuple[Part, ...]) -> None:
        if len(wanted) != len(got):
            self._part_count(wanted, got)
            return
        for left, right in zip(wanted, got, strict=True):
            self._part(left, right)

    def _part(self, wanted: Part, got: Part) -> None:
        field = f"multipart part {shown(wanted.name, self._word)}"
        if not self.value(wanted.name, _literal(got.name)):
            self._add("multipart part", self._shown(wanted.name), shown(got.name))
            return
        self._single(f"{field} filename", wanted.filename, _literal(got.filename))
        self._single(f"{field} content-type", wanted.media_type, _literal(got.media_type))
        nested = isinstance(wanted.media_type, bytes) and wanted.media_type.startswith(b"multipart/")
        self._single(field, wanted.content, _literal(got.content), conceal=nested and bool(self.plan.form_names.secret))

    def _part_count(self, wanted: tuple[Part, ...], got: tuple[Part, ...]) -> None:
        """Name the parts that only one side has; where the names are the same, how many there are."""
        recorded = [shown(part.name, self._word) for part in wanted]
        live = [shown(part.name) for part in got]
        for name in dict.fromkeys(recorded + live):
            left = [part for part, known in zip(wanted, recorded, strict=True) if known == name]
            right = [part for part, known in zip(got, live, strict=True) if known == name]
            secret = is_listed(name.encode(), self.plan.form_names.secret)
            for one, other in zip_longest(left[len(right) :], right[len(left) :]):
                self._add(
                    f"multipart part {name}",
                    None if one is None else clipped(shown(one.content, self._word)),
                    None if other is None else clipped(shown(SECRET if secret else other.content)),
                    secret=secret,
                )


def _fit(wanted: Value, got: bytes, bound: Mapping[str, bytes]) -> dict[str, bytes] | None:
    if isinstance(wanted, Pattern):
        return wanted.fits(got, bound)
    return {} if wanted == got else None


def _by_name(pairs: Pairs) -> dict[bytes, list[Value]]:
    found: dict[bytes, list[Value]] = {}
    for name, value in zip(pairs.names, pairs.values, strict=True):
        found.setdefault(name, []).append(value)
    return found


def _label(kind: str, name: bytes) -> str:
    text = shown(name)
    return f"{kind} {'-'.join(map(str.capitalize, text.split('-')))}" if kind == "header" else f"{kind} {text}"
