"""What the first bytes of a file, or the names in a folder, tell about its format. Never raises."""

from __future__ import annotations

import re

__all__ = [
    "betamax",
    "f1_capture",
    "har",
    "rec_2011",
    "responses_toml",
    "responses_yaml",
    "ruby_vcr",
    "vcrpy_json",
    "vcrpy_yaml",
]

#: Keys of the outermost mapping stand at the first column; an old cassette is a list of requests.
_VCRPY_YAML = re.compile(rb"(?m:^)[\"']?interactions[\"']?\s*:|\A(?:#[^\n]*\n|---[^\n]*\n|\s)*-\s+request\s*:")
_F1_RESPONSE = re.compile(r"response-[0-9]+")
_VCRPY_JSON = re.compile(
    rb'\{(?:\s*"(?:version|metadata)"\s*:[^{}]*,)?\s*"interactions"\s*:|\[\s*\{\s*"(?:request|response)"\s*:\s*\{'
)
_HAR = re.compile(rb'\{\s*(?:"\w+"\s*:\s*\{\s*)?"log"\s*:')
_BETAMAX = re.compile(rb'\{(?:\s*"recorded_with"\s*:[^{}]*,)?\s*"http_interactions"\s*:')
_RUBY_VCR = re.compile(rb"^http_interactions\s*:", re.MULTILINE)
_RESPONSES_YAML = re.compile(rb"^responses\s*:", re.MULTILINE)
_RESPONSES_TOML = re.compile(rb"^\s*\[\[\s*responses\s*\]\]|^responses\s*=\s*\[", re.MULTILINE)
_REQUEST_LINE = re.compile(rb"[A-Z]+ (?:/|https?://)[^\x00-\x20]*(?: HTTP/[0-9](?:\.[0-9])?)?\r?\n")


def f1_capture(names: frozenset[str]) -> bool:
    """What F1's capturing tool wrote into a folder."""
    return "meta.json" in names and ("smtp-trace" in names or any(map(_F1_RESPONSE.fullmatch, names)))


def vcrpy_yaml(head: bytes) -> bool:
    """A mapping with `interactions`, or the list that vcrpy wrote before 1.0."""
    return not _is_json(head) and _VCRPY_YAML.search(head) is not None


def vcrpy_json(head: bytes) -> bool:
    """An object with `interactions`, or the list that vcrpy wrote before 1.0."""
    return _VCRPY_JSON.match(_text(head)) is not None


def har(head: bytes) -> bool:
    """An object with `log`."""
    return _HAR.match(_text(head)) is not None


def betamax(head: bytes) -> bool:
    """An object with `http_interactions`."""
    return _BETAMAX.match(_text(head)) is not None


def ruby_vcr(head: bytes) -> bool:
    """A mapping with `http_interactions`."""
    return not _is_json(head) and _RUBY_VCR.search(head) is not None


def responses_yaml(head: bytes) -> bool:
    """A mapping with `responses`."""
    return not _is_json(head) and _RESPONSES_YAML.search(head) is not None


def responses_toml(head: bytes) -> bool:
    """An array of tables, or an array, `responses`."""
    return _RESPONSES_TOML.search(head) is not None


def rec_2011(head: bytes) -> bool:
    """A request line at the very start."""
    return _REQUEST_LINE.match(_text(head)) is not None


def _is_json(head: bytes) -> bool:
    return _text(head)[:1] in (b"{", b"[")


def _text(head: bytes) -> bytes:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()
