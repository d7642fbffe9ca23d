"""What the first bytes of a file, or the names in a folder, tell about its format. Never raises.

Time must be linear in the bytes: white space is matched within a line, or possessively, because any file may be looked
at, one of blank lines too.
"""

from __future__ import annotations

import re

from recproxy.lazy.patterns import lazy_pattern, repeated

__all__ = [
    "betamax",
    "f1_capture",
    "go_vcr",
    "har",
    "har_yaml",
    "php_vcr",
    "php_vcr_json",
    "rec_2011",
    "responses_toml",
    "responses_yaml",
    "ruby_vcr",
    "unread",
    "vcrpy_json",
    "vcrpy_yaml",
]

#: What may stand above the first item of a list.
_ABOVE = repeated(rb"#[^\n]*+\n|---[^\n]*+\n|\s++")
#: Keys of the outermost mapping stand at the first column; an old cassette is a list of requests.
_VCRPY_YAML = lazy_pattern(rb"(?m:^)[\"']?interactions[\"']?\s*+:|\A" + _ABOVE + rb"-\s++request\s*+:")
_F1_RESPONSE = lazy_pattern(r"response-[0-9]+")
_VCRPY_JSON = lazy_pattern(
    rb'\{(?:\s*+"(?:version|metadata)"\s*+:[^{}]*,)?\s*+"interactions"\s*+:'
    rb'|\[\s*+\{\s*+"(?:request|response)"\s*+:\s*+\{'
)
_HAR = lazy_pattern(rb'\{\s*+(?:"\w++"\s*+:\s*+\{\s*+)?"log"\s*+:')
_HAR_YAML = lazy_pattern(
    rb"^log[ \t]*+:[ \t\r]*+\n(?:(?:[ \t][^\n]*+|\r?)\n)*?[ \t]++(?:creator|entries|version)[ \t]*+:", re.MULTILINE
)
_GO_VCR = lazy_pattern(rb"^version[ \t]*+:[ \t]*+2[ \t\r]*+$|^rwmutex[ \t]*+:", re.MULTILINE)
#: The indentation of a request's keys; lines of a body are indented more.
_REQUEST_KEYS = lazy_pattern(
    rb"^[ \t]*+(?:-[ \t]++)?request[ \t]*+:[ \t\r]*+\n" + repeated(rb"[ \t]*+(?:#[^\n]*+)?+\r?\n") + rb"([ \t]++)",
    re.MULTILINE,
)
#: The first key of a request: vcrpy, before 1.0, began with the body.
_PHP_VCR = lazy_pattern(rb"\A" + _ABOVE + rb"-\s++request[ \t]*+:[ \t\r]*+\n\s++(?:method|url)[ \t]*+:")
_PHP_VCR_JSON = lazy_pattern(rb'\[\s*+\{\s*+"request"\s*+:\s*+\{\s*+"(?:method|url)"\s*+:')
#: What a file is that is not read, its beginning tells.
_MOST_LOOKED_AT = 4096
#: It has the outline of a cassette of PHP-VCR and of an old one of vcrpy, whose requests have no such key.
_EXVCR = lazy_pattern(rb'\[\s*+\{\s*+"(?:request|response)"\s*+:\s*+\{.*"request_body"\s*+:', re.DOTALL)
#: Formats that are known and not read. A stub of WireMock names what it matches.
_UNREAD = (
    (
        "a Hoverfly simulation",
        lazy_pattern(rb'\{\s*"(?:data|meta)"\s*:\s*\{.*"(?:pairs|schemaVersion)"\s*:', re.DOTALL),
    ),
    (
        "a WireMock stub mapping",
        lazy_pattern(
            rb'\{.*"(?:url|urlPath|urlPattern|urlPathPattern|urlPathTemplate|bodyPatterns|bodyFileName|fixedDelayMilliseconds)"'
            rb'.*"(?:response|request|mappings)"\s*:|\{\s*"mappings"\s*:|\{.*"response"\s*:\s*\{.*"(?:bodyFileName|jsonBody)"\s*:',
            re.DOTALL,
        ),
    ),
    ("a cassette of ExVCR", _EXVCR),
    ("a MockServer expectation", lazy_pattern(rb'\[?\s*+\{[^{}]*"httpRequest"\s*+:')),
    ("a tape of talkback", lazy_pattern(rb'\{\s*+"?meta"?\s*+:\s*+\{\s*+"?createdAt"?\s*+:')),
    ("a trace of Go's httprr", lazy_pattern(rb"httprr trace v")),
    ("a recording of Azure's test proxy", lazy_pattern(rb'\{\s*"Entries"\s*:\s*\[')),
    ("a fixture of nock", lazy_pattern(rb'\[\s*\{\s*"scope"\s*:\s*"https?:')),
    (
        "a Postman collection",
        lazy_pattern(
            rb'\{.*"(?:_postman_id|schema)"\s*:\s*"(?:https://schema\.getpostman\.com|[0-9a-f-]{36}")', re.DOTALL
        ),
    ),
    ("an Insomnia export", lazy_pattern(rb'\{.*"__export_format"\s*:|^type:\s*collection\.insomnia', re.DOTALL)),
    ("a Pact contract", lazy_pattern(rb'\{\s*"(?:consumer|provider)"\s*:\s*\{')),
    ("a mountebank configuration", lazy_pattern(rb'\{\s*"imposters"\s*:')),
    ("a flow file of mitmproxy", lazy_pattern(rb"[0-9]+:[0-9]+:[a-z_]+[;,]")),
    ("a cassette of Ruby's VCR 1", lazy_pattern(rb"(?:---\s*)?- !ruby/struct:VCR::HTTPInteraction")),
    ("a tape of the Groovy Betamax", lazy_pattern(rb"!tape\b")),
    ("a Fiddler archive or another zip file", lazy_pattern(rb"PK\x03\x04")),
)
_BETAMAX = lazy_pattern(rb'\{(?:\s*+"recorded_with"\s*+:[^{}]*,)?\s*+"http_interactions"\s*+:')
_RUBY_VCR = lazy_pattern(rb"^http_interactions\s*+:", re.MULTILINE)
_RESPONSES_YAML = lazy_pattern(rb"^responses\s*+:", re.MULTILINE)
_RESPONSES_TOML = lazy_pattern(rb"^[ \t]*+\[\[[ \t]*+responses[ \t]*+\]\]|^responses[ \t]*+=[ \t]*+\[", re.MULTILINE)
_REQUEST_LINE = lazy_pattern(rb"[A-Z]+ (?:/|https?://)[^\x00-\x20]*(?: HTTP/[0-9](?:\.[0-9])?)?\r?\n")


