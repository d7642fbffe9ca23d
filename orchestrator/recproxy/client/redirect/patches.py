"""Patches that can be taken back, made when a module is imported.

They know nothing of what they change: an owner, a name, a wrapper. Nothing is imported for a patch's sake.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

__all__ = ["ImportHook", "Patches"]

_MISSING = object()


class Patches:
    """Attributes replaced, in order."""

    def __init__(self) -> None:
        self._made: list[tuple[object, str, object, object]] = []

    def replace(self, owner: object, name: str, wrap: Callable[..., object]) -> None:
        """Replace an attribute by `wrap(what it was)`."""
        own = vars(owner).get(name, _MISSING)
        wrapped = wrap(getattr(owner, name))
        setattr(owner, name, wrapped)
        self._made.append((owner, name, own, wrapped))

    def undo(self) -> None:
        """Put back what stood there, where nobody has put something over it meanwhile."""
        while self._made:
            owner, name, own, wrapped = self._made.pop()
            if vars(owner).get(name) is not wrapped:
                continue
            if own is _MISSING:
                delattr(owner, name)
            else:
                setattr(owner, name, own)


class ImportHook:
    """Calls a function for each of some modules: at once if it is loaded, else when it is imported."""

    def __init__(self, patches: Mapping[str, Callable[[ModuleType], None]]) -> None:
        self._patches = dict(patches)

    def insert(self) -> None:
        """Patch what is loaded, and watch for the rest."""
        sys.meta_path.insert(0, self)
        for name, patch in self._patches.items():
            module = sys.modules.get(name)
            if module is not None:
                _apply(patch, module)

    def remove(self) -> None:
        """Stop watching."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec that the other finders give, its loader wrapped; None for what nobody patches."""
        patch = self._patches.get(fullname)
        if patch is None:
            return None
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            spec: ModuleSpec | None = find(fullname, path, target) if find and finder is not self else None
            if spec is not None:
                if spec.loader is not None:
                    spec.loader = _PatchingLoader(spec.loader, patch)  # type: ignore[assignment]
                return spec
        return None


class _PatchingLoader:
    """Loads as the module's own loader does, which it puts back in its place, then patches."""

    def __init__(self, loader: Any, patch: Callable[[ModuleType], None]) -> None:
        self._loader = loader
        self._patch = patch

    def __getattr__(self, name: str) -> Any:
        """What else a loader can do; importlib.util.find_spec shows it to others."""
        return getattr(self._loader, name)

    def exec_module(self, module: ModuleType) -> None:
        """Execute it and patch it."""
        assert module.__spec__ is not None
        module.__loader__ = module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        _apply(self._patch, module)


def _apply(patch: Callable[[ModuleType], None], module: ModuleType) -> None:
    """Patch a module; a release of it that we do not fit must not break the program's import."""
    try:
        patch(module)
    except Exception as problem:  # noqa: BLE001 - see above
        sys.stderr.write(f"recproxy: {module.__name__} is not redirected: {problem!r}\n")
