"""The name of a scope in a recording where its test's name holds a secret: masked, and told apart from others.

Two tests may differ in a secret only: `test_login[first-password]` and `test_login[second-password]`. Masked both are
`test_login[XXX]`, so the name has a sign behind it that comes of the whole: `test_login[XXX]~5e`. It is one of 256, so
that nobody learns anything of use from it, and it is the same whenever the test is recorded, also by itself. Pure.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache

from recproxy.lazy.patterns import lazy_pattern

__all__ = ["is_name_of", "masked_file_name", "masked_name", "own_scopes"]

_TEARDOWN = " teardown"
_SIGN = lazy_pattern(r"~[0-9a-f]{2}\Z")
_WORD = "XXX"
#: What a mask looks like in the name of a test.
_MASK = lazy_pattern(r"XXX(?:\[[A-Za-z0-9_.-]+\])?")
#: Letters that the name of a file cannot have, in the id of parameters and elsewhere.
_CHANGED = (lazy_pattern(r"[^a-z0-9_.,=+-]"), lazy_pattern(r"[^A-Za-z0-9_]"))
_SHORTEST = 8  # letters of a piece of a secret that tell something of it
#: A digest takes some hundredths of a second: what little it tells, it does not tell fast.
_COST = 2**14


def masked_name(test: str, masked: str) -> str:
    """The name of a scope in a recording, of a `test` whose name was `masked`; a sign that it has stays."""
    if test == masked:
        return test
    base, end = _apart(masked)
    return base + end if _SIGN.search(base) else f"{base}{_sign(test)}{end}"


def masked_file_name(name: str, test: str, masked: str) -> str:
    """The name of a test's file without what was `masked` in the name of the test.

    Letters that a file name cannot have are underscores in it, and its end may be missing: a search for the secret
    itself does not find it there.
    """
    for piece in _hidden(test, masked):
        for changed in (piece, *(letters.sub("_", piece) for letters in _CHANGED)):
            for size in range(min(len(changed), len(name)), min(_SHORTEST, len(piece)) - 1, -1):
                part = changed[:size]
                if part in name and sum(map(str.isalnum, part)) > _SHORTEST // 2:
                    name = name.replace(part, _WORD)
                    break
    return name


def _hidden(test: str, masked: str) -> tuple[str, ...]:
    """The pieces of a test's name that masks stand for."""
    if test == masked:
        return ()
    found = re.fullmatch("(.*?)".join(map(re.escape, _MASK.split(masked))), test, re.DOTALL)
    return tuple(each for each in found.groups() if each and each != _WORD) if found else (test,)


def is_name_of(recorded: str, test: str) -> bool:
    """Whether a scope in a recording is that of a test."""
    if recorded == test:
        return True
    base, end = _apart(recorded)
    found = _SIGN.search(base)
    if found is None or _apart(test)[1] != end:
        return False
    pattern = ".*".join(map(re.escape, base[: found.start()].split(_WORD)))
    return re.fullmatch(pattern, _apart(test)[0], re.DOTALL) is not None and found[0] == _sign(test)


def own_scopes(recorded: Iterable[str], test: str | None) -> frozenset[str]:
    """Those scopes in a recording that are a test's own; most often there is one, or none."""
    return frozenset(name for name in recorded if is_name_of(name, test)) if test else frozenset()


def _apart(name: str) -> tuple[str, str]:
    """The name of a test, and what stands behind it in the name of the scope of its teardown."""
    return (name.removesuffix(_TEARDOWN), _TEARDOWN) if name.endswith(_TEARDOWN) else (name, "")


@lru_cache(maxsize=256)
def _sign(test: str) -> str:
    name = _apart(test)[0].encode("utf-8", "surrogatepass")
    return "~" + hashlib.scrypt(name, salt=b"recproxy scope", n=_COST, r=8, p=1, dklen=1).hex()
