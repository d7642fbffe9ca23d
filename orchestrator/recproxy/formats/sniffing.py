"""What the first bytes of a file, or the names in a folder, tell about its format. Never raises."""

from __future__ import annotations

import re

__all__ = ["f1_capture", "vcrpy_yaml"]

#: Keys of the outermost mapping stand at the first column; an old cassette is a list of requests.
_VCRPY_YAML = re.compile(rb"(?m:^)[\"']?interactions[\"']?\s*:|\A(?:#[^\n]*\n|---[^\n]*\n|\s)*-\s+request\s*:")
_F1_RESPONSE = re.compile(r"response-[0-9]+")


def f1_capture(names: frozenset[str]) -> bool:
    """What F1's capturing tool wrote into a folder."""
    return "meta.json" in names and ("smtp-trace" in names or any(map(_F1_RESPONSE.fullmatch, names)))


def vcrpy_yaml(head: bytes) -> bool:
    """A mapping with `interactions`, or the list that vcrpy wrote before 1.0."""
    return not _is_json(head) and _VCRPY_YAML.search(head) is not None


def _is_json(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")
