"""From the layers of a profile to the profile: what is to be checked beyond single keys, and which files are meant."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from recproxy.config.layers import ConfigLayer, Precedence, Setting, build, nested, settings
from recproxy.config.profile import Profile
from recproxy.config.profile_words import PROFILE_NAME
from recproxy.config.toml_files import TomlFile
from recproxy.errors import ProfileError

__all__ = ["layered_profile", "parse_profile", "profile_file", "profile_folder", "profile_settings"]


def parse_profile(
    file: TomlFile,
    *,
    keys: tuple[str, ...] = (),
    name: str | None = None,
    recordings: str | None = None,
    partial: bool = False,
) -> Profile:
    """Read a profile from one table.

    Args:
        file: the file it is in.
        keys: where in that file the table is.
        name: the name it must have; None where the table says it itself.
        recordings: the folder of the package's own recordings, if there is one.
        partial: it overrides an installed profile: nothing is required.

    Raises:
        ProfileError: an unknown key, a wrong type, a missing or bad value; it is for a newer recproxy.
    """
    layer = ConfigLayer(precedence=Precedence.PACKAGE, file=file, keys=keys)
    return layered_profile([layer], name=name, recordings=recordings, partial=partial)


def layered_profile(
    layers: Sequence[ConfigLayer],
    *,
    name: str | None = None,
    recordings: str | None = None,
    folders: tuple[str, ...] = (),
    partial: bool = False,
) -> Profile:
    """The profile of these layers, from the lowest to the highest; `folders` are where hooks of the highest may be.

    Raises:
        ProfileError: as `parse_profile`.
    """
    found = profile_settings(layers, name, partial=partial)
    profile = build(Profile, nested(found))
    places = {each.key: each.place for each in found}
    for number, endpoint in enumerate(profile.endpoints):
        if endpoint.base_url and all("*" in host for host in endpoint.hosts):
            raise layers[-1].file.error(
                f"{places['endpoints', number, 'base_url']}: base_url {endpoint.base_url!r} has only hosts with *, but "
                "requests to it are recorded under the first host without *: list one"
            )
    upstream, ca_place = profile.upstream, places["upstream", "ca"]
    if upstream.ca:  # relative to the file that names it, wherever the run is started
        folder = Path(ca_place.rpartition(":")[0]).absolute().parent
        upstream = replace(upstream, ca=str(folder / upstream.ca), ca_place=ca_place)
    hooks = [each for each in found if each.key[0] == "hooks" and each.value]
    ours = any(each.precedence is layers[-1].precedence for each in hooks)
    return replace(
        profile,
        upstream=upstream,
        hooks=replace(
            profile.hooks,
            places={str(each.key[1]): each.place for each in hooks},
            folders=folders if ours else (),
        ),
        recordings=recordings,
        origin=layers[0].file.path,
        file=layers[0].file.path,
        keys=layers[0].keys,
    )


def profile_settings(layers: Sequence[ConfigLayer], name: str | None, *, partial: bool = False) -> list[Setting]:
    """The settings of a profile, in which `name` is the one it must have, if there is one. Raises as `parse_profile`."""
    optional: Collection[str] = ("schema", "name", "endpoints") if partial else ("schema", "name") if name else ()
    found = list(settings(Profile, layers, optional=optional))
    if name is None:
        return found
    position, given = next((number, each) for number, each in enumerate(found) if each.key == ("name",))
    if given.value not in ("", name):
        raise layers[-1].file.error(
            f"{given.place}: name is {given.value!r} where {name!r} was expected: they must agree"
        )
    try:
        found[position] = replace(given, value=PROFILE_NAME.normal(name))
    except ValueError as problem:
        raise layers[-1].fail((), f"name {problem}") from None
    return found


def profile_file(path: Path) -> Path:
    """The profile.toml that a path means: itself, or the one in its folder or in a package one level below.

    Raises:
        ProfileError: a folder that holds none, or more than one package with one.
    """
    if not path.is_dir():
        return path
    file = path / "profile.toml"
    if file.is_file():
        return file
    below = sorted((*path.glob("*/profile.toml"), *path.glob("src/*/profile.toml")))
    if len(below) == 1:
        return below[0]
    if not below:
        raise ProfileError(f"{path}: neither it nor a package in it holds a profile.toml: name the folder that does")
    raise ProfileError(f"{path}: {len(below)} packages in it hold a profile.toml: name one of {_listed(below)}")


def _listed(files: list[Path]) -> str:
    return ", ".join(str(file.parent) for file in files)


def profile_folder(path: Path) -> str | None:
    """The recordings beside a profile.toml, if there are any."""
    folder = path.parent / "recordings"
    return str(folder) if folder.is_dir() else None
