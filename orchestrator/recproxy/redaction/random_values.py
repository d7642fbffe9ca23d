"""Values that nobody would choose: long, mixed, neither words nor the name of a file; and ids that look like them.

The rules that have nothing else to go by ask here. Knows values, and not where they stand.
"""

from __future__ import annotations

import re

from recproxy.lazy.patterns import lazy_pattern
from recproxy.redaction.names import is_secret, is_wordy

__all__ = ["is_key", "is_key_or_number", "is_random", "is_random_no_uuid", "names_a_file"]

_UUID = lazy_pattern(rb"\{?[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?\Z")
_FILE = lazy_pattern(rb".*\.[A-Za-z]{1,4}[0-9]?\Z", re.DOTALL)
#: Words and short numbers with dashes between, as the address of an article has them.
_SLUG = lazy_pattern(rb"(?:[A-Za-z]{1,20}|[0-9]{1,4})(?:[-_.](?:[A-Za-z]{1,20}|[0-9]{1,4}))*\Z")
#: The same of three words and more, of which some end with digits: `how-to-set-up-OAuth2`.
_WORDS = lazy_pattern(
    rb"(?:(?:[A-Za-z]{1,20}[0-9]{0,4}|[0-9]{1,12})[-_.]){2,}(?:[A-Za-z]{1,20}[0-9]{0,4}|[0-9]{1,12})\Z"
)
_DIGIT, _LETTER = lazy_pattern(rb"[0-9]"), lazy_pattern(rb"[A-Za-z]")
_BOTH_CASES = lazy_pattern(rb"(?:[^A-Z]*[A-Z][^a-z]*[a-z]){3}")
#: Digests, ids of commits and of objects, addresses on a chain: hexadecimal, also with what it is of before.
_HEX = lazy_pattern(rb"0[xX][0-9A-Fa-f]+\Z|(?:(?:sha|md)[0-9]{1,3}[:~-])?(?:[0-9a-f]+|[0-9A-F]+)\Z")
_BASE64_DIGEST = lazy_pattern(rb"(?:sha[0-9]{1,3}|md5)[-:=][A-Za-z0-9+/_-]+={0,2}\Z")
#: An id with its time first, in Crockford's letters.
_ULID = lazy_pattern(rb"[0-7][0-9A-HJKMNP-TV-Z]{25}\Z")
#: `cus_NffrFeUfNV2Hib`: what it is an id of, and the id.
_PREFIXED = lazy_pattern(rb"[a-z]{2,10}_[A-Za-z0-9]{8,24}\Z")
#: The content of a picture, a certificate or a public key in base64.
_PUBLIC = lazy_pattern(rb"MII|AAAA[BC]3|iVBOR|/9j/|R0lGOD|JVBER|ssh-|ecdsa-|age1")


def names_a_file(value: bytes) -> bool:
    """Whether a value ends as the names of files do."""
    return _FILE.match(value) is not None


def is_random(value: bytes) -> bool:
    """Whether nobody would choose a value: long, mixed, and neither words nor the name of a file."""
    if is_wordy(value) or _SLUG.match(value) or names_a_file(value) or not _LETTER.search(value):
        return False
    if not _DIGIT.search(value):
        return len(value) >= 20 and _BOTH_CASES.match(value) is not None
    return is_secret(b"token", value)


def is_random_no_uuid(value: bytes) -> bool:
    """Whether a value is random and no UUID."""
    return is_random(value) and not _UUID.match(value)


def is_key(value: bytes) -> bool:
    """Whether a value is random, and has the form of no id: a digest, a UUID, an object's number, `cus_Nff...`."""
    if len(value) < 15 or _HEX.match(value) or _WORDS.match(value) or _ULID.match(value) or _PREFIXED.match(value):
        return False
    return is_random_no_uuid(value) and not (_BASE64_DIGEST.match(value) or _PUBLIC.match(value))


def is_key_or_number(value: bytes) -> bool:
    """The same, and a long hexadecimal number that is no id of a commit."""
    if _HEX.match(value):
        return len(value) in (32, 48, 64, 96, 128) and is_random(value)
    return is_key(value)
