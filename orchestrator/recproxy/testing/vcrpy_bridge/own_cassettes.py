"""Which cassettes belong to one test alone. Pure."""

from __future__ import annotations

import re
from pathlib import PurePath

__all__ = ["is_own_cassette"]


def is_own_cassette(path: str, test: str) -> bool:
    """Whether a cassette is that of this test (pytest's id) and of no other: `cassettes/MODULE/[CLASS.]TEST.yaml`.

    So pytest-recording names them, which leaves out outer classes and replaces some characters. Under any other name, tests
    of other modules or classes may share it.
    """
    module, *names = test.split("::", 2)
    cassette = PurePath(path)
    is_nested = len(names) > 1 and "::" in names[1].partition("[")[0]
    return (
        bool(names)
        and not is_nested
        and cassette.parent.name == PurePath(module).stem
        and _squashed(cassette.stem) == _squashed(".".join(names))
    )


def _squashed(name: str) -> str:
    return re.sub(r"\W+", "-", name)
