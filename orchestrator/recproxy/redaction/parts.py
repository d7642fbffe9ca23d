"""A request or response part by part, each read for secrets, or rewritten without them.

As an example, a login and what follows:

    POST /login         {"user": "me", "password": "correct-horse-9"}   -> the place `password` in its body
    200 OK              {"key": "9944b091..."}                          -> `key`, since it answers a login
    GET /me             Authorization: Token 9944b091...                -> the place behind `Token`

`ScopeReader.learn` goes over all parts of all interactions first and learns the values of the places that a rule finds:
`correct-horse-9` and `9944b091...`. `ScopeReader.rewritten` then goes over them again, now with a search for all values, and
masks both the places of the rules and those of the values: `{"key": "XXX[key]"}` and `Authorization: Token
XXX[key]`, since the value went both ways. What is secret is said by the rules it calls, never here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Sequence
from typing import TypeVar

from recproxy.recording.field_names import is_listed
from recproxy.recording.grammar import clean
from recproxy.recording.splicing import Moved, resized, same
from recproxy.recording.values import Headers, Interaction, Request, Response, header
from recproxy.redaction.block_texts import free_word, holds_no_value, places_of, size_of, texts_of_block
from recproxy.redaction.budget import Budget
from recproxy.redaction.language import Language, language_of, path_of
from recproxy.redaction.masking import Finding, TextMask
from recproxy.redaction.name_rules import NameRules, name_rules
from recproxy.redaction.names import is_secret
from recproxy.redaction.opening import compression
from recproxy.redaction.payloads import Payloads, coding_of
from recproxy.redaction.rules import NO_RULES, Unsafe
from recproxy.redaction.secret_values import SecretValues
from recproxy.redaction.short_texts import ShortTexts, short_places
from recproxy.redaction.spans import FindSpans, Span, wild_name
from recproxy.redaction.text_places import header_places, may_have_places
from recproxy.redaction.value_automata import Automata, kept_automata
from recproxy.redaction.value_search import ValueSearch, made_search

__all__ = ["ScopeReader"]

_Block = TypeVar("_Block", Request, Response)


class ScopeReader:
    """Reads the interactions of one scope, and rewrites them with what it has learned.

    Without `rules` it looks for values alone. `earlier` are automata for values that other scopes have shown, `search`
    is for all values where there is nothing to learn.
    """

    def __init__(
        self,
        rules: NameRules | None,
        values: SecretValues,
        earlier: Sequence[Automata] = (),
        *,
        search: ValueSearch | None = None,
    ) -> None:
        self._rules = rules or name_rules(NO_RULES)
        self._values = values
        self._earlier = earlier
        self._has_rules = rules is not None
        self._search = search
        self._found: dict[Hashable, Sequence[Span]] = {}
        self._short = ShortTexts()
        #: What was learned from.
        self._read: list[Interaction] = []
        #: Texts in which a last look has found nothing.
        self._clean: set[bytes] = set()
        #: The wild words of live blocks, by identity.
        self._words: dict[int, tuple[Request | Response, str]] = {}
        #: Blocks in which no rule finds anything, by identity, with their wild words.
        self._plain: dict[int, tuple[Request | Response, str]] = {}

    def know(self, values: SecretValues, earlier: Sequence[Automata]) -> None:
        """Go by these values, and by what other scopes have shown; nothing was rewritten so far."""
        self._values, self._earlier = values, earlier

    def learn(self, interaction: Interaction) -> None:
        """Learn the secret values of an interaction."""
        budget = Budget(size_of(interaction), timed=False)
        self._read.append(interaction)
        request, response = self._learn(interaction.request, budget), self._learn(interaction.response, budget)
        handed = self._values.learn_answer(interaction)
        for block, word in ((interaction.request, request), (interaction.response, response)):
            if word is not None and not handed:
                self._plain[id(block)] = block, word

    def _learn(self, block: _Block, budget: Budget) -> str | None:
        """Learn the secret values of a block. Gives its wild word where no rule finds anything in it."""
        mask = self._mask(block, budget, None, [])
        try:
            self._walk(block, mask)
        except Unsafe:
            return None  # it is refused when it is to be rewritten
        return None if mask.found else mask.word

    def rewritten(self, interaction: Interaction, findings: list[Finding]) -> Interaction:
        """The interaction without its secrets. Raises Unsafe where it must not be written."""
        if self._search is None:
            self._search = made_search(kept_automata(self._values.known), self._earlier)
            if self._search:
                blocks = (block for each in self._read for block in (each.request, each.response))
                self._search.look_through(dict.fromkeys(text for block in blocks for text in texts_of_block(block)))
        request, response = self._rewritten(interaction, self._search, findings)
        comments = tuple(self.line(line, findings) for line in interaction.comments)
        if request is interaction.request and response is interaction.response and comments == interaction.comments:
            return interaction
        return dataclasses.replace(interaction, request=request, response=response, comments=comments)

    def _rewritten(
        self, interaction: Interaction, search: ValueSearch, findings: list[Finding]
    ) -> tuple[Request, Response]:
        budget = Budget(size_of(interaction))
        return (
            self._rewritten_block(interaction.request, budget, search, findings),
            self._rewritten_block(interaction.response, budget, search, findings),
        )

    def _rewritten_block(self, block: _Block, budget: Budget, search: ValueSearch, findings: list[Finding]) -> _Block:
        plain = self._plain.get(id(block))
        if plain is not None and (not search or holds_no_value(block, search)):
            return block if block.wild == plain[1] else dataclasses.replace(block, wild=plain[1])
        return self._walk(block, self._mask(block, budget, search, findings))

    def line(self, text: str, findings: list[Finding]) -> str:
        """A line of text without its secrets: a comment, the name of a test."""
        if self._search is None:
            self._search = made_search(kept_automata(self._values.known), self._earlier)
        raw = text.encode("utf-8", "surrogateescape")
        mask = TextMask("comment", "XXX", self._values, self._search, Budget(len(raw)), findings)
        find = self._cached(("line", raw), lambda each: short_places(each, Language.LINES, self._rules))
        return mask.masked(raw, find, "")[0].decode("utf-8", "surrogateescape")

    def check(self, before: Interaction, after: Interaction) -> None:
        """Look once more through what would be written. Raises Unsafe where a secret value is still in it."""
        assert self._search is not None
        if self._search.blind:
            return
        budget = Budget(size_of(after))
        for side, old, new in (
            ("request", before.request, after.request),
            ("response", before.response, after.response),
        ):
            if texts_of_block(new) == texts_of_block(old):
                continue
            searched = [text for _, text in places_of(old)]
            for place, text in places_of(new):
                if text and text not in self._clean and text not in searched:
                    if self._search.holds(text, budget):
                        raise Unsafe(f"the {place} of a {side} holds a known secret in a form that cannot be masked")
                    if place != "body":
                        self._clean.add(text)

    def _mask(
        self, block: Request | Response, budget: Budget, search: ValueSearch | None, findings: list[Finding]
    ) -> TextMask:
        side = "request" if isinstance(block, Request) else "response"
        return TextMask(side, block.wild or self._word(block), self._values, search, budget, findings)

    def _word(self, block: Request | Response) -> str:
        known = self._words.get(id(block))
        if known is None:
            known = self._words[id(block)] = block, free_word(block)
        return known[1]

    def _walk(self, block: _Block, mask: TextMask) -> _Block:
        try:
            return self._block(block, mask)
        except Unsafe as problem:
            may = "" if "known secret" in problem.message else ", and it may hold a secret"
            raise Unsafe(
                f"the {mask.failed or 'body'} of a {mask.side} {problem.message}{may}",
                hint="ask for a form of it that can be read, or leave that request out of the recorded tests",
            ) from None

    def _block(self, block: _Block, mask: TextMask) -> _Block:
        headers, trailers = self._headers(block.headers, mask), self._headers(block.trailers, mask)
        # Before the body: where that cannot be read, what the URL shows to be secret still counts for other interactions.
        url, method = self._target(block, mask) if isinstance(block, Request) else ("", "")
        body, encoding, moved = self._body(block, mask)
        reason = b"" if isinstance(block, Request) else self._word_alone(block.reason, mask, "reason")
        if mask.learns:
            return block
        if isinstance(block, Request):
            return dataclasses.replace(
                block,
                url=url,
                method=method,
                headers=headers,
                trailers=trailers,
                body=body,
                encoding=encoding,
                wild=mask.word,
            )
        return dataclasses.replace(
            block,
            reason=reason,
            headers=headers,
            trailers=trailers,
            body=body,
            encoding=encoding,
            wild=mask.word,
            chunks=resized(block.chunks, len(block.body), moved, len(body)),
        )

    def _word_alone(self, word: bytes, mask: TextMask, place: str) -> bytes:
        """A method, a reason or the name of a header: no name says that it is secret, but its form may."""
        find = self._cached(("word", word), lambda text: short_places(text, Language.LINES, self._rules))
        return self._short.masked(word, mask, find, place)

    def _target(self, request: Request, mask: TextMask) -> tuple[str, str]:
        """The URL and the method without their secrets."""
        raw = request.url.encode("utf-8", "surrogateescape")
        find = self._cached(("url", raw), lambda text: short_places(text, Language.URL, self._rules))
        url = mask.masked(raw, find, "url")[0]
        method = self._word_alone(request.method.encode("utf-8", "surrogateescape"), mask, "method")
        return url.decode("utf-8", "surrogateescape"), method.decode("utf-8", "surrogateescape")

    def _headers(self, headers: Headers, mask: TextMask) -> Headers:
        if mask.learns:
            for name, value in headers:
                self._word_alone(name, mask, "name of a header")
                if may_have_places(name, value, self._rules):
                    self._header(name, value, mask)
            return headers
        names = (self._word_alone(name, mask, "name of a header") for name, _ in headers)
        return tuple((name, self._header(old, value, mask)) for name, (old, value) in zip(names, headers, strict=True))

    def _header(self, name: bytes, value: bytes, mask: TextMask) -> bytes:
        find = self._cached(("header", name, value), lambda text: header_places(name, text, self._rules))
        return self._short.masked(value, mask, find, "header " + name.decode("latin-1"))

    def _body(self, block: Request | Response, mask: TextMask) -> tuple[bytes, str | None, Moved]:
        body, encoding = block.body, block.encoding
        if not body:
            return body, encoding, same
        path = path_of(block.url) if isinstance(block, Request) else ""

        def text(headers: Headers, each: bytes, place: str = "body") -> tuple[bytes, Moved]:
            language = language_of(header(headers, b"content-type") or b"", each, path)
            find = self._cached((language, each), lambda one: short_places(one, language, self._rules))
            return mask.masked(each, find, place, language=language, opened=compression(each) not in (None, "deflate"))

        def named(name: bytes, each: bytes) -> bytes | None:
            is_named = is_listed(name, self._rules.form) or is_secret(name, each.strip())
            if not is_named or not self._has_rules:
                return None
            span = Span(0, len(each), "multipart", wild_name(name), value=each)
            return mask.masked(each, lambda one: [span._replace(end=len(one), value=one)], "body")[0]

        payloads = Payloads(
            text=text,
            coded=lambda headers, each: text(headers, each, "coded body"),
            line=lambda name, value: self._header(name, value, mask),
            named=named,
            holds=mask.holds,
            blind=mask.blind,
            budget=mask.budget,
            anything=mask.word.encode() if mask.side == "request" else b"",
        )
        coding = coding_of(block.headers) if encoding is None else ""
        if coding:
            try:
                plain = payloads.decoded(body, coding)
            except ValueError:
                # Some programs keep the header and store what was decoded.
                if not mask.blind and not clean(body):
                    raise Unsafe("has a content coding that cannot be undone") from None
            else:
                new, moved = payloads.rewritten(block.headers, plain)
                return (body, None, same) if new == plain else (new, coding, moved)
        new, moved = payloads.rewritten(block.headers, body)
        return new, encoding, moved

    def _cached(self, key: Hashable, find: FindSpans) -> FindSpans:
        """A finder that does not read a text twice."""
        if not self._has_rules:
            return _nothing
        first = self._found.get(key)
        if first is None:

            def read(text: bytes) -> Sequence[Span]:
                spans = find(text)
                self._found.setdefault(key, spans)
                return spans

            return read
        left: list[Sequence[Span]] = [first]
        return lambda text: left.pop() if left else find(text)


def _nothing(_: bytes) -> list[Span]:
    return []
