"""Finds missing hooks of a profile by reading its files, because a check must not run the code it checks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recproxy.config.profile import HookNames

__all__ = ["missing_hooks"]


def missing_hooks(hooks: HookNames, file: Path) -> Iterator[tuple[str, str]]:
    """The place and the message of each hook that the modules next to a profile.toml's package do not have.

    A module of another package is not looked for.
    """
    root = file.resolve().parent
    while (root / "__init__.py").is_file():
        root = root.parent
    for kind, target in hooks.named().items():
        module, _, name = target.partition(":")
        parts = module.split(".")
        if not (root / parts[0]).is_dir() and not (root / f"{parts[0]}.py").is_file():
            continue
        source = _source(root.joinpath(*parts))
        if source is None:
            yield hooks.places[kind], f"hooks.{kind} {target!r}: there is no module {module!r} in {root}"
            continue
        try:
            names = _names(ast.parse(source.read_bytes(), str(source)))
        except SyntaxError as problem:
            yield (
                f"{source}:{problem.lineno or 1}",
                f"hooks.{kind} {target!r}: the module cannot be parsed: {problem.msg}",
            )
            continue
        if name not in names:
            yield hooks.places[kind], f"hooks.{kind} {target!r}: module {module!r} has no function {name!r}"


def _source(path: Path) -> Path | None:
    """The file of a module, or of a package."""
    return next((each for each in (path.with_suffix(".py"), path / "__init__.py") if each.is_file()), None)


def _names(tree: ast.Module) -> set[str]:
    """The names that a module has at its top."""
    names: set[str] = set()
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Import(names=found) | ast.ImportFrom(names=found):
                names.update(each.asname or each.name for each in found)
            case ast.Assign(targets=targets):
                names.update(each.id for each in targets if isinstance(each, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
    return names
