"""Sets of messages: `1:3` is `1,2,3`, and `*` is the last message. Pure."""

from __future__ import annotations

from recproxy.lazy.patterns import lazy_pattern, repeated

__all__ = ["normal_set"]

_SET = lazy_pattern(
    rb"(?:[0-9]{1,10}|\*)(?::(?:[0-9]{1,10}|\*))?" + repeated(rb",(?:[0-9]{1,10}|\*)(?::(?:[0-9]{1,10}|\*))?") + rb"\Z"
)
#: Where `*` is: behind every number.
_LAST = 1 << 40


def normal_set(text: bytes) -> bytes | None:
    """A set in its shortest form, in ascending order; None where the text is no set."""
    if not _SET.match(text):
        return None
    ranges = sorted(_range(each) for each in text.split(b","))
    merged = [ranges[0]]
    for start, end in ranges[1:]:
        last = merged[-1]
        if start <= last[1] + 1 and start != _LAST:
            merged[-1] = (last[0], max(last[1], end))
        elif (start, end) != last:
            merged.append((start, end))
    return b",".join(_shown(start) if start == end else _shown(start) + b":" + _shown(end) for start, end in merged)


def _range(text: bytes) -> tuple[int, int]:
    start, colon, end = text.partition(b":")
    ends = sorted((_number(start), _number(end if colon else start)))
    return ends[0], ends[1]


def _number(text: bytes) -> int:
    return _LAST if text == b"*" else int(text)


def _shown(number: int) -> bytes:
    return b"*" if number == _LAST else b"%d" % number
