"""URLs in their normal form: authority, path segments and parameters.

RFC 3986, section 6.2.2, and no more: `//` and `..` in a path are left alone, and `%2F` is not `/`, for services
tell them apart.
"""

from __future__ import annotations

import contextlib
import re
from socket import AF_INET6, inet_ntop, inet_pton
from typing import NamedTuple

from recproxy.control.host_names import normal_host
from recproxy.matching.field_values import Value, hidden_value, read_value
from recproxy.matching.rules import ComparedParts, Names
from recproxy.recording.field_names import is_listed
from recproxy.recording.wildcard import Pattern

__all__ = [
    "Pairs",
    "UrlAuthority",
    "UrlParts",
    "decode_parameter",
    "host_fits",
    "host_of_bytes",
    "normal_path",
    "read_authority",
    "read_pairs",
    "split_url",
]

_DEFAULT_PORTS = frozenset({(b"http", b"80"), (b"https", b"443"), (b"ws", b"80"), (b"wss", b"443")})
_SCHEME = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*\Z")
_AUTHORITY_END = re.compile(rb"[/?#]")
#: What may stand in a path unencoded; anything else, and each escape, is brought into one form.
_PLAIN_PATH = re.compile(rb"[A-Za-z0-9\-._~!$&'()*+,;=:@/]*\Z")
_ODD_IN_PATH = re.compile(rb"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]")
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


class UrlParts(NamedTuple):
    """A URL taken apart, as it was written; `authority` is None where the URL is only a path."""

    scheme: bytes
    authority: bytes | None
    path: bytes
    query: bytes


class UrlAuthority(NamedTuple):
    """Where a request goes: `host` None is any host; a part that is not compared is empty on both sides."""

    scheme: bytes
    host: Value | None
    port: Value

    @property
    def wild(self) -> bool:
        """Whether any part is a pattern."""
        return isinstance(self.host, Pattern) or isinstance(self.port, Pattern)


class Pairs(NamedTuple):
    """Named values, sorted by name; values of one name keep their order.

    `loose` are the recorded pairs whose name is wild; `rest` says that a lone wild word stands for any further
    pairs, also none.
    """

    names: tuple[bytes, ...]
    values: tuple[Value, ...]
    loose: tuple[tuple[Value, Value], ...] = ()
    rest: bool = False


NO_PAIRS = Pairs((), ())


def split_url(url: str) -> UrlParts:
    """Take a URL, or only its path, apart; the fragment is dropped."""
    text = url.encode("utf-8", "surrogateescape").partition(b"#")[0]
    scheme, found, rest = text.partition(b"://")
    if not found or not _SCHEME.match(scheme):
        path, _, query = text.partition(b"?")
        return UrlParts(b"", None, path, query)
    end = _AUTHORITY_END.search(rest)
    authority, rest = (rest, b"") if end is None else (rest[: end.start()], rest[end.start() :])
    path, _, query = rest.partition(b"?")
    return UrlParts(scheme.lower(), authority, path, query)


def read_authority(parts: UrlParts, word: str | None, plan: ComparedParts) -> UrlAuthority:
    """The normal form of a URL's authority, as far as it is compared: user info and default port dropped."""
    if parts.authority is None:
        return UrlAuthority(b"", None if plan.host else b"", b"")
    host, port = _split_port(parts.authority.rpartition(b"@")[2])
    scheme = parts.scheme
    if (scheme, port) in _DEFAULT_PORTS:
        port = b""
    wild = b"" if word is None else word.encode()
    # The dot at the end of a piece of a pattern is no trailing dot.
    decode = bytes.lower if wild and wild in host else host_of_bytes
    name = read_value(host, word, decode) if plan.host else b""
    for other, known in plan.aliases:
        if name == other:
            name = known
    return UrlAuthority(
        scheme if plan.scheme and scheme != wild.lower() else b"",
        name,
        read_value(port, word) if plan.port else b"",
    )


def _split_port(text: bytes) -> tuple[bytes, bytes]:
    if text.startswith(b"["):
        host, _, port = text.partition(b"]")
        return host[1:], port.removeprefix(b":")
    if text.count(b":") > 1:  # an IPv6 address without its brackets: httpx sends it so
        return text, b""
    host, _, port = text.partition(b":")
    return host, port


def host_of_bytes(host: bytes) -> bytes:
    """A host as it is written in a URL, in its normal form; escapes undone."""
    if b"%" in host:
        host = _ESCAPE.sub(_unescaped, host)
    if b":" in host:
        with contextlib.suppress(OSError, ValueError):  # the one form of many: RFC 5952
            return inet_ntop(AF_INET6, inet_pton(AF_INET6, host.decode())).encode()
    if host.isascii():  # nearly always, and for every request
        return host.lower().removesuffix(b".")
    try:
        return normal_host(host.decode()).encode()
    except UnicodeDecodeError:
        return host.lower().removesuffix(b".")


def host_fits(pattern: str, host: bytes) -> bool:
    """Whether a profile's host pattern covers a normal host: `*.x` covers one label, `*` all."""
    if pattern == "*":
        return True
    if pattern.startswith("*."):
        label, _, parent = host.partition(b".")
        return bool(label) and parent == host_of_bytes(pattern[2:].encode())
    return host == host_of_bytes(pattern.encode())


def normal_path(path: bytes) -> bytes:
    """Unreserved characters decoded, all else that must be encoded, in upper-case hex."""
    if _PLAIN_PATH.match(path):
        return path
    return _ODD_IN_PATH.sub(_path_form, path)


def _path_form(found: re.Match[bytes]) -> bytes:
    text = found[0]
    byte = int(text[1:], 16) if len(text) == 3 else text[0]
    return bytes((byte,)) if byte in _UNRESERVED else b"%%%02X" % byte


def _unescaped(found: re.Match[bytes]) -> bytes:
    return bytes((int(found[1], 16),))


def decode_parameter(text: bytes) -> bytes:
    """A name or value of a query or form: `+` is a space, all escapes are decoded."""
    if b"+" in text:
        text = text.replace(b"+", b" ")
    return _ESCAPE.sub(_unescaped, text) if b"%" in text else text


def read_pairs(text: bytes, word: str | None, names: Names) -> Pairs:
    """The parameters of a query or form. `a` is `a=`; empty pairs are dropped."""
    if not text:
        return NO_PAIRS
    pairs: list[tuple[bytes, Value]] = []
    loose: list[tuple[Value, Value]] = []
    rest = False
    wild = None if word is None else word.encode()
    ignored, secret, defaults, _ = names
    for piece in text.split(b"&"):
        written, _, value = piece.partition(b"=")
        if wild is not None and wild in written:
            if piece == wild:
                rest = True
                continue
            pattern = read_value(written, word, decode_parameter)
            loose.append((pattern, read_value(value, word, decode_parameter)))
            continue
        if not piece:
            continue
        name = decode_parameter(written)
        if name in ignored or (defaults and (name, decode_parameter(value)) in defaults):
            continue
        read = hidden_value if secret and is_listed(name, secret) else read_value
        pairs.append((name, read(value, word, decode_parameter)))
    return gathered(pairs, loose, rest=rest)


def gathered(pairs: list[tuple[bytes, Value]], loose: list[tuple[Value, Value]], *, rest: bool) -> Pairs:
    """Pairs in the order of their names."""
    if len(pairs) > 1:
        pairs.sort(key=_name)
    names = tuple([name for name, _ in pairs])
    return Pairs(names, tuple([value for _, value in pairs]), tuple(loose), rest)


def _name(pair: tuple[bytes, Value]) -> bytes:
    return pair[0]
