"""Links that are keys themselves, as a table: whoever has one is logged in, or may set a password.

    https://app.example.com/login/5f3a9c...      https://app.example.com/reset?t=5f3a9c...
    rtmp://live.example.com/app/live_123_AbC...

The last segment, or a parameter whose name says nothing, is the secret where the address says what the link does.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from recproxy.lazy.patterns import lazy_pattern
from recproxy.redaction.names import is_wordy
from recproxy.redaction.random_values import is_key, is_key_or_number, is_random, is_random_no_uuid, names_a_file
from recproxy.redaction.shape_rows import ShapeRow, shape

__all__ = ["LINKS"]

#: What such a link does.
_DOES = (
    rb"magic|magic[-_]?links?|magic[-_]?login|login[-_]?links?|email[-_]?login|auto[-_]?login|one[-_]?time[-_]?login|passwordless"
    rb"|reset|reset[-_]?passwords?|passwords?[-_]?resets?|set[-_]?password|passwords?/(?:edit|change|new)|forgot(?:ten)?|forgot[-_]?password|recover|account[-_]?recovery"
    rb"|confirm|confirm[-_]?(?:email|account)|email[-_]?confirm(?:ation)?|verify|verify[-_]?(?:email|account)"
    rb"|email[-_]?verif(?:y|ication)|activate|activate[-_]?account|account[-_]?activation|unlock"
    rb"|unsubscribe|unsub|opt[-_]?out|accept[-_]?invit(?:e|ation)|shared[-_]?invite|joinchat|whip"
)
#: These are also nouns: an id of a thing may follow.
_IS = rb"log[-_]?in|sign[-_]?in|auth|sso|invites?|invitation|activation|verification|confirmation|recovery|join"
#: Behind these stands a key, or an id: the form of what follows decides.
_HAS = (
    rb"s|sh|t|i|k|share[ds]?|sharing|share[-_]links?|shared[-_]links?|public[-_]?links?|guest|embed[-_]?token"
    rb"|hooks?|webhooks?|inbound|feeds?|rss|atom|podcasts?|private|tokens?|keys?|secrets?|capability"
)
#: Behind these also a number in hexadecimal digits is a key.
_OPENS = rb"icals?|ics|webcal|calendar[-_]?feeds?|token|access[-_]?token|auth[-_]?token|api[-_]?keys?|access[-_]?keys?|secret"
_ADDRESS = rb"(?:(?:https?|wss?|webhook)://[^\s\"'<>\\?#]{1,300}|\A|[\s\"'(<>,;])"
_WAY = rb"(?:/(?:[0-9]{1,20}|[A-Za-z]{1,3}|v[0-9.]{1,3}|incoming|catch|custom|generic|trigger|run|user|users|private|public|file|folder|email)){0,2}"
_KEY = rb"((?:[A-Za-z0-9_~-]|[.:=](?=[A-Za-z0-9_~=-]{8})){15,}=*)(?![%A-Za-z0-9_~=-])(?!\.(?!ics|rss|xml|atom|json|vcs)[A-Za-z0-9])"
_BETWEEN = rb"(?:/(?:[0-9]{1,12}|[A-Za-z0-9_-]{2,4}={0,2}|email|mail|account|link|token|code|password)){0,2}"
_TOKEN = rb"((?:[A-Za-z0-9_~-]|[.:=](?=[A-Za-z0-9_~=-])){10,}=*)(?![%A-Za-z0-9])"
#: A parameter that is named for its place and not for what it is.
_NAMES = (
    rb"[A-Za-z]{1,2}|hash|hex|magic|link|data|payload|confirm|confirmation|verify|verification|reset|login|nonce|val|value|check"
    rb"|checksum|digest|ticket|request|rid|ref|otl|ott|ucode|uuid|guid"
)
#: A key of YouTube.
_FOUR_LETTERS = lazy_pattern(rb"(?:[a-z0-9]{4}-){3,4}[a-z0-9]{4}")


def _is_stream_key(value: bytes) -> bool:
    """Whether the last segment of a stream's address is the key to it, and not its name."""
    name = re.split(rb"[?&]", value, maxsplit=1)[0]
    if _FOUR_LETTERS.fullmatch(name):
        return True
    return len(name) >= 10 and not names_a_file(name) and not is_wordy(name) and re.search(rb"[0-9]", name) is not None


