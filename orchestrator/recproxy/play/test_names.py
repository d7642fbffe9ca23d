"""The names of tests' own recordings, read backwards: which test a file is for, and whether that test is still there.

Looks at the text of test modules; imports none.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from recproxy.play.block_starts import block_start

__all__ = ["FIXTURE", "is_gone", "scope_of", "with_scopes_renamed"]

#: How the name of a fixture's recording ends, without `.rec`.
FIXTURE = re.compile(r"\.fixture(\[\d+\])?$")
#: What a name that no file can have got: a piece of a digest.
_DIGEST = re.compile(r"-[0-9a-f]{8}$")


def scope_of(name: str) -> str:
    """The scope that records into a file; `name` is its path below a profile's recordings, with or without `.rec`."""
    path = PurePosixPath(name.removesuffix(".rec"))
    found = FIXTURE.search(path.name)
    stem = path.name[: found.start()] + (found[1] or "") if found else path.name
    module = path.parent.name.rpartition(".")[2]
    return f"{module}.{stem}" if module else stem


def is_gone(name: str, recordings: Path) -> bool:
    """Whether the module of a test's recording has no such test any more; `recordings` is the project's folder of them.

    False where that cannot be seen: the module is elsewhere, or the name was changed for a file.
    """
    path = PurePosixPath(name.removesuffix(".rec"))
    module = recordings.parent.joinpath(*path.parent.parts).with_suffix(".py")
    if not path.parent.name or FIXTURE.search(path.name) or _DIGEST.search(path.name):
        return False
    if not module.is_file():
        return module.parent.is_dir() and "." not in path.parent.name
    function = path.name.partition("[")[0].rpartition(".")[2]
    text = module.read_text(encoding="utf-8", errors="replace")
    return re.search(rf"\b{re.escape(function)}\b", text) is None


def with_scopes_renamed(text: bytes, lines: list[int], old: str, new: str) -> bytes:
    """A recording's text with another scope; `lines` are those of the requests that the scope `old` recorded."""
    found = text.split(b"\n")
    for line in lines:
        above = range(block_start(found, line), line - 1)
        named = [at for at in above if found[at].rstrip() == b":scope " + old.encode()]
        for at in named[-1:]:
            found[at] = found[at].replace(old.encode(), new.encode())
    return b"\n".join(found)