def f1_capture(names: frozenset[str]) -> bool:
    """What F1's capturing tool wrote into a folder."""
    return "meta.json" in names and ("smtp-trace" in names or any(map(_F1_RESPONSE.fullmatch, names)))


def vcrpy_yaml(head: bytes) -> bool:
    """A mapping with `interactions`, or the list that vcrpy wrote before 1.0."""
    return not _is_json(head) and _VCRPY_YAML.search(head) is not None


def vcrpy_json(head: bytes) -> bool:
    """An object with `interactions`, or the list that vcrpy wrote before 1.0."""
    text = _text(head)
    return _VCRPY_JSON.match(text) is not None and not _exvcr(text)


def har_yaml(head: bytes) -> bool:
    """A mapping with `log`, which holds entries."""
    return not _is_json(head) and _HAR_YAML.search(head) is not None


def go_vcr(head: bytes) -> bool:
    """A mapping with `interactions`, whose requests have a `url`."""
    return vcrpy_yaml(head) and (_GO_VCR.search(head) is not None or _has_go_keys(head))


def _has_go_keys(head: bytes) -> bool:
    """Whether requests have a `url` or a `form`; vcrpy says `uri`, and has no form."""
    first = _REQUEST_KEYS.search(head)
    if first is None:
        return False
    keys = set(re.findall(rb"^" + first[1] + rb"(form|uri|url)[ \t]*+:", head, re.MULTILINE))
    return b"uri" not in keys and bool(keys)


def php_vcr(head: bytes) -> bool:
    """A list of requests, of which the method stands first."""
    return not _is_json(head) and _PHP_VCR.match(head) is not None


def php_vcr_json(head: bytes) -> bool:
    """An array of requests, of which the method stands first."""
    text = _text(head)
    return _PHP_VCR_JSON.match(text) is not None and not _exvcr(text)


def unread(head: bytes) -> str | None:
    """What a file is that recproxy knows and does not read, with its article; None where it is not known."""
    text = _text(head)[:_MOST_LOOKED_AT]
    return next((title for title, begins in _UNREAD if begins.match(text)), None)


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


def _exvcr(text: bytes) -> bool:
    return _EXVCR.match(text[:_MOST_LOOKED_AT]) is not None


def _is_json(head: bytes) -> bool:
    return _text(head)[:1] in (b"{", b"[")


def _text(head: bytes) -> bytes:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()
