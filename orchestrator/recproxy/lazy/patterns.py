"""Regular expressions that are compiled when they are first used.

A process of a run imports hundreds of them and uses few, and compiling all of them took a quarter of its start. What
every replay uses is compiled when it is imported, with `re.compile`: once in the fork server, instead of in each proxy.
"""

from __future__ import annotations

import re
from typing import AnyStr, cast

__all__ = ["lazy_pattern", "repeated"]

#: What a pattern offers. Once it is compiled, its methods are attributes here, so that using it costs nothing more.
_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "split", "sub", "subn")
_OFFERED = (*_METHODS, "flags", "groups", "groupindex")


def lazy_pattern(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, compiled at its first use. A mistake in the expression is found only then.

    It has a pattern's attributes, and is none for `isinstance` and for the functions of `re`.
    """
    return cast("re.Pattern[AnyStr]", _LazyPattern(pattern, flags))


def repeated(group: AnyStr) -> AnyStr:
    """An expression that matches this one as often as it comes, or not at all, and gives nothing back.

    `(?:…)*+` means the same, but Python before 3.11.5 goes on from the wrong place where the group fails after it has
    read something (CPython's issue 106052). `(?>(?:…)*)` is right, but it keeps 250 bytes for each repeat until it
    ends. Here each 500 repeats are a part, and a part gives its memory back.
    """
    if isinstance(group, bytes):
        return b"(?>(?:(?>(?:%s){1,500}))*)" % group
    return f"(?>(?:(?>(?:{group}){{1,500}}))*)"


class _LazyPattern:
    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self.pattern = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> object:
        if name not in _OFFERED:  # copying and pickling ask for methods of theirs
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self._flags)
        for each in _OFFERED:
            setattr(self, each, getattr(compiled, each))
        return getattr(compiled, name)

    def __repr__(self) -> str:
        return f"lazy_pattern({self.pattern!r})"
