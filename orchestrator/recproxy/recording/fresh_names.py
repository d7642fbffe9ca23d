"""Names of wild places whose values a program makes anew: `XXX[order_id.new-uuid]`, and which values fit there.

Such a place is stricter than others: it takes only a value of its form, and none that another such place has taken.
Pure; knows names and single values.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from recproxy.lazy.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FRESH_ENDINGS", "fits_fresh", "fresh_ending", "fresh_kind", "fresh_value"]

#: By the kind of value, the form that a live one must have.
_FORMS = {
    "uuid": lazy_pattern(rb"(?i:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"),
    "hex": lazy_pattern(rb"[0-9a-fA-F]{8,128}"),
    "number": lazy_pattern(rb"[0-9]{10,20}"),
    "id": lazy_pattern(rb"[0-9A-Za-z_+/=.~-]{10,200}"),
}
#: What the names end with, as part of an expression.
FRESH_ENDINGS = "|".join(f"new-{kind}" for kind in _FORMS)
#: A place of another recording of the same request, which is compared when it is recorded again.
_PLACE = lazy_pattern(rb"[A-Za-z0-9]{3,}\[[A-Za-z0-9_.-]+\]|([A-Z])\1{2,}")
_ENDING = lazy_pattern(rf".*\.new-({'|'.join(_FORMS)})", re.DOTALL)


def fresh_kind(name: str) -> str | None:
    """Of which kind the values of a place are by its name; None where a program does not make them."""
    found = _ENDING.fullmatch(name) if ".new-" in name else None
    return found[1] if found is not None else None


def fresh_ending(kind: str) -> str:
    """What the name of a place ends with, for values of a kind: uuid, hex, number, or id for all others."""
    return f".new-{kind if kind in _FORMS else 'id'}"


def fresh_value(name: str, chance: str) -> bytes | None:
    """A value for a place by its name: of its kind, the same for the same `chance`; None where a program makes none."""
    kind = fresh_kind(name)
    digest = hashlib.sha256(f"{name} {chance}".encode()).hexdigest()[:32]
    if kind == "uuid":
        import uuid  # noqa: PLC0415 - slow to import, seldom needed

        return str(uuid.UUID(digest, version=4)).encode()
    if kind == "number":
        return b"1%018d" % (int(digest, 16) % 10**18)
    return digest.encode() if kind is not None else None


def fits_fresh(name: str, value: bytes, bound: Mapping[str, bytes]) -> bool:
    """Whether a place that is not bound may take a value: one of its kind, which no other such place has."""
    kind = fresh_kind(name)
    if kind is None:
        return True
    if not _FORMS[kind].fullmatch(value):
        return _PLACE.fullmatch(value) is not None
    return not any(other == value and name != each and fresh_kind(each) for each, other in bound.items())
