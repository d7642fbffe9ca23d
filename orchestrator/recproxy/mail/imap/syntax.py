"""The words of an IMAP line: atoms, strings, lists and the sections of `BODY[...]`. Pure.

A string is one value whether it is quoted or a literal; that it was no atom is kept, for the few places where it counts.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern
from recproxy.mail.imap.lines import ImapLine

__all__ = ["Atom", "ImapString", "ImapWord", "Section", "SyntaxProblem", "read_words"]


class SyntaxProblem(Exception):
    """A line that is no IMAP, in a sentence."""


@dataclass(frozen=True, slots=True)
class Atom:
    """An atom: a keyword, a number, a set, a flag."""

    value: bytes


@dataclass(frozen=True, slots=True)
class ImapString:
    """A string, quoted or a literal; `is_literal` is not compared."""

    value: bytes
    is_literal: bool = False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ImapString) and other.value == self.value

    def __hash__(self) -> int:
        return hash(self.value)


@dataclass(frozen=True, slots=True)
class Section:
    """`BODY.PEEK[HEADER.FIELDS (FROM)]<0.10>`: the name, the words between the brackets, and the part of it."""

    name: bytes
    words: tuple[ImapWord, ...]
    partial: bytes = b""


ImapWord: TypeAlias = "Atom | ImapString | Section | tuple[ImapWord, ...]"

#: Lists in lists deeper than this are no command that anyone sends.
_DEEPEST = 60
_ATOM = lazy_pattern(rb'[^\x00-\x20()"{\x7f]+')
_ATOM_OF_SECTION = lazy_pattern(rb'[^\x00-\x20()"{\]\x7f]+')
_SECTION = lazy_pattern(rb"(?i)(BODY(?:\.PEEK)?|BINARY(?:\.PEEK|\.SIZE)?)\[")
_QUOTED = lazy_pattern(rb'"([^"\\\r\n]*+(?:\\.[^"\\\r\n]*+)*+)"', re.DOTALL)
_ESCAPED = lazy_pattern(rb'\\(["\\])')
_LITERAL = lazy_pattern(rb"~?\{[0-9]+\+?\}\Z")
_PARTIAL = lazy_pattern(rb"<[0-9]+(?:\.[0-9]+)?>")
_BLANKS = lazy_pattern(rb" *")


def read_words(line: ImapLine, start: int = 0) -> tuple[ImapWord, ...]:
    """The words of a line from a place in its first text on. Raises SyntaxProblem."""
    reader = _Reader(line, start)
    return reader.words(b"", 0)


class _Reader:
    def __init__(self, line: ImapLine, start: int) -> None:
        self._pieces = line.pieces
        self._piece = 0
        self._text = line.pieces[0]
        self._at = start

    def words(self, closing: bytes, depth: int) -> tuple[ImapWord, ...]:
        """Words up to a bracket that closes, which is passed, or to the end."""
        if depth > _DEEPEST:
            raise SyntaxProblem("its lists are too deep")
        words: list[ImapWord] = []
        while True:
            self._at = _BLANKS.match(self._text, self._at).end()  # type: ignore[union-attr] # it fits everywhere
            mark = self._text[self._at : self._at + 1]
            if not mark or mark == b")" or (mark == b"]" and closing == mark):
                if mark != closing:
                    raise SyntaxProblem(f"{(closing or mark).decode()!r} is {'missing' if closing else 'one too many'}")
                self._at += len(mark)
                return tuple(words)
            words.append(self._word(mark, closing, depth))

    def _word(self, mark: bytes, closing: bytes, depth: int) -> ImapWord:
        if mark == b"(":
            self._at += 1
            return self.words(b")", depth + 1)
        if mark == b'"':
            quoted = _QUOTED.match(self._text, self._at)
            if quoted is None:
                raise SyntaxProblem("a quoted string has no end")
            self._at = quoted.end()
            return ImapString(_ESCAPED.sub(rb"\1", quoted[1]))
        if (mark in b"{~") and _LITERAL.match(self._text, self._at) and self._piece + 2 < len(self._pieces):
            literal = self._pieces[self._piece + 1]
            self._piece += 2
            self._text, self._at = self._pieces[self._piece], 0
            return ImapString(literal, is_literal=True)
        section = _SECTION.match(self._text, self._at)
        if section is not None:
            self._at = section.end()
            words = self.words(b"]", depth + 1)
            partial = _PARTIAL.match(self._text, self._at)
            self._at += 0 if partial is None else len(partial[0])
            return Section(section[1], words, b"" if partial is None else partial[0])
        atom = (_ATOM_OF_SECTION if closing == b"]" else _ATOM).match(self._text, self._at)
        if atom is None:
            raise SyntaxProblem(f"{mark.decode('latin-1')!r} begins no word")
        self._at = atom.end()
        return Atom(atom[0])
