"""What the strings of a profile.toml must be: hosts, variables, JSON Pointers, addresses. Pure."""

from __future__ import annotations

import contextlib
import ipaddress
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from recproxy.config.installed import own_version
from recproxy.config.keys import Word
from recproxy.control.host_names import normal_host
from recproxy.control.reserved_variables import is_reserved
from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording import request_patterns
from recproxy.redaction.expressions import nested_repeat

__all__ = [
    "ADDRESS", "DESCRIPTORS", "EXPRESSION", "FORMAT", "FUNCTION", "HOST", "MAIL_ADDRESS", "MESSAGE_FIELD", "NAME_IN_ANY_CASE", "OWN_VARIABLE", "PATH",
    "POINTER", "PORT", "PROFILE_NAME", "REQUEST_PATTERN", "SCHEMA", "SHAPE", "STATUS", "VARIABLE", "VERSIONS", "is_host",
]  # fmt: skip

#: The only version of profile.toml that this recproxy reads.
SCHEMA = 1
_ONLY_SCHEMA = f"write schema = {SCHEMA}, the only one that this recproxy reads"
NO_SCHEMA = f"schema is missing: {_ONLY_SCHEMA}"
_LABEL = lazy_pattern(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\Z")


def is_host(host: str) -> bool:
    """Whether a normal host is a name or an address, and no pattern."""
    try:
        return bool(ipaddress.ip_address(host))
    except ValueError:
        return _is_name(host)


def _is_name(host: str) -> bool:
    return all(_LABEL.match(label) for label in host.split("."))


def _only(fits: Callable[[Any], bool], wrong: str) -> Callable[[Any], Any]:
    """A check that takes what fits as it is."""

    def check(value: Any) -> Any:
        if not fits(value):
            raise ValueError(wrong)
        return value

    return check


def _format(number: int) -> int:
    if number > SCHEMA:
        raise ValueError(
            f"the profile is for a newer recproxy; this is {own_version()}, which reads schema {SCHEMA}: upgrade recproxy"
        )
    if number != SCHEMA:
        raise ValueError(_ONLY_SCHEMA)
    return number


def _versions(wanted: str) -> str:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415 - only where a profile asks

    try:
        fits = SpecifierSet(wanted).contains(own_version(), prereleases=True)
    except InvalidSpecifier:
        raise ValueError("give it versions, as in >=0.1,<2") from None
    if not fits:
        raise ValueError(f"this is recproxy {own_version()}: install a version that fits")
    return wanted


def _host(host: str) -> str:
    """A host pattern in its normal form: a name, an address, `*.name` or `*`; an IPv6 address with or without brackets."""
    pattern = normal_host(host)
    if ":" in pattern:
        with contextlib.suppress(ValueError):  # the one form in which connections are asked for: RFC 5952
            return str(ipaddress.IPv6Address(pattern[1:-1] if pattern[0] + pattern[-1] == "[]" else pattern))
    if pattern != "*" and not is_host(pattern) and not _is_name(pattern.removeprefix("*.")):
        raise ValueError("give it a host name without scheme, port and path; * only as *.NAME or alone")
    return pattern


def _is_address(text: str) -> bool:
    """HOST, HOST:PORT, or either after http:// or https://."""
    try:
        url = urlsplit(text if "://" in text else f"//{text}")
        host, port = url.hostname or "", url.port
    except ValueError:
        return False
    plain = url.path in ("", "/") and not (url.query or url.fragment or url.username)
    return is_host(host) and port != 0 and url.scheme in ("", "http", "https") and plain


def _is_mail_address(text: str) -> bool:
    """HOST or HOST:PORT."""
    return "/" not in text and _is_address(text)


def _expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as problem:
        raise ValueError(f"not a regular expression: {problem}") from None
    except (OverflowError, RecursionError):
        raise ValueError("too large for a regular expression: write it with fewer repeats and parentheses") from None
    return text


def _shape(text: str) -> str:
    if not re.compile(_expression(text)).groups:
        raise ValueError("put what is secret in parentheses, as in key_([0-9a-f]+)")
    if nested_repeat(text):
        raise ValueError("a repeat in a repeat, as in (a+)+, may never end: write one, or (a+)++")
    return text


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) < 65536


_MOST_WORKERS = 64  # processes: few machines have more processors
_RESERVED = "the name is reserved: a run sets it itself, or programs depend on it; choose another name"
_VARIABLE = "[A-Za-z_][A-Za-z0-9_]*"

FORMAT = Word(check=_format)
WORKERS = Word(wrong=f"use a number from 1 to {_MOST_WORKERS}", span=range(1, _MOST_WORKERS + 1))
VERSIONS = Word(check=_versions)
PROFILE_NAME = Word("[a-z0-9][a-z0-9_-]{0,99}", "use lower-case letters, digits, - and _, at most 100")
HOST = Word(check=_host)
ADDRESS = Word(check=_only(_is_address, "write it as 127.0.0.1:8443, or after http:// or https://, without a path"))
MAIL_ADDRESS = Word(
    check=_only(
        _is_mail_address,
        "write the mail server as HOST:PORT, as in 127.0.0.1:2525, without scheme and path; for HTTP, set upstream.address",
    )
)
VARIABLE = Word(_VARIABLE, "give it names of environment variables")
#: A variable that a run sets for the profile.
OWN_VARIABLE = Word(
    _VARIABLE, "give it the name of an environment variable", _only(lambda name: not is_reserved(name), _RESERVED)
)
#: A name that a service reads whether its letters are large or small.
NAME_IN_ANY_CASE = Word(ignore_case=True)
PORT = Word(check=_only(_is_port, 'write a port as a string, such as "8443"'))
STATUS = Word(wrong="use the status of an error, from 400 to 599", span=range(400, 600))
REQUEST_PATTERN = Word(request_patterns.PATTERN_SYNTAX, "write a method, and a path if you like: POST /oauth2/token")
PATH = Word("(/[A-Za-z0-9._~-]+)*", "write a path that begins with / and does not end with it, as in /v1")
MESSAGE_FIELD = Word(
    r"(\*|[A-Za-z_][A-Za-z0-9_]*|[0-9]+)(\.(\*|[A-Za-z_][A-Za-z0-9_]*|[0-9]+))*",
    "write field names with dots, as in meta.timestamp",
)
DESCRIPTORS = Word(
    r".+\.(binpb|pb|desc|protoset|bin|proto)", "name a file of descriptors, as api.binpb, or a .proto file"
)
POINTER = Word("/.*", "a JSON Pointer begins with /, as in /user/id")
POINTERS = Word(r"(?:/\S*(?: +/\S*)*)?", "each JSON Pointer begins with /, as in /id /reply_to")
EXPRESSION = Word(check=_expression)
#: An expression of which the groups are what is masked.
SHAPE = Word(check=_shape)
FUNCTION = Word(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", "give it a function as module:function")
