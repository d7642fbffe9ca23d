"""The colours of a recording: a lexer for Pygments, which `recproxy show`, the pages of the docs and other tools use.

It goes by lines, as the reader does, but refuses nothing: what is being typed is seldom whole. Nothing imports it but what
shows colours, since it needs Pygments.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any, ClassVar

from pygments.lexer import Lexer
from pygments.lexers import JsonLexer
from pygments.token import Comment, Error, Keyword, Name, Number, Operator, String, Text, Whitespace, _TokenType

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.grammar import FIELD_NAME, METHOD, VERSION
from recproxy.recording.values import WILD
from recproxy.recording.wildcard import NAME

__all__ = ["RecLexer", "body_tokens"]

Tokens = Iterator[tuple[_TokenType, str]]

_SEPARATOR = lazy_pattern(r"(?:={4}|={7})[ \t]*")
_ESCAPED = lazy_pattern(r"(\\+)(={4,}[ \t]*)")
_METHOD, _VERSION, _FIELD_NAME = (each.pattern.decode() for each in (METHOD, VERSION, FIELD_NAME))
_REQUEST = lazy_pattern(rf"({_METHOD})( )(\S+)(?:( )({_VERSION}))?[ \t]*")
_STATUS = lazy_pattern(rf"(?:({_VERSION})( ))?([1-9][0-9]{{2}})(?:( )(.*))?")
_WEBSOCKET = lazy_pattern(r"(?i)wss?://")
_CONVERSATION = lazy_pattern(r"(SMTP|IMAP)( )(\S+)")
_HEADER = lazy_pattern(rf"({_FIELD_NAME})(:)([ \t]*)(.*)")
_DIRECTIVE = lazy_pattern(r"(:[a-z_]*)([ \t]*)(.*)")
_STEP = lazy_pattern(r"([<>+])( ?)(.*)")
_NUMBER = lazy_pattern(r"[0-9]+(?:\.[0-9]+)?(?:@[0-9.]+)?(?:/s)?|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LINE = lazy_pattern(r"[^\n]*\n|[^\n]+")
_BLANKS = lazy_pattern(r"([ \t,]+)")
_FIELD = lazy_pattern(r"([=&\n])")
#: Lines of a head that are looked through for its wild word.
_MOST_HEAD = 200
#: Letters of a body that are coloured; what is longer is text.
_MOST_COLOURED = 1_000_000
#: A tag, a comment or an entity. Pygments' own lexers of HTML, XML, CSS and JavaScript take minutes for some 100 KB that
#: somebody made for that (tried with 2.21: a row of `&`), and a recording may come from anybody.
_TAG = lazy_pattern(r"(</?[A-Za-z!?][^<>]{0,1000}>|&#?[A-Za-z0-9]{1,32};)")
_MARKUP = lazy_pattern(r"text/html|application/xhtml|[a-z]+/(?:[a-z0-9.+-]{1,80}\+)?xml")
_FORM = "application/x-www-form-urlencoded"


class RecLexer(Lexer):  # type: ignore[misc]  # Pygments has no types
    """Lexer for recordings in both formats."""

    name = "recproxy recording"
    aliases: ClassVar[list[str]] = ["rec", "rec-2011"]
    filenames: ClassVar[list[str]] = ["*.rec"]
    mimetypes: ClassVar[list[str]] = ["text/x-recproxy"]

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"stripnl": False, "ensurenl": False, **options})

    @staticmethod
    def analyse_text(text: str) -> float:
        """Whether a text is a recording, for tools that do not know its name."""
        return 1.0 if text.startswith("#recproxy ") else 0.0

    def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, _TokenType, str]]:
        """The place, kind and text of each token; together they are the whole text."""
        at = 0
        for kind, piece in _Reading(text).tokens():
            if piece:
                yield at, kind, piece
                at += len(piece)


def body_tokens(text: str, content_type: str) -> Tokens:
    """A body in the language that its media type says, JSON also where it looks like it; else it is text."""
    media = content_type.partition(";")[0].strip().lower()
    if len(text) > _MOST_COLOURED:
        yield Text, text
    elif "json" in media or text.lstrip()[:1] in ("{", "["):
        found = (
            (Text if kind in Error else kind, piece) for _, kind, piece in JsonLexer().get_tokens_unprocessed(text)
        )
        # A wildcard without quotes is an error for each of its letters: together they are one text.
        for kind, pieces in groupby(found, itemgetter(0)):
            yield kind, "".join(piece for _, piece in pieces)
    elif media == _FORM:
        yield from _form(text)
    elif _MARKUP.match(media):
        for number, piece in enumerate(_TAG.split(text)):
            yield (Name.Tag if number % 2 else Text), piece
    else:
        yield Text, text


def _form(text: str) -> Tokens:
    is_name = True
    for piece in _FIELD.split(text):
        if piece in ("=", "&"):
            yield Operator, piece
            is_name = piece == "&"
        else:
            yield (Name.Attribute if is_name else String), piece


class _Reading:
    """One pass over the lines of a text."""

    def __init__(self, text: str) -> None:
        self._lines: list[str] = _LINE.findall(text)
        self._at = 0
        self._wild = _wild(WILD, bare=True)

    def tokens(self) -> Tokens:
        """All tokens."""
        while (line := self._next()) is not None:
            bare, end = _parted(line)
            if found := _CONVERSATION.fullmatch(bare):
                yield from ((Name.Function, found[1]), (Whitespace, found[2]), (Name.Namespace, found[3]))
                yield Whitespace, end
                yield from self._conversation()
            elif found := _REQUEST.fullmatch(bare):
                yield from self._exchange(found, end)
            else:
                yield from self._about(bare)
                yield Whitespace, end

    def _next(self) -> str | None:
        if self._at == len(self._lines):
            return None
        self._at += 1
        return self._lines[self._at - 1]

    def _about(self, bare: str) -> Tokens:
        """A line that is no traffic: a comment, a directive, a separator, or what is being typed."""
        if bare.startswith("#recproxy "):
            yield Comment.Hashbang, bare
        elif bare.startswith("#"):
            yield Comment.Single, bare
        elif bare.startswith(":"):
            yield from _directive(bare)
        else:
            yield (Keyword if _SEPARATOR.fullmatch(bare) else Text), bare

    def _exchange(self, request: re.Match[str], end: str) -> Tokens:
        self._wild = self._wild_of_block(is_request=True)
        yield from ((Name.Function, request[1]), (Whitespace, request[2]))
        yield from self._marked([(Name.Namespace, request[3])])
        yield from ((Whitespace, request[4] or ""), (Keyword.Reserved, request[5] or ""))
        yield Whitespace, request.string[request.end(5) if request[5] else request.end(3) :] + end
        if (yield from self._block()) != "====":
            return
        line = self._next()
        bare, end = _parted(line or "")
        self._wild = self._wild_of_block(is_request=False)
        if found := _STATUS.fullmatch(bare):
            yield from ((Keyword.Reserved, found[1] or ""), (Whitespace, found[2] or ""), (Number.Integer, found[3]))
            yield from ((Whitespace, found[4] or ""), (Name.Exception, found[5] or ""))
        else:
            yield Text, bare
        yield Whitespace, end
        is_websocket = found is not None and found[2] == "101" and _WEBSOCKET.match(request[3]) is not None
        yield from self._block(has_messages=is_websocket)

    def _block(self, *, has_messages: bool = False) -> Generator[tuple[_TokenType, str], None, str]:
        """The head of a request or response, and its body or messages; returns the separator that ends it, or nothing."""
        fields: dict[str, str] = {}
        while (line := self._next()) is not None:
            bare, end = _parted(line)
            if _SEPARATOR.fullmatch(bare):
                yield from ((Keyword, bare), (Whitespace, end))
                return bare.rstrip()
            if not bare.strip():
                yield Whitespace, line
                break
            if found := _HEADER.fullmatch(bare):
                fields[found[1].lower()] = found[4]
                yield from ((Name.Attribute, found[1]), (Operator, found[2]), (Whitespace, found[3]))
                yield from self._marked([(String, found[4])])
            else:
                if bare.startswith(":body "):
                    fields[":body"] = bare[6:].strip()
                yield from self._about(bare)
            yield Whitespace, end
        if has_messages:
            yield from self._messages()
            return ""
        start = self._at
        while (line := self._next()) is not None and not _SEPARATOR.fullmatch(_parted(line)[0]):
            pass
        end_of_body = self._at if line is None else self._at - 1
        yield from self._marked(_body("".join(self._lines[start:end_of_body]), fields))
        if line is None:
            return ""
        bare, end = _parted(line)
        yield from ((Keyword, bare), (Whitespace, end))
        return bare.rstrip()

    def _conversation(self) -> Tokens:
        self._wild = self._wild_of_block(is_request=True)
        yield from self._messages()

    def _messages(self) -> Tokens:
        is_client = False
        while (line := self._next()) is not None:
            bare, end = _parted(line)
            if found := _STEP.fullmatch(bare):
                is_client = found[1] == ">" or (found[1] == "+" and is_client)
                yield from ((Keyword if is_client else Keyword.Type, found[1]), (Whitespace, found[2]))
                yield from self._marked([(String if is_client else Text, found[3])])
            else:
                yield from self._about(bare)
            yield Whitespace, end
            if _SEPARATOR.fullmatch(bare):
                return

    def _wild_of_block(self, *, is_request: bool) -> re.Pattern[str]:
        """What is a wildcard in the block whose head begins here: the word of its `:wild`, else the usual one."""
        for line in self._lines[self._at : self._at + _MOST_HEAD]:
            if not line.strip() or _SEPARATOR.fullmatch(_parted(line)[0]):
                break
            if line.startswith(":wild ") and (word := line[6:].strip()):
                return _wild(word, bare=is_request)
        return _wild(WILD, bare=is_request)

    def _marked(self, tokens: Iterable[tuple[_TokenType, str]]) -> Tokens:
        """The tokens with their wildcards as tokens of their own."""
        for kind, piece in tokens:
            for number, part in enumerate(self._wild.split(piece)):
                yield (Name.Variable.Magic if number % 2 else kind), part


def _parted(line: str) -> tuple[str, str]:
    bare = line.rstrip("\r\n")
    return bare, line[len(bare) :]


def _wild(word: str, *, bare: bool) -> re.Pattern[str]:
    """A wildcard: in a response only one with a name is."""
    return re.compile(rf"({re.escape(word)}\[{NAME}\]{'|' + re.escape(word) if bare else ''})")


def _directive(bare: str) -> Tokens:
    found = _DIRECTIVE.fullmatch(bare)
    assert found is not None
    yield from ((Keyword.Declaration, found[1]), (Whitespace, found[2]))
    for number, word in enumerate(_BLANKS.split(found[3])):
        yield (Whitespace if number % 2 else Number if _NUMBER.fullmatch(word) else Name.Constant), word


def _body(text: str, fields: Mapping[str, str]) -> Tokens:
    form = fields.get(":body", "").split(" ")[0]
    if form == "base64":
        yield String.Other, text
    elif form == "json":
        yield from body_tokens(text, "application/json")
    elif form == "parts" or "\n\\" in f"\n{text}":
        yield from _by_lines(text, parts=form == "parts")
    else:
        yield from body_tokens(text, fields.get("content-type", ""))


def _by_lines(text: str, *, parts: bool) -> Tokens:
    """A body with parts that have a head each, or with lines that begin with a backslash where they look like a separator."""
    in_head = False
    for line in _LINE.findall(text):
        bare, end = _parted(line)
        if found := _ESCAPED.fullmatch(bare):
            yield from ((String.Escape, found[1]), (Text, found[2]))
        elif parts and bare.startswith("--"):
            in_head = True
            yield Keyword.Pseudo, bare
        elif in_head and bare.startswith(":"):
            yield from _directive(bare)
        elif in_head and (found := _HEADER.fullmatch(bare)):
            yield from ((Name.Attribute, found[1]), (Operator, found[2]), (Whitespace, found[3]), (String, found[4]))
        else:
            in_head = False
            yield Text, bare
        yield Whitespace, end
