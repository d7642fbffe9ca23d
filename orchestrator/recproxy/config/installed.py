"""Profiles that installed packages offer, found by their entry points; no package is imported for it."""

from __future__ import annotations

import functools
import os
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib import util
from importlib.machinery import PathFinder
from pathlib import Path

from recproxy.errors import ProfileError
from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern

__all__ = ["GROUP", "Offer", "distribution_of", "offers", "only", "own_version"]

#: The entry point group under which packages offer profiles.
GROUP = "recproxy.profiles"
_REQUIRES = "requires_recproxy"
_SEPARATORS = lazy_pattern(r"[-_.]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A profile of an installed package: `package` holds profile.toml, `distribution` is what was installed."""

    name: str
    package: str
    distribution: str = ""
    version: str = ""

    def file(self) -> Path:
        """Its profile.toml. Raises ProfileError where the package is gone or holds none."""
        spec = util.find_spec(self.package)
        if spec is None or not spec.submodule_search_locations:
            raise ProfileError(f"profile {self.name!r}: its package {self.package!r} cannot be found: install it again")
        path = Path(next(iter(spec.submodule_search_locations))) / "profile.toml"
        if not path.is_file():
            raise ProfileError(f"profile {self.name!r}: package {self.package!r} holds no profile.toml")
        return path

    def unmet(self) -> str:
        """The versions of recproxy that it requires, if this is none of them; empty if it is, or that cannot be read."""
        try:
            text = self.file().read_text(encoding="utf-8")
            wanted = tomllib.loads(text).get(_REQUIRES) if _REQUIRES in text else None
        except (ProfileError, OSError, ValueError):  # whoever uses it is told
            return ""
        if not isinstance(wanted, str):
            return ""
        from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415 - only where a profile asks

        try:
            fits = SpecifierSet(wanted).contains(own_version(), prereleases=True)
        except InvalidSpecifier:
            return ""
        return "" if fits else wanted

    def __str__(self) -> str:
        """The distribution and its version, as people name it."""
        return f"{self.distribution} {self.version}" if self.distribution else self.package


@functools.cache
def own_version() -> str:
    """The version of this recproxy."""
    from importlib import metadata  # noqa: PLC0415 - slow to import, seldom needed

    return metadata.version("recproxy")


def offers() -> Mapping[str, Sequence[Offer]]:
    """What is offered, by profile name; more than one where packages clash.

    It is read once for a search path: that opens a file of each installed distribution, and nothing is installed while
    a command runs.
    """
    return _offers(tuple(sys.path))


@functools.lru_cache(maxsize=2)
def _offers(path: tuple[str, ...]) -> Mapping[str, Sequence[Offer]]:
    found: dict[str, list[Offer]] = {}
    for offer in _offered_below(path):
        if offer not in found.setdefault(offer.name, []):
            found[offer.name].append(offer)
    return found


def _offered_below(path: Sequence[str]) -> Iterator[Offer]:
    """What the distributions on a search path offer; of two of the same name the first counts, as it does for imports.

    `importlib.metadata` gives the same, and takes 10 ms to be imported and as long to read what it does not need. It is
    asked where distributions may be anything but folders beside their packages.
    """
    if any(map(os.path.isfile, path)) or any(
        hasattr(each, "find_distributions") and each is not PathFinder for each in sys.meta_path
    ):
        yield from _offered_by_metadata()
        return
    before: list[frozenset[str]] = []
    for folder in path:
        distributions, offered = _offered_in(folder)
        for distribution, offer in offered:
            if not any(distribution in each for each in before):
                yield offer
        before.append(distributions)


@functools.lru_cache(maxsize=64)
def _offered_in(folder: str) -> tuple[frozenset[str], tuple[tuple[str, Offer], ...]]:
    """The distributions in a folder of a search path, and what they offer."""
    try:
        names = os.listdir(folder or ".")  # noqa: PTH208 - hundreds of names, as text
    except OSError:
        return frozenset(), ()
    distributions: set[str] = set()
    offered = []
    for name in names:
        if name.endswith((".dist-info", ".egg-info")):
            distribution = _SEPARATORS.sub("_", name.rpartition(".")[0].partition("-")[0]).lower()
            if distribution not in distributions:
                distributions.add(distribution)
                found = _offered_by(os.path.join(folder, name))  # noqa: PTH118 - see above
                offered += [(distribution, offer) for offer in found]
    return frozenset(distributions), tuple(offered)


def _offered_by_metadata() -> Iterator[Offer]:
    from importlib import metadata  # noqa: PLC0415 - slow to import, seldom needed

    for point in metadata.entry_points(group=GROUP):
        yield Offer(
            name=point.name,
            package=point.module,
            distribution=point.dist.name if point.dist else "",
            version=point.dist.version if point.dist else "",
        )


def _offered_by(folder: str) -> Iterator[Offer]:
    """What the distribution offers whose metadata are in a folder."""
    try:
        with open(f"{folder}/entry_points.txt", "rb", buffering=0) as file:  # noqa: PTH123 - hundreds are looked for
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return
    if f"[{GROUP}]" not in text:
        return
    said = _head(Path(folder, "METADATA")) or _head(Path(folder, "PKG-INFO"))
    rows = text.partition(f"[{GROUP}]")[2].partition("\n[")[0]
    for row in rows.splitlines():
        name, mark, target = row.partition("=")
        if mark and not row.lstrip().startswith(("#", ";")):
            package = target.partition(":")[0].partition("[")[0].strip()
            yield Offer(
                name=name.strip(), package=package, distribution=said.get("Name", ""), version=said.get("Version", "")
            )


def _head(file: Path) -> dict[str, str]:
    """The fields at the head of a file of metadata."""
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").partition("\n\n")[0].splitlines()
    except OSError:
        return {}
    return {name: value.strip() for name, mark, value in (line.partition(":") for line in lines) if mark}


def distribution_of(profile: str) -> str:
    """The name of the distribution that offers a profile; empty where none does."""
    return next((offer.distribution for offer in offers().get(profile, ())), "")


def only(offered: Sequence[Offer]) -> Offer:
    """The one offer of a name. Raises ProfileError where there are several: which is meant cannot be told."""
    if len(offered) > 1:
        packages = " and ".join(sorted(str(each) for each in offered))
        raise ProfileError(f"profile {offered[0].name!r} is installed twice, by {packages}: uninstall one of them")
    return offered[0]
