"""The names of tests' own recordings, read backwards: which test a file is for, and whether that test is still there.

Reads the text of test modules; imports none.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from recproxy.lazy.patterns import lazy_pattern
from recproxy.play.block_starts import block_start

__all__ = ["FIXTURE", "is_gone", "is_module_gone", "scope_of", "with_scopes_renamed"]

#: How the name of a fixture's recording ends, without `.rec`.
FIXTURE = lazy_pattern(r"\.fixture(\[\d+\])?$")
#: What a name that no file can have has got: a piece of a digest.
_DIGEST = lazy_pattern(r"-[0-9a-f]{8}$")
#: Classes that bring no tests.
_PLAIN_BASES = frozenset(("object", "TestCase", "IsolatedAsyncioTestCase"))


def scope_of(name: str) -> str:
    """The scope that records into a file; `name` is its path below a profile's recordings, with or without `.rec`."""
    path = PurePosixPath(name.removesuffix(".rec"))
    found = FIXTURE.search(path.name)
    stem = path.name[: found.start()] + (found[1] or "") if found else path.name
    module = path.parent.name.rpartition(".")[2]
    return f"{module}.{stem}" if module else stem


def is_gone(name: str, recordings: Path, root: Path) -> bool:
    """Whether the module of a test's recording has no such test any more.

    False where that cannot be seen: the recording is that of a fixture, or the module is elsewhere, or the test may be
    inherited from a class of another module. `recordings` is the project's folder of them, `root` the project's own.
    """
    path = PurePosixPath(name.removesuffix(".rec"))
    if not path.parent.name or FIXTURE.search(path.name):
        return False
    module = _module(path, recordings, root)
    if not module.is_file():
        return _was_there(module)
    # What a file name cannot have is an underscore in it; the id of parameters says nothing.
    readable = _DIGEST.sub("", path.name.partition("[")[0])
    names = [re.compile(re.escape(each).replace("_", r"\w")) for each in readable.split(".")]
    text = module.read_text(encoding="utf-8", errors="replace")
    return _lacks(text, names)


def is_module_gone(name: str, recordings: Path, root: Path) -> bool:
    """Whether the file of a test's module is not where its recording says, in a folder that is there; else as `is_gone`."""
    path = PurePosixPath(name)
    module = _module(path, recordings, root)
    return bool(path.parent.name) and not module.is_file() and _was_there(module)


def _was_there(module: Path) -> bool:
    """Whether a module that is not there can have been; not if its folder is not, or its name was changed for a folder."""
    return module.parent.is_dir() and not _DIGEST.search(module.stem)


def _module(path: PurePosixPath, recordings: Path, root: Path) -> Path:
    # Of a module that is not below the folder of the recordings, one name holds the path from the root.
    folder, parts = (
        (root, path.parent.name.split(".")) if "." in path.parent.name else (recordings.parent, list(path.parent.parts))
    )
    found = folder.joinpath(*parts).with_suffix(".py")
    in_root = (root / found.name) if len(parts) == 1 else found
    return in_root if in_root.is_file() and not found.is_file() else found


def _lacks(text: str, names: list[re.Pattern[str]]) -> bool:
    """Whether a module has no class and no function of these names; what comments and docstrings say is no test."""
    import ast  # noqa: PLC0415 - most runs have no such miss

    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError):
        return not all(re.search(rf"\b(?:{name.pattern})\b", text) for name in names)
    said = {word for node in nodes for word in _said(node)}
    missing = [name for name in names if not any(map(name.fullmatch, said))]
    classes = {node.name: node for node in nodes if isinstance(node, ast.ClassDef)}
    inherits = any(
        base.rpartition(".")[2] not in {*classes, *_PLAIN_BASES}
        for name in names[:-1]
        for each in classes
        if name.fullmatch(each)
        for base in map(ast.unparse, classes[each].bases)
    )
    return bool(missing) and not (missing == names[-1:] and inherits)


def _said(node: object) -> tuple[str, ...]:
    """The names that a piece of code holds, and a string that may be one."""
    words = [getattr(node, key, None) for key in ("name", "id", "attr", "arg", "asname", "value")]
    return tuple(word for word in words if isinstance(word, str))


def with_scopes_renamed(text: bytes, lines: list[int], old: str, new: str) -> bytes:
    """A recording's text with another scope; `lines` are those of the requests that the scope `old` recorded."""
    found = text.split(b"\n")
    for line in lines:
        above = range(block_start(found, line), line - 1)
        named = [at for at in above if found[at].rstrip() == b":scope " + old.encode()]
        for at in named[-1:]:
            found[at] = found[at].replace(old.encode(), new.encode())
    return b"\n".join(found)
