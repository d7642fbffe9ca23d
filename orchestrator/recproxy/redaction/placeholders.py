"""Words and marks that somebody has put in the place of a secret: `<TOKEN>`, `REDACTED`, `***`, `$TOKEN`."""

from __future__ import annotations

import re

from recproxy.lazy.patterns import lazy_pattern
from recproxy.redaction.names import is_wordy

__all__ = ["is_placeholder", "may_be_password"]

_PLACEHOLDER = lazy_pattern(
    rb"\$[A-Za-z_][A-Za-z0-9_]*|\$\{[A-Za-z_][A-Za-z0-9_]*(?::?[-?=])?\}|%[A-Z_]{2,}%|%[sdrv]|[xX*.\-#_ ]+|[0\-]{6,}"
    rb"|(?i:(?:[a-z_ -]*[_ -])?(?:redacted|filtered)(?:[_ -][a-z_ -]*)?|scrubbed|sanitized|censored|masked|hidden)"
    rb"|(?:PLACEHOLDER|DUMMY|EXAMPLE|CHANGEME|fake[-_ ]?[A-Za-z_-]*|dummy[-_ ]?[A-Za-z_-]*"
    rb"|placeholder[-_ ]?[A-Za-z_-]*|your[-_][A-Za-z_-]+)"
)
#: A placeholder that may be a password as well: with letters other than an x words, `[word]` and `{word}`; `$NAME`; zeros.
#: Marks, what templates have, such as `<TOKEN>` and `${TOKEN}`, and what says in brackets that a secret was taken out are
#: what tools write in its place: they stay as they are, whatever a variable holds.
_PASSWORD = lazy_pattern(
    rb"(?=[^A-WYZa-wyz]*[A-WYZa-wyz])(?:[A-Za-z][A-Za-z_ -]*\Z"
    rb"|(?!.*(?i:redacted|filtered|scrubbed|sanitized|censored|masked|hidden))(?:\[[^\[\]{}]*\]|\{[^\[\]{}]*\})\s*\Z)"
    rb"|\$[A-Za-z_][A-Za-z0-9_]*\s*\Z|-*0[0-]*\s*\Z",
    re.DOTALL,
)
#: What stands in the brackets of `<TOKEN>`, `[token]`, `{token}`, `${{ secrets.TOKEN }}`, `#{token}`, `<%= token %>`.
_BRACKETED = lazy_pattern(
    rb"(?:<%?|\[)=?([^<>\[\]{}]*?)(?:%?>|\])|[$#]?\{([^<>\[\]{}]*)\}|[$#]?\{\{([^<>\[\]{}]*)\}\}", re.DOTALL
)
#: No name of a thing has these; JSON has them, and so do keys with their values.
_NO_NAME = lazy_pattern(rb"[\"'\\:=,;]|(?:[0-9][^0-9]*){5}")
_FILLER = lazy_pattern(rb"[xX*.\-#_ ]*|[0-9]{1,2}|[A-Za-z]{1,5}")


def is_placeholder(value: bytes) -> bool:
    """Whether somebody put a word in a secret's place: `<TOKEN>`, `REDACTED`, `***`, `$TOKEN`.

    Brackets alone make no placeholder: JSON has them too, and a token may stand in them.
    """
    if len(value) > 64:
        return False
    value = value.strip()
    if _PLACEHOLDER.fullmatch(value):
        return True
    found = _BRACKETED.fullmatch(value)
    return found is not None and _is_name(next(each for each in found.groups() if each is not None))


def may_be_password(value: bytes) -> bool:
    """Whether somebody's password may be such a placeholder: `your-token`, `[token]`, `$TOKEN`, `000000`."""
    return _PASSWORD.match(value) is not None and is_placeholder(value)


def _is_name(text: bytes) -> bool:
    """Whether a text in brackets says what belongs there: words, and no letters and digits by chance."""
    text = text.strip().lstrip(b"$+?&@")
    return not _NO_NAME.search(text) and (_FILLER.fullmatch(text) is not None or is_wordy(text))
