"""Profiles that installed packages offer, found by their entry points; no package is imported for it."""

from __future__ import annotations

import functools
import sys
import tomllib
from collections.abc import Mapping, Sequence
from importlib import util
from pathlib import Path

from recproxy.errors import ProfileError
from recproxy.recording.dataclass import dataclass

__all__ = ["GROUP", "Offer", "distribution_of", "offers", "only"]

#: The entry point group under which packages offer profiles.
GROUP = "recproxy.profiles"
_REQUIRES = "requires_recproxy"


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
            fits = SpecifierSet(wanted).contains(_own_version(), prereleases=True)
        except InvalidSpecifier:
            return ""
        return "" if fits else wanted

    def __str__(self) -> str:
        """The distribution and its version, as people name it."""
        return f"{self.distribution} {self.version}" if self.distribution else self.package


def _own_version() -> str:
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
def _offers(_path: tuple[str, ...]) -> Mapping[str, Sequence[Offer]]:
    from importlib import metadata  # noqa: PLC0415 - slow to import, and a proxy does not ask

    found: dict[str, list[Offer]] = {}
    for point in metadata.entry_points(group=GROUP):
        offer = Offer(
            name=point.name,
            package=point.module,
            distribution=point.dist.name if point.dist else "",
            version=point.dist.version if point.dist else "",
        )
        if offer not in found.setdefault(point.name, []):
            found[point.name].append(offer)
    return found


def distribution_of(profile: str) -> str:
    """The name of the distribution that offers a profile; empty where none does."""
    return next((offer.distribution for offer in offers().get(profile, ())), "")


def only(offered: Sequence[Offer]) -> Offer:
    """The one offer of a name. Raises ProfileError where there are several: which is meant cannot be told."""
    if len(offered) > 1:
        packages = " and ".join(sorted(str(each) for each in offered))
        raise ProfileError(f"profile {offered[0].name!r} is installed twice, by {packages}: uninstall one of them")
    return offered[0]
