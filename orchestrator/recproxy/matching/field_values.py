"""One value of a request: literal bytes, or a pattern where the recording has a wild place in it.

A pattern is found in the text as it was written and its pieces are decoded afterwards, so that `%58XX` is three
letters and not a wild place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from recproxy.lazy.dataclass import dataclass
from recproxy.recording.wildcard import Pattern, pattern

__all__ = ["ANYTHING", "HIDDEN", "SECRET", "Hidden", "Value", "hidden_value", "read_value", "shown", "solid"]

Value: TypeAlias = bytes | Pattern

#: A plain wild place and nothing else.
ANYTHING = Pattern((b"", b""), (None,))

#: What a reader sees of a secret value.
SECRET = b"(secret)"


@dataclass(frozen=True, slots=True)
class Hidden(Pattern):
    """The value of a secret field as it was recorded: any value fits it, but a named place keeps its one value.

    It is not shown, and a request is no less specific for it.
    """


#: A secret value without a named place.
HIDDEN = Hidden((b"", b""), (None,))


def hidden_value(text: bytes, word: str | None, decode: Callable[[bytes], bytes] | None = None) -> Hidden:
    """What the text of a secret field stands for: anything, but for what a named place takes."""
    value = read_value(text, word, decode)
    return Hidden(value.pieces, value.names) if isinstance(value, Pattern) and value.named else HIDDEN


def read_value(text: bytes, word: str | None, decode: Callable[[bytes], bytes] | None = None) -> Value:
    """What a text stands for: `word` is the wild word, None where all is literal."""
    wild = pattern(text, word) if word is not None and word.encode() in text else None
    if wild is None:
        return decode(text) if decode else text
    return Pattern(tuple(map(decode, wild.pieces)), wild.names) if decode else wild


def solid(value: Pattern) -> bool:
    """Whether a fitting prefix and suffix are all there is to know: one wild place, and without a name."""
    return value.names == (None,)


def shown(value: Value, word: str | None = None) -> str:
    """A value as a person reads it; wild places by their word."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, Hidden) and not value.named:
        return SECRET.decode()
    text = shown(value.pieces[0])
    for name, piece in zip(value.names, value.pieces[1:], strict=True):
        text += (word or "XXX") + (f"[{name}]" if name is not None else "") + shown(piece)
    return text
