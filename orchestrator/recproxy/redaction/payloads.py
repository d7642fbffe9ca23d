"""What a body is made of, taken apart and put together again: compressed data, archives, parts, frames, wide text.

Every text in it is given to a function that returns what is to stand there; where that is the same, so are the bytes.
Knows bytes and media types, no secrets.
"""

from __future__ import annotations

import base64
import quopri
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import unquote_to_bytes

from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.codings import decode, encode
from recproxy.recording.multipart import MessagePart, parameters, read_part, read_parts, unquoted
from recproxy.recording.splicing import Moved, same, spliced
from recproxy.recording.values import Headers, header
from recproxy.redaction.budget import Budget
from recproxy.redaction.message_lengths import with_lengths
from recproxy.redaction.opening import archive_kind, compression, opened, packed
from recproxy.redaction.part_contents import untransferred
from recproxy.redaction.pictures import SIGNATURE, with_texts
from recproxy.redaction.quoted_printable import wild_lines
from recproxy.redaction.rules import Unsafe
from recproxy.redaction.wide_text import narrowed, says_wide, wide_charset, widened

__all__ = ["Payloads", "coding_of"]

_DEEPEST = 20  # parts in parts: real messages have a handful of levels
_MESSAGE = lazy_pattern(rb"(?:[!-9;-~]+:[ \t][^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n){2,}\r?\n")

#: A message whose body is parts, or is coded for its way.
_CODED_MESSAGE = lazy_pattern(rb"(?i)multipart/|content-transfer-encoding:[ \t]*(?:base64|quoted)")


