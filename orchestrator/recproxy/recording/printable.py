"""Text from traffic as a terminal may get it.

A service or a program under test chooses what stands in URLs, headers and bodies. Raw control characters would let it
move the cursor, change the title or hide lines; bidirectional ones would show a text in another order than it has
(Unicode Technical Report 36, CVE-2021-42574).
"""

from __future__ import annotations

import re

from recproxy.lazy.patterns import lazy_pattern

__all__ = ["printable"]

#: C0 and C1 controls but tab and LF, line and paragraph separators, bidirectional controls, lone surrogates, and what is
#: not seen at all. The joiners U+200C and U+200D stay: scripts and emoji need them.
_UNSAFE = lazy_pattern(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)


def printable(text: str) -> str:
    r"""The text with every character that acts on a terminal written as an escape: `\x1b`, `\u202e`. Keeps tab and LF."""
    return text if text.isascii() and text.isprintable() else _UNSAFE.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
