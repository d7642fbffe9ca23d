"""What the strings of a profile.toml must be: hosts, variables, JSON Pointers, addresses. Pure."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from recproxy.config.keys import Word
from recproxy.control.host_names import normal_host
from recproxy.control.reserved_variables import is_reserved

__all__ = [
    "ADDRESS", "EXPRESSION", "FORMAT", "FUNCTION", "HOST", "NAME_IN_ANY_CASE", "OWN_VARIABLE", "POINTER",
    "PORT", "PROFILE_NAME", "REQUEST_PATTERN", "SCHEMA", "STATUS", "VARIABLE", "VERSIONS", "is_host",
]  # fmt: skip

#: The only version of profile.toml that this recproxy reads.
SCHEMA = 1
_VARIABLE = "[A-Za-z_][A-Za-z0-9_]*"
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\Z")


def _format(number: int) -> int:
    if number > SCHEMA:
        raise ValueError(
            f"the profile is for a newer recproxy; this is {_version()}, which reads schema {SCHEMA}: upgrade recproxy"
        )
    if number != SCHEMA:
        raise ValueError(f"write schema = {SCHEMA}, the only one that this recproxy reads")
    return number


def _versions(wanted: str) -> str:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415 - only where a profile asks

    try:
        fits = SpecifierSet(wanted).contains(_version(), prereleases=True)
    except InvalidSpecifier:
        raise ValueError("give it versions, as in >=0.1,<2") from None
    if not fits:
        raise ValueError(f"this is recproxy {_version()}: install a version that fits")
    return wanted


def _version() -> str:
    from importlib import metadata  # noqa: PLC0415 - slow to import, seldom needed

    return metadata.version("recproxy")


def _host(host: str) -> str:
    """A host pattern in its normal form: a name, an address, `*.name` or `*`."""
    pattern = normal_host(host)
    labels = pattern.removeprefix("*.").split(".")
    if pattern != "*" and not _is_address(pattern) and not all(_LABEL.match(label) for label in labels):
        raise ValueError("give it a host name without scheme, port and path; * only as *.NAME or alone")
    return pattern


def is_host(host: str) -> bool:
    """Whether a normal host is a name or an address, and no pattern."""
    return _is_address(host) or all(_LABEL.match(label) for label in host.split("."))


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _address(text: str) -> str:
    """HOST, HOST:PORT, or either after http:// or https://."""
    try:
        url = urlsplit(text if "://" in text else f"//{text}")
        host, port = url.hostname or "", url.port
    except ValueError:
        host, port = "", None
    if (
        not (_is_address(host) or all(_LABEL.match(label) for label in host.split(".")))
        or port == 0
        or url.scheme not in ("", "http", "https")
        or url.path not in ("", "/")
        or any((url.query, url.fragment, url.username))
    ):
        raise ValueError("write it as 127.0.0.1:8443, or after http:// or https://, without a path")
    return text


def _expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as problem:
        raise ValueError(f"not a regular expression: {problem}") from None
    except (OverflowError, RecursionError):
        raise ValueError("too large for a regular expression: write it with fewer repeats and parentheses") from None
    return text


def _port(text: str) -> str:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise ValueError('write a port as a string, such as "8443"')
    return text


def _status(number: int) -> int:
    if not 400 <= number <= 599:
        raise ValueError("use the status of an error, from 400 to 599")
    return number


def _own(variable: str) -> str:
    if is_reserved(variable):
        raise ValueError("the name is reserved: a run sets it itself, or programs depend on it; choose another name")
    return variable


FORMAT = Word(check=_format)
VERSIONS = Word(check=_versions)
PROFILE_NAME = Word(pattern="[a-z0-9][a-z0-9_-]{0,99}", wrong="use lower-case letters, digits, - and _, at most 100")
HOST = Word(check=_host)
ADDRESS = Word(check=_address)
VARIABLE = Word(pattern=_VARIABLE, wrong="give it names of environment variables")
#: A variable that a run sets for the profile.
OWN_VARIABLE = Word(pattern=_VARIABLE, wrong="give it the name of an environment variable", check=_own)
#: A name that a service reads whether its letters are large or small.
NAME_IN_ANY_CASE = Word(ignore_case=True)
PORT = Word(check=_port)
STATUS = Word(check=_status)
REQUEST_PATTERN = Word(pattern=r"[A-Z]+( /\S*)?", wrong="write a method, and a path if you like: POST /oauth2/token")
POINTER = Word(pattern="/.*", wrong="a JSON Pointer begins with /, as in /user/id")
EXPRESSION = Word(check=_expression)
FUNCTION = Word(pattern=r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", wrong="give it a function as module:function")
