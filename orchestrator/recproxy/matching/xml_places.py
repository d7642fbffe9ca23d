"""The values of an XML text and where they are: what stands in each innermost element, and in each attribute.

For example `<e:Envelope><e:Id a="1">7</e:Id></e:Envelope>` has the values `1` at `Envelope/Id/@a` and `7` at
`Envelope/Id`. XML is compared as it is spelled; this only says which values of two texts differ. Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

from recproxy.lazy.patterns import lazy_pattern, repeated

__all__ = ["XmlPlace", "XmlText", "read_xml"]

#: Characters of a text that is looked into: a miss compares many, and what a person mends by hand is far shorter.
_LONGEST = 1 << 17
#: Elements within elements: paths are as long, so deeper texts are left alone.
_DEEPEST = 64
#: Characters of an element's path: each value has its own, so what lies under a longer one would fill the memory.
_LONGEST_PATH = 1 << 10
_MARKUP = lazy_pattern(
    # What begins like one of these three and does not end matches nothing else, so that reading ends there.
    r"<(?:!--.*?-->|\?.*?\?>|!\[CDATA\[(?P<cdata>.*?)\]\]>"
    r"|(?P<close>/?)(?P<name>![A-Za-z]++|[^\s/>\"'<!?][^\s/>\"'<]*+)"
    r"(?P<rest>" + repeated(r"[^>\"'<]++|\"[^\"]*\"|'[^']*'") + r")>)",
    re.DOTALL,
)
#: A name is tried from its beginning alone: from each of its characters would be slow where it is long.
_ATTRIBUTE = lazy_pattern(r"(?<![^\s=\"'])([^\s=\"']++)\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)')")


class XmlPlace(NamedTuple):
    """A value: its path, and where it begins and ends in the text."""

    path: str
    start: int
    end: int


class XmlText(NamedTuple):
    """The values of a text, and all that stands around them."""

    places: tuple[XmlPlace, ...]
    frame: tuple[str, ...]


def read_xml(text: str) -> XmlText | None:
    """The values of an XML text; None where it is none, or its elements are not closed."""
    if len(text) > _LONGEST or not text.lstrip("\ufeff\r\n\t ").startswith("<"):
        return None
    places = _places(text)
    if places is None:
        return None
    ends = [0, *(place.end for place in places)]
    begins = [*(place.start for place in places), len(text)]
    return XmlText(tuple(places), tuple(text[end:begin] for end, begin in zip(ends, begins, strict=True)))


def _places(text: str) -> list[XmlPlace] | None:
    found: list[XmlPlace] = []
    counts: Counter[str] = Counter()
    path: list[str] = []
    opened: int | None = None  # where the text of an element begins that has no child so far
    value: tuple[int, int] | None = None  # of a single CDATA section
    at = text.find("<")
    while at >= 0:
        markup = _MARKUP.match(text, at)
        if markup is None:
            return None
        name = markup["name"] or ""
        if markup["close"]:
            if not path or path.pop() != name:
                return None
            if opened is not None:
                here = "/".join(map(_local, (*path, name)))
                start, end = value or (opened, at)
                found.append(_numbered(here, start, end, counts))
            opened = value = None
        elif name and not name.startswith("!"):
            if len(path) == _DEEPEST:
                return None
            here = "/".join(map(_local, (*path, name)))
            if len(here) > _LONGEST_PATH:
                return None
            found += _attributes(markup, here, counts)
            opened, value = None, None
            if not markup["rest"].endswith("/"):
                path.append(name)
                opened = markup.end()
        elif markup["cdata"] is not None and opened == at:
            value = markup.span("cdata")
        at = text.find("<", markup.end())
    return found if not path else None


def _attributes(markup: re.Match[str], path: str, counts: Counter[str]) -> list[XmlPlace]:
    base = markup.start("rest")
    return [
        _numbered(f"{path}/@{_local(each[1])}", base + each.start(group), base + each.end(group), counts)
        for each in _ATTRIBUTE.finditer(markup["rest"])
        for group in (2 if each[2] is not None else 3,)
    ]


def _numbered(path: str, start: int, end: int, counts: Counter[str]) -> XmlPlace:
    """A place; of several with one path each but the first has its number."""
    counts[path] += 1
    number = counts[path]
    return XmlPlace(path if number == 1 else f"{path}[{number}]", start, end)


def _local(name: str) -> str:
    """A name without its prefix, which only the document knows."""
    return name.rpartition(":")[2]
