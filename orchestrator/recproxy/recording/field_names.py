"""Names in a query or a form, as a profile lists them: whole, or by what stands last in brackets.

    account_number      fits account_number, bank_account[account_number], accounts[0][account_number]
    card[number]        fits card[number], source[card][number], and not number

Knows no rules: what a list is for is told by whoever asks.
"""

from __future__ import annotations

from recproxy.lazy.patterns import lazy_pattern

__all__ = ["is_listed"]

_BRACKETS = lazy_pattern(rb"[\[\]]+")


def is_listed(name: bytes, listed: frozenset[bytes]) -> bool:
    """Whether a decoded name is in a list of names in lower case, whole or by its last words in brackets."""
    name = name.lower()
    if name in listed:
        return True
    if not (listed and name.endswith(b"]")):
        return False
    # Numbers are places in a list: emails[0], accounts[0][number].
    words = [word for word in _BRACKETS.split(name) if word and not word.isdigit()]
    return any(
        b"%s%s" % (words[start], b"".join(b"[%s]" % word for word in words[start + 1 :])) in listed
        for start in range(len(words))
    )