@dataclass(frozen=True, slots=True)
class Payloads:
    """How the texts of a body are rewritten.

    `text(headers, text)` rewrites a text, `coded` one that is coded again, in which nobody could fill in a value,
    `line(name, value)` the value of a part's header, `named(name, text)` the
    content of a part of a form, where its name makes it secret (else None). `holds` says whether data that cannot be
    written again has a secret; `blind` that there is none that could hide in what cannot be read. `anything` is the wild
    word in a request: it stands for what is coded and holds a secret, since a replay compares its bytes.
    """

    text: Callable[[Headers, bytes], tuple[bytes, Moved]]
    coded: Callable[[Headers, bytes], tuple[bytes, Moved]]
    line: Callable[[bytes, bytes], bytes]
    named: Callable[[bytes, bytes], bytes | None]
    holds: Callable[[bytes], bool]
    blind: bool
    budget: Budget
    anything: bytes = b""

    def rewritten(self, headers: Headers, body: bytes, depth: int = 0) -> tuple[bytes, Moved]:
        """A payload with its texts rewritten. Raises Unsafe where it cannot be read and may hold a secret."""
        if not body or body == self.anything:
            return body, same
        if depth > _DEEPEST:
            raise Unsafe("has parts in parts, too deep to be read")
        charset = wide_charset(headers, body)
        if charset is not None:
            body = self._wide(headers, body, charset, depth)
        kind = compression(body)
        if kind is not None:
            body = self._compressed(body, kind, depth)
        if body.startswith(SIGNATURE):
            body = self._picture(body, depth)
        archive = archive_kind(body)
        if archive is not None:
            if not self.blind and self.holds(body):
                raise Unsafe(f"is a {archive} archive that holds a known secret")
            return body, same
        media = (header(headers, b"content-type") or b"").lower()
        if media.startswith(b"application/grpc") and body[:1] in b"\0\1\x80":
            return self._frames(headers, body, depth), same
        if media.startswith(b"multipart/") or (body.startswith(b"--") and b"ontent-" in body[:512]):
            return self._multipart(headers, body, depth)
        message = _MESSAGE.match(body) if b"message" in media or depth else None
        if message is not None and _CODED_MESSAGE.search(message[0]):
            return spliced(body, self._part(body, read_part(body), depth))
        return self.text(headers, body)

    def _wide(self, headers: Headers, body: bytes, charset: str, depth: int) -> bytes:
        """Text in UTF-16 or UTF-32, rewritten as UTF-8 and coded again as it was. Its bytes are still searched."""
        try:
            before = narrowed(body, charset)
        except UnicodeDecodeError:
            if not self.blind and says_wide(headers):
                raise Unsafe(f"is no {charset} text, though it says so") from None
            return body
        plain = self.text((), before)[0]
        if plain == before:
            return body
        # Matching reads a body in the character set that its header names.
        compared = says_wide(headers) and not depth
        return widened(plain, charset) if compared else self._again(widened(plain, charset))

    def _inside(self, headers: Headers, content: bytes, depth: int) -> bytes:
        """What is coded, rewritten."""
        return replace(self, text=self.coded).rewritten(headers, content, depth + 1)[0]

    def _again(self, coded: bytes) -> bytes:
        """What was put together again: in a request a replay could not compare it with what is sent then."""
        return self.anything or coded

    def _compressed(self, body: bytes, kind: str, depth: int) -> bytes:
        try:
            content = opened(body, kind, self.budget)
        except ValueError as problem:
            if not self.blind and kind != "deflate":
                raise Unsafe(f"is {kind} data that is damaged or too large to look into") from problem
            return body  # what begins like deflate data is often something else
        plain = self._inside((), content, depth)
        if plain == content:
            return body
        return self._again(packed(plain, kind) if kind in ("bz2", "xz") else encode(plain, kind))

    def _picture(self, body: bytes, depth: int) -> bytes:
        try:
            new = with_texts(body, lambda text: self._inside((), text, depth), self.budget)
        except Unsafe:
            if self.blind:
                return body
            raise
        return body if new == body else self._again(new)

    def _frames(self, headers: Headers, body: bytes, depth: int) -> bytes:
        """gRPC: messages behind a flag and a length, each maybe compressed; they have lengths inside, too."""
        coding = (header(headers, b"grpc-encoding") or b"identity").decode("latin-1").strip().lower()
        result: list[bytes] = []
        at = 0
        while at + 5 <= len(body):
            flag, size = body[at], int.from_bytes(body[at + 1 : at + 5], "big")
            message = body[at + 5 : at + 5 + size]
            if len(message) < size:
                break
            if flag & 1 and coding != "identity":
                plain = self._decoded(message, coding)
                clean = self._message(plain, depth)
                message = message if clean == plain else self._again(encode(clean, coding))
            else:
                message = self._message(message, depth)
            changed = self.anything and message != body[at + 5 : at + 5 + size]
            # In a request the length is that of another value: the message is wild with it.
            result += bytes((flag,)), *((self.anything,) if changed else (len(message).to_bytes(4, "big"), message))
            at += 5 + size
        result.append(self.rewritten((), body[at:], depth + 1)[0])
        return b"".join(result)

    def _message(self, message: bytes, depth: int) -> bytes:
        clean, moved = replace(self, text=self.coded).rewritten((), message, depth + 1)
        return message if clean == message else with_lengths(message, clean, moved)

    def decoded(self, data: bytes, coding: str) -> bytes:
        """What data with a content coding holds. Raises ValueError where it cannot be undone."""
        plain = decode(data, coding, limit=max(self.budget.left, 1))
        self.budget.charge(len(plain))
        return plain

    def _decoded(self, data: bytes, coding: str) -> bytes:
        try:
            return self.decoded(data, coding)
        except ValueError:
            if self.blind:
                return data
            raise Unsafe("has a content coding that cannot be undone") from None

    def _multipart(self, headers: Headers, body: bytes, depth: int) -> tuple[bytes, Moved]:
        found = read_parts(body, header(headers, b"content-type") or b"", beyond=True, ragged=False)
        if found is None:
            return self.text((), body)
        clean, moved = spliced(body, [change for part in found.parts for change in self._part(body, part, depth)])
        # What stands between the parts, and what only shows where they meet.
        last, after = self.text((), clean)
        return last, lambda offset: after(moved(offset))

    def _part(self, body: bytes, part: MessagePart, depth: int) -> list[tuple[int, int, bytes]]:
        if not part.whole:
            return []
        lines = tuple((field.name, field.value) for field in part.fields)
        changes = [
            (field.start, field.start + len(field.value), self.line(field.name, field.value)) for field in part.fields
        ]
        content = body[part.start : part.end]
        named = (self.named(name, content) for name in _names(header(lines, b"content-disposition") or b"") if content)
        clean = next((each for each in named if each is not None), None)
        if clean is None:
            clean = self._content(lines, content, depth)
        changes.append((part.start, part.end, clean))
        return [change for change in changes if body[change[0] : change[1]] != change[2]]

    def _content(self, lines: Headers, content: bytes, depth: int) -> bytes:
        """The content of a part, its transfer encoding and its content coding undone and made again."""
        if content == self.anything:
            return content
        transfer = (header(lines, b"content-transfer-encoding") or b"").strip().lower()
        plain = untransferred(content, transfer)
        if plain is None:
            return self.rewritten(lines, content, depth + 1)[0]
        if transfer == b"base64":
            clean = self._coded(lines, plain, depth, again=True)
            if clean != plain:
                return self._again(_wrapped(clean, content))
            return self.text((), content)[0]
        if transfer == b"quoted-printable":
            clean = self._coded(lines, plain, depth)
            if clean == plain:
                return content
            if self.anything:
                wild = wild_lines(content, clean, self.anything)
                return self.anything if wild is None else wild
            return quopri.encodestring(clean).replace(b"\n", b"\r\n" if b"\r\n" in content else b"\n")
        return self._coded(lines, plain, depth)

    def _coded(self, lines: Headers, content: bytes, depth: int, *, again: bool = False) -> bytes:
        """The same without its content coding; `again`: what is returned is coded in another way, too."""
        coding = coding_of(lines)
        if not coding or not content:
            return self._inside(lines, content, depth) if again else self.rewritten(lines, content, depth + 1)[0]
        plain = self._decoded(content, coding)
        clean = self._inside(lines, plain, depth)
        return content if clean == plain else self._again(encode(clean, coding)) if plain is not content else clean


def coding_of(headers: Headers) -> str:
    """The content coding that headers name; empty where they name none."""
    coding = (header(headers, b"content-encoding") or b"").decode("latin-1").strip().lower()
    return "" if coding in ("identity", "none", "utf-8", "aws-chunked") else coding


def _names(disposition: bytes) -> Iterator[bytes]:
    """What the name of a part is, by each way to read it: programs do not agree on backslashes and `name*`."""
    for backslashes in (True, False):
        found = parameters(disposition, backslashes=backslashes)
        if b"name" in found:
            yield unquoted(found[b"name"].value)
        if b"name*" in found:
            yield unquote_to_bytes(found[b"name*"].value.rpartition(b"'")[2])


def _wrapped(data: bytes, like: bytes) -> bytes:
    """Base64 in lines as long as those of the text before."""
    coded = base64.b64encode(data)
    end = b"\r\n" if b"\r\n" in like else b"\n"
    size = len(like.partition(end)[0]) if end in like.strip() else 0
    if size:
        coded = end.join(coded[at : at + size] for at in range(0, len(coded), size))
    return coded + (end if like.endswith(end) else b"")