def _is_stream_id(value: bytes) -> bool:
    return any(_is_stream_key(piece) for piece in re.split(rb"[/:,=]|%2[FfCc]|%3[ADad]", value))


def _link(hints: bytes, words: bytes, between: bytes, tells: Callable[[bytes], bool]) -> ShapeRow:
    """A row: the token is a segment behind the word, or a parameter."""
    parameter = rb"/?\?(?:[^\s\"'<>#\\?]{0,400}?[&;])?(?i:" + _NAMES + rb")="
    return shape(
        "key in a link",
        hints,
        rb"/(?i:" + words + rb")(?:\.(?:php|aspx?|html?|jsp|do))?(?:" + between + b"/|" + parameter + b")" + _TOKEN,
        0,
        tells,
    )


_DOES_BEGIN = b"magic|login|email|auto|one|passwordless|reset|password|set|forgot|recover|account|confirm|verif|activat|unlock|unsub|opt|accept|shared|joinchat|whip"
_IS_BEGIN = b"login|log|sign|auth|sso|invit|activation|verification|confirmation|recovery|join"
_HAS_BEGIN = b"s/|sh/|t/|i/|k/|shar|public|guest|embed|hook|webhook|inbound|feed|rss|atom|podcast|private|token|key|secret|capability"
_OPENS_BEGIN = b"ical|ics/|webcal|calendar-|calendar_|calendarf|token|access-|access_|accesst|accessk|auth-|auth_|autht|api-|api_|apik|secret/"


def _key_behind(hints: bytes, words: bytes, tells: Callable[[bytes], bool]) -> ShapeRow:
    """A row: the key is a segment behind the word. Base64 may hold both by chance: they count in an address only."""
    return shape("key in a link", hints, rb"/(?i:" + words + rb")(?:" + _WAY + rb")/" + _KEY, 0, tells, _ADDRESS)


def _hints(words: bytes) -> bytes:
    """How the words begin in an address, also with a capital."""
    return b"|".join(b"/" + each for word in words.split(b"|") for each in (word, word.capitalize()))


LINKS = (
    _link(_hints(_DOES_BEGIN), _DOES, _BETWEEN, is_random),
    _link(_hints(_IS_BEGIN), _IS, b"", is_random_no_uuid),
    _key_behind(_hints(_HAS_BEGIN), _HAS, is_key),
    _key_behind(_hints(_OPENS_BEGIN), _OPENS, is_key_or_number),
    shape(
        "key in a link",
        b".ics",
        rb"/(?:private-)?([A-Za-z0-9_~-]{15,300})(?:/[A-Za-z]{1,20})?\.ics(?![A-Za-z0-9])",
        None,
        is_key_or_number,
    ),
    shape(
        "stream key",
        b"rtmp://|rtmps://|rtmpt://|rtmpe://|rtmpte://|rtmpts://",
        rb"rtmp[est]{0,2}://[^\s\"'<>/\\]{1,200}(?:/[^\s\"'<>/?\\]{1,100}){0,4}/([^\s\"'<>/\\]{8,})",
        0,
        _is_stream_key,
    ),
    shape(
        "stream key",
        b"srt://",
        rb"srt://[^\s\"'<>?\\]{0,200}\?(?:[^\s\"'<>#\\]{0,400}?&)?streamid=([^&\s\"'<>\\]{8,})",
        0,
        _is_stream_id,
    ),
    shape(
        "stream key",
        b"streamid=",
        rb"streamid=(?:publish|read|request):[^:&\s\"'<>\\]{1,200}:[^:&\s\"'<>\\]{1,100}:([^&\s\"'<>\\]{3,})",
        0,
    ),
)
