"""What a command asks for, however it is spelled.

The tag, the case of keywords, the form of strings, the order of flags and of items, and the way a set is written make
no difference. What is secret (a password) or made anew for each login is no part of it. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern
from recproxy.mail.imap.commands import ImapCommand
from recproxy.mail.imap.mailboxes import mailbox_name
from recproxy.mail.imap.search import search_keys
from recproxy.mail.imap.sets import normal_set
from recproxy.mail.imap.syntax import Atom, ImapString, ImapWord, Section

__all__ = ["Meaning", "meaning"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """A command by what it asks for: its name, its named fields in order, and the messages that it brings."""

    name: bytes
    fields: tuple[tuple[str, bytes], ...] = ()
    messages: tuple[bytes, ...] = ()


def meaning(command: ImapCommand) -> Meaning:
    """The meaning of a command."""
    bare = command.name.removeprefix(b"UID ")
    read = _READERS.get(bare)
    if read is None:
        return Meaning(command.name, _arguments(command.words))
    made = read(command.words)
    return Meaning(command.name, tuple(made.fields), made.messages)


class _Fields:
    """Fields as they are found."""

    def __init__(self, fields: Iterable[tuple[str, bytes]] = (), messages: tuple[bytes, ...] = ()) -> None:
        self.fields = list(fields)
        self.messages = messages


def _arguments(words: Sequence[ImapWord]) -> tuple[tuple[str, bytes], ...]:
    return tuple((f"argument {number}", _spelled(word)) for number, word in enumerate(words, 1))


def _text(word: ImapWord | None) -> bytes:
    """The value of an atom or a string."""
    if isinstance(word, Atom | ImapString):
        return word.value
    return b"" if word is None else _spelled(word)


def _spelled(word: ImapWord, keep: Callable[[bytes], bytes] = bytes) -> bytes:
    """A word in one spelling; `keep` is for atoms. A string is spelled without quotes where an atom could be."""
    if isinstance(word, Atom):
        return keep(word.value)
    if isinstance(word, ImapString):
        return word.value if _PLAIN.match(word.value) else b'"' + re.sub(rb'(["\\])', rb"\\\1", word.value) + b'"'
    if isinstance(word, Section):
        return word.name.upper() + b"[" + b" ".join(_section(word.words)) + b"]" + word.partial
    return b"(" + b" ".join(_spelled(each, keep) for each in word) + b")"


_PLAIN = lazy_pattern(rb'[^\x00-\x20()"{\\\x7f]+\Z')


def _section(words: Sequence[ImapWord]) -> list[bytes]:
    """The words of a section: names of fields in any case and any order."""
    return [
        b"(" + b" ".join(sorted({_text(each).upper() for each in word})) + b")"
        if isinstance(word, tuple)
        else _text(word).upper()
        for word in words
    ]


def _listed(word: ImapWord) -> tuple[ImapWord, ...]:
    """The words of a list; a word alone is a list of one."""
    return word if isinstance(word, tuple) else (word,)


def _any_order(words: Iterable[ImapWord]) -> bytes:
    """Keywords in one order."""
    return b" ".join(sorted({_spelled(word, bytes.upper) for word in words}))


def _set(word: ImapWord | None) -> bytes:
    text = _text(word)
    return normal_set(text) or text.upper()


def _mailboxes(*names: str) -> Callable[[Sequence[ImapWord]], _Fields]:
    """A reader of commands whose first words are mailboxes; others follow as they are."""

    def read(words: Sequence[ImapWord]) -> _Fields:
        made = _Fields((name, mailbox_name(_text(word))) for name, word in zip(names, words, strict=False))
        made.fields += [(f"argument {n}", _spelled(word, bytes.upper)) for n, word in _behind(words, len(names))]
        return made

    return read


def _behind(words: Sequence[ImapWord], count: int) -> Iterable[tuple[int, ImapWord]]:
    return enumerate(words[count:], count + 1)


def _login(words: Sequence[ImapWord]) -> _Fields:
    return _Fields([("user", _text(words[0]))] if words else ())


def _authenticate(words: Sequence[ImapWord]) -> _Fields:
    return _Fields([("mechanism", _text(words[0]).upper())] if words else ())


def _nothing(_: Sequence[ImapWord]) -> _Fields:
    return _Fields()


def _enable(words: Sequence[ImapWord]) -> _Fields:
    return _Fields([("capabilities", _any_order(words))])


#: What the macros of FETCH stand for.
_MACROS = {
    b"ALL": (b"ENVELOPE", b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE"),
    b"FAST": (b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE"),
    b"FULL": (b"BODY", b"ENVELOPE", b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE"),
}


def _fetch(words: Sequence[ImapWord]) -> _Fields:
    made = _Fields([("messages", _set(words[0] if words else None))])
    if len(words) > 1:
        items = _listed(words[1])
        macro = _MACROS.get(_text(items[0]).upper()) if len(items) == 1 else None
        made.fields.append(("items", _any_order(items) if macro is None else b" ".join(macro)))
    made.fields += [("modifiers", _any_order(_listed(word))) for _, word in _behind(words, 2)]
    return made


def _store(words: Sequence[ImapWord]) -> _Fields:
    made = _Fields([("messages", _set(words[0] if words else None))])
    rest = list(words[1:])
    if rest and isinstance(rest[0], tuple):
        made.fields.append(("modifiers", _any_order(_listed(rest.pop(0)))))
    if rest:
        made.fields.append(("action", _text(rest.pop(0)).upper()))
    made.fields.append(("flags", _any_order(each for word in rest for each in _listed(word))))
    return made


def _to_mailbox(words: Sequence[ImapWord]) -> _Fields:
    made = _Fields([("messages", _set(words[0] if words else None))])
    made.fields += [("mailbox", mailbox_name(_text(word))) for word in words[1:]]
    return made


def _only_set(words: Sequence[ImapWord]) -> _Fields:
    return _Fields([("messages", _set(words[0]))] if words else ())


def _status(words: Sequence[ImapWord]) -> _Fields:
    made = _mailboxes("mailbox")(words[:1])
    made.fields += [("items", _any_order(_listed(word))) for word in words[1:]]
    return made


def _list(words: Sequence[ImapWord]) -> _Fields:
    rest = list(words)
    made = _Fields()
    if rest and isinstance(rest[0], tuple):
        made.fields.append(("selection", _any_order(_listed(rest.pop(0)))))
    if rest:
        made.fields.append(("reference", mailbox_name(_text(rest.pop(0)))))
    if rest:
        patterns = _listed(rest.pop(0))
        made.fields.append(("pattern", b" ".join(sorted(mailbox_name(_text(each)) for each in patterns))))
    made.fields += [("options", _any_order(_listed(word))) for word in rest]
    return made


def _append(words: Sequence[ImapWord]) -> _Fields:
    made = _mailboxes("mailbox")(words[:1])
    messages: list[bytes] = []
    catenated = False
    for word in words[1:]:
        if isinstance(word, ImapString) and word.is_literal:
            messages.append(word.value)
        elif isinstance(word, tuple) and catenated:
            made.fields.append(("parts", _spelled(word)))
        elif isinstance(word, tuple):
            made.fields.append((f"flags {len(messages) + 1}" if messages else "flags", _any_order(word)))
        elif isinstance(word, ImapString):
            made.fields.append(("date", word.value.strip()))
        else:
            # RFC 4469: a message of parts, some of which the server has already.
            made.fields.append(("argument", _spelled(word, bytes.upper)))
            catenated = _text(word).upper() == b"CATENATE"
    made.messages = tuple(messages)
    return made


def _search(words: Sequence[ImapWord]) -> _Fields:
    return _Fields(search_keys(words))


def _sort(words: Sequence[ImapWord]) -> _Fields:
    """SORT and THREAD: by what, in which character set, and the keys of a search."""
    returned = 2 if words and _text(words[0]).upper() == b"RETURN" else 0
    by = words[returned : returned + 1]
    made = _Fields(("by", _spelled(word, bytes.upper)) for word in by)
    made.fields += search_keys((*words[:returned], *words[returned + 2 :]))
    return made


_READERS: dict[bytes, Callable[[Sequence[ImapWord]], _Fields]] = {
    b"LOGIN": _login,
    b"AUTHENTICATE": _authenticate,
    b"ID": _nothing,
    b"ENABLE": _enable,
    b"SELECT": _mailboxes("mailbox"),
    b"EXAMINE": _mailboxes("mailbox"),
    b"CREATE": _mailboxes("mailbox"),
    b"DELETE": _mailboxes("mailbox"),
    b"RENAME": _mailboxes("mailbox", "new name"),
    b"SUBSCRIBE": _mailboxes("mailbox"),
    b"UNSUBSCRIBE": _mailboxes("mailbox"),
    b"GETQUOTAROOT": _mailboxes("mailbox"),
    b"GETACL": _mailboxes("mailbox"),
    b"MYRIGHTS": _mailboxes("mailbox"),
    b"LIST": _list,
    b"XLIST": _list,
    b"LSUB": _list,
    b"STATUS": _status,
    b"APPEND": _append,
    b"FETCH": _fetch,
    b"STORE": _store,
    b"COPY": _to_mailbox,
    b"MOVE": _to_mailbox,
    b"EXPUNGE": _only_set,
    b"SEARCH": _search,
    b"SORT": _sort,
    b"THREAD": _sort,
}
