"""The search for secret values in a text and in every layer of it, by two automata over all values at once.

One automaton has the values as they are and runs over the text and its views, which have percent-encoding, JSON and
HTML escapes undone; the other has them in base64 and hex and runs over the same without line breaks. What a run of
base64 or hex holds is opened and searched again. Speed does not depend on how many values there are.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field

from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern
from recproxy.redaction.base64_forms import breaks_undone, crossed_out, edges, without_breaks
from recproxy.redaction.budget import Budget
from recproxy.redaction.contents import Opened, contents_of, hidden_in, may_open, telling_digests, wide_texts
from recproxy.redaction.inner_runs import coded_runs_of, has_text, is_text
from recproxy.redaction.joined_texts import joined_texts
from recproxy.redaction.opening import archive_kind
from recproxy.redaction.part_contents import parts_of
from recproxy.redaction.rules import Unsafe
from recproxy.redaction.search_together import SHORT_TEXT, searched_together
from recproxy.redaction.secret_values import SecretValue
from recproxy.redaction.spans import Span, apart
from recproxy.redaction.value_automata import Automata
from recproxy.redaction.value_forms import may_hold_groups
from recproxy.redaction.views import View, views

__all__ = ["ValueSearch", "made_search"]

_DEEP = 12  # layers one inside another
_DEEPEST_VIEW = 60  # escapes of escapes, of which each makes a text shorter
_AFTER = {0x22: b"", 0x3D: b"&;#\"'<> \t\r\n", 0x2F: b"/?#;\"'&", 0x23: b"\"'&"}
#: Blanks that a program has left behind a value, and behind that of a parameter as a form writes them.
_BLANKS = lazy_pattern(rb"\s*")
_BLANKS_OF_FORM = lazy_pattern(rb"\+*")
_MATRIX = lazy_pattern(rb";[A-Za-z0-9_.-]+=\Z")
_NUMBER_STARTS = b"-+.0123456789eE"  # with which a number begins: most values begin with another letter
_NUMBER = lazy_pattern(rb"-?[0-9.eE+-]+\Z")
_COLON = lazy_pattern(rb"\s*:")
_SCALAR_BEFORE = lazy_pattern(rb"[:\[,]\s*\Z")
_SCALAR_AFTER = lazy_pattern(rb"\s*[,}\]]")


@dataclass(frozen=True, slots=True)
class _Searched:
    """What of a text was searched: views, and runs of base64 and compressed data that hold no value."""

    views: set[bytes] = field(default_factory=set)
    runs: set[bytes] = field(default_factory=set)
    opened: Opened = field(default_factory=dict)
    contents: set[bytes] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class ValueSearch:
    """Values made ready for finding them."""

    _automata: tuple[Automata, ...] = field(repr=False)
    #: Whether there is no value that could hide in what cannot be read.
    blind: bool
    has_fields: bool
    #: Short texts that were looked through together and hold no value.
    _quiet: set[bytes] = field(default_factory=set, repr=False)

    def __bool__(self) -> bool:
        return not self.blind or self.has_fields

    def spans(
        self,
        text: bytes,
        budget: Budget,
        *,
        lines: bool = False,
        opened: bool = False,
        depth: int = 0,
        before: _Searched | None = None,
    ) -> list[Span]:
        """Where any values stand; `opened`: the text was decompressed before; `before`: for texts that it is a view of."""
        if not self or (not depth and len(text) <= SHORT_TEXT and text in self._quiet):
            return []
        budget.charge(len(text))
        found = list(self._direct(text))
        before = before or _Searched()
        runs: list[Span] = []
        if not self.blind:
            # Before those of the views, which are opened less deeply.
            runs += self._runs(text, budget, depth, before.runs) if depth < _DEEP - 1 else ()
            if self._any_holds(hidden_in(text, budget, int(opened), before.opened), budget, 0, before.contents):
                raise Unsafe("holds a known secret in compressed data, where it cannot be masked")
        for view in views(text, lines=lines) if not depth or is_text(text) else ():
            if view.text in before.views:
                continue
            if depth >= _DEEPEST_VIEW:
                raise Unsafe("has more layers of encoding than may be looked into")
            before.views.add(view.text)
            if inner := self.spans(view.text, budget, depth=depth + 1, before=before):
                found += _through(inner, text, view)
        if not self.blind:
            for joined in joined_texts(text) if not depth else ():
                for span in self.spans(joined.text, budget, depth=depth + 1, before=before):
                    found += joined.in_pieces(span)
            if not found and self._any_holds(wide_texts(text), budget, 0, before.contents):
                raise Unsafe("holds a known secret in a form that cannot be masked")
            # A value at a place of its own is masked there; the rest of its run is looked into again after that. Only a
            # piece of a long value is no place of its own: without it nobody could open the rest of the run.
            pieces = [each for each in found if each.kind == "text" and not each.value]
            separate = apart(runs, found)
            found += [*separate, *(run for run in runs if apart([run], pieces) == [])] if pieces else separate
            has_parts = depth and not found and b"--" in text
            if has_parts and any(self.holds(each, budget) for each in parts_of(text, budget)):
                raise Unsafe("holds a known secret in a form that cannot be masked")
        if not (found or depth or lines or len(text) > SHORT_TEXT):
            self._quiet.add(text)
        return found

    def look_through(self, texts: Iterable[bytes]) -> None:
        """Search short texts together, before `spans` is asked for each: most hold no value."""
        if self.blind:
            return
        if self.has_fields:
            texts = (text for text in texts if self._as_whole(text.strip()) is None)
        self._quiet.update(searched_together(texts, self._anywhere))

    def is_quiet(self, text: bytes) -> bool:
        """Whether a text was looked through and holds no value."""
        return text in self._quiet or not text

    def _anywhere(self, text: bytes, budget: Budget) -> list[tuple[int, int]]:
        """Where a text without escapes holds values; more places for those that are fields. Runs are opened last."""
        found = [(span.start, span.end) for find in (self._literal, self._in_base64) for span in find(text)]
        if self.has_fields:
            found += ((start, end) for each in self._automata for _, start, end in each.fields.find(text))
        return found or [(span.start, span.end) for span in self._runs(text, budget, 0)]

    def holds(self, text: bytes, budget: Budget, depth: int = 0, seen: set[bytes] | None = None) -> bool:
        """Whether a text or data, taken apart by every encoding it may have, holds a value.

        `seen` are texts that were searched and hold none: escapes of several kinds can be undone in any order.
        """
        if self.blind:
            return False
        if depth >= _DEEP:
            raise Unsafe("has more layers of encoding than may be looked into")
        seen = set() if seen is None else seen
        if not text:
            seen.add(text)
            return False
        budget.charge(len(text))
        if next(self._direct(text), None) is not None:
            return True
        inner = [content for content in contents_of(text, budget) if content is not text]
        if is_text(text) and archive_kind(text) is None:  # of an archive, the texts in it are read by themselves
            inner += [view.text for view in views(text)]
            inner += [joined.text for joined in joined_texts(text)]
        for content in inner:
            if content not in seen and self.holds(content, budget, depth + 1, seen):
                return True
        if next(self._runs(text, budget, depth + 1, shifted=True, seen=seen), None) is not None:
            return True
        seen.add(text)
        return False

    def _direct(self, text: bytes) -> Iterator[Span]:
        yield from self._literal(text)
        if not self.blind:
            yield from self._in_base64(text)
        if self.has_fields:
            yield from self._as_fields(text)

    def _literal(self, text: bytes) -> Iterator[Span]:
        grouped = [each for each in self._automata if each.has_groups_apart]
        finds = [each.plain.find(text) for each in self._automata]
        finds += [each.in_groups(text) for each in grouped] if grouped and may_hold_groups(text) else []
        for (value, how, whole), start, end in itertools.chain.from_iterable(finds):
            if not how.alone or not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
                number = value[:1] in _NUMBER_STARTS and _NUMBER.match(value)
                scalar = number and _SCALAR_BEFORE.search(text, max(0, start - 8), start)
                kind = "scalar" if scalar and _SCALAR_AFTER.match(text, end) else "text"
                yield Span(start, end, how.rule, "secret", kind, whole if value == whole else b"")

    def _in_base64(self, text: bytes) -> Iterator[Span]:
        flat = without_breaks(text)
        view: View | None = None
        for (form, how), *place in itertools.chain(*(each.coded.find(flat) for each in self._automata)):
            if len(flat) != len(text) and view is None:
                view = breaks_undone(flat, text)
            start, end, whole = (
                edges(flat, place[0], place[1], form.before, len(form.value))
                if form.coded == "base64"
                else (*place, True)
            )
            if view is not None:
                start, end = view.raw(start, end)
            if form.coded == "hex":
                yield Span(start, end, how.rule, kind="inside", replacement=b"58" * ((end - start) // 2))
            elif whole:
                mask = crossed_out(text[start:end], form.before, len(form.value))
                yield Span(start, end, how.rule, kind="base64", replacement=mask)
            else:
                yield Span(start, end, how.rule, kind="inside")

    def _as_fields(self, text: bytes) -> Iterator[Span]:
        """Values that count only as a whole field: a text, a string, a parameter, a segment of a path, an element."""
        stripped = text.strip()
        if (how := self._as_whole(stripped)) is not None:
            start = text.index(stripped)
            yield Span(start, start + len(stripped), how.rule, value=stripped)
            return
        for (value, how), start, end in itertools.chain(*(each.fields.find(text) for each in self._automata)):
            begin, mark = start + 1, text[start]
            blanks = _BLANKS_OF_FORM if mark == 0x3D else _BLANKS
            behind = blanks.match(text, end).end()  # type: ignore[union-attr]
            after = text[behind : behind + 1]
            if mark == 0x22:
                fits = after == b'"' and not _COLON.match(text, behind + 1)
            elif how.rule != "known value":
                fits = False
            elif mark in b">[":
                fits = after in (b"<", b"]") and (mark == 0x3E or text.endswith(b"<![CDATA[", 0, begin))
            else:
                # A segment of a path may have parameters: `/x;v=abc/y`.
                fits = (
                    not after
                    or after in _AFTER[mark]
                    or (after == b"/" and _MATRIX.search(text, max(0, begin - 60), begin) is not None)
                )
            if fits:
                yield Span(begin, end, how.rule, value=value)

    def _as_whole(self, text: bytes) -> SecretValue | None:
        """The value that a text is as a whole, if it counts as a field."""
        return next((how for each in self._automata if (how := each.values.get(text)) and how.field), None)

    def _any_holds(self, texts: Iterable[bytes], budget: Budget, depth: int, seen: set[bytes]) -> bool:
        return any(each not in seen and self.holds(each, budget, depth, seen) for each in texts)

    def _runs(
        self,
        text: bytes,
        budget: Budget,
        depth: int,
        clean: set[bytes] | None = None,
        *,
        shifted: bool = False,
        seen: set[bytes] | None = None,
    ) -> Iterator[Span]:
        """Runs of base64 or hex whose content, once opened, holds a value; those in `clean` do not."""
        digests, runs = coded_runs_of(text, frozenset() if clean is None else clean, shifted=shifted)
        if not digests and not runs:
            return
        # All of them at once: few texts hold a value in base64. A value in another layer is in text that can be read;
        # most runs are digests and decode to bytes that hold none. The hex of values without a field is known, so that
        # a digest that is no text need not be searched for them again.
        searched = digests if self.has_fields else telling_digests(digests) if digests else ()
        decoded = [(digest, bytes.fromhex(digest.decode())) for digest in searched]
        decoded += runs
        readable = [content for _, content in decoded if has_text(content)]
        everything = b"\n".join(content for _, content in decoded)
        texts = b"\n".join(content for content in readable if is_text(content))
        data = b"\n".join(content for content in readable if not is_text(content))
        seen = set() if seen is None else seen
        suspects = {
            part for part, each in decoded if may_open(each) and self._any_holds((each,), budget, depth + 1, seen)
        }
        if everything and (
            next(self._direct(everything), None) is not None or self._any_holds((texts, data), budget, depth + 1, seen)
        ):
            suspects |= {part for part, each in decoded if self._any_holds((each,), budget, depth + 1, seen)}
        if clean is not None and not suspects:
            clean.update(digests)
            clean.update(part for part, _ in runs)
        for part in sorted(suspects):
            start = text.find(part)
            while start >= 0:
                yield Span(start, start + len(part), "known value", kind="inside")
                start = text.find(part, start + len(part))


def made_search(own: Automata, earlier: Sequence[Automata] = ()) -> ValueSearch:
    """The search for the values of automata, and for those of `earlier` ones."""
    automata = (*earlier, own) if own.values or not earlier else tuple(earlier)
    return ValueSearch(
        automata,
        blind=not any(each.plain for each in automata),
        has_fields=any(each.fields for each in automata),
    )


def _through(spans: Iterable[Span], text: bytes, view: View) -> Iterator[Span]:
    """Findings of a view as those of the text before it."""
    for span in spans:
        start, end = view.raw(span.start, span.end)
        if text[start:end] == view.text[span.start : span.end]:
            yield span.moved(start, end)
            continue
        kind = span.kind if span.kind in ("text", "base64") else "inside"
        yield Span(start, end, span.rule, span.name, kind, span.value)
