"""From the layers of a profile to the profile: what is to be checked beyond single keys, and which files are meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from recproxy.config.grpc_table import GrpcTable
from recproxy.config.layers import Setting, build, nested, settings
from recproxy.config.mail_endpoints import mail_fault, upstream_address_fault
from recproxy.config.profile import Profile, Upstream
from recproxy.config.profile_words import SCHEMA
from recproxy.config.toml_files import Precedence, TomlFile, read_toml
from recproxy.config.webhook_table import webhook_fault
from recproxy.control.shown_paths import shown_path
from recproxy.errors import ProfileError

__all__ = ["parse_profile", "profile_file", "profile_folder", "profile_names"]


def parse_profile(
    *layers: TomlFile,
    name: str | None = None,
    recordings: str | None = None,
    folders: tuple[str, ...] = (),
    project: type | None = None,
) -> Profile:
    """The profile that tables make.

    Args:
        layers: from the lowest to the highest.
        name: the name it must have; None where a table says it itself.
        recordings: the folder of the package's own recordings, if there is one.
        folders: where hooks of the highest layer may be.
        project: the dataclass of a project's keys, for one that stands in a profile.

    Raises:
        ProfileError: an unknown key, a wrong type, a missing or bad value; it is for a newer recproxy.
    """
    base, top = layers[0], layers[-1]
    if name is not None:  # said by whoever names the profile, so that no table has to
        known = replace(top, values={"schema": SCHEMA, "name": name}, precedence=Precedence.DEFAULT)
        layers = (known, *layers)
    found = tuple(settings(Profile, layers, within=(Profile, project) if project else ()))
    profile = build(Profile, nested(found))
    said = {each.key: each for each in found}
    if name not in (None, profile.name):
        raise top.error(
            f"{shown_path(said['name',].place)}: name is {profile.name!r} where {name!r} was expected: they must agree"
        )
    _check_endpoints(profile, said, top)
    _check_webhooks(profile, said, top)
    hooks = [each for each in found if each.key[0] == "hooks" and each.value]
    ours = any(each.precedence is top.precedence for each in hooks)
    named = {str(each.key[1]): each.place for each in hooks}
    return replace(
        profile,
        upstream=_upstream(profile, said, layers),
        grpc=_grpc(profile, said),
        hooks=replace(profile.hooks, places=named, folders=folders if ours else ()),
        settings=found,
        recordings=recordings,
        origin=base.path,
        file=base.path,
        keys=base.keys,
        tables=base.tables,
    )


def _check_endpoints(profile: Profile, said: Mapping[tuple[str | int, ...], Setting], top: TomlFile) -> None:
    """Refuse an endpoint that could not be asked, or not be recorded."""
    for number, endpoint in enumerate(profile.endpoints):
        if fault := mail_fault(endpoint):
            raise top.error(f"{said['endpoints', number, fault[0]].place}: {fault[1]}")
        if endpoint.base_url and all("*" in host for host in endpoint.hosts):
            raise top.error(
                f"{shown_path(said['endpoints', number, 'base_url'].place)}: base_url {endpoint.base_url!r} has only hosts with *, but "
                "requests to it are recorded under the first host without *: list one"
            )


def _check_webhooks(profile: Profile, said: Mapping[tuple[str | int, ...], Setting], top: TomlFile) -> None:
    """Refuse a webhook that could not be sent, or two of one name."""
    names: set[str] = set()
    for number, table in enumerate(profile.webhooks):
        fault = webhook_fault(table, profile.placeholders, profile.hooks.sign)
        if fault is None and table.name in names:
            fault = "name", f"two webhooks are named {table.name!r}: give each its own"
        if fault is not None:
            raise top.error(f"{shown_path(said['webhooks', number, fault[0]].place)}: {fault[1]}")
        names.add(table.name)


def _upstream(profile: Profile, said: Mapping[tuple[str | int, ...], Setting], layers: Sequence[TomlFile]) -> Upstream:
    """Where a profile's requests go, with its file of CAs relative to the file that names it, wherever a run is started."""
    upstream, where = profile.upstream, ("upstream", "address")
    if upstream.address:
        layer = next(each for each in reversed(layers) if each.at(where) is not None)
        if problem := upstream_address_fault(profile, layer.keys):
            raise layer.fail(where, problem)
    if not upstream.ca:
        return upstream
    ca_place = said["upstream", "ca"].place
    return replace(upstream, ca=_beside(ca_place, upstream.ca), ca_place=ca_place)


def _grpc(profile: Profile, said: Mapping[tuple[str | int, ...], Setting]) -> GrpcTable:
    """How its calls are read, with its file of descriptors relative to the file that names it."""
    if not profile.grpc.descriptors:
        return profile.grpc
    return replace(profile.grpc, place=_beside(said["grpc", "descriptors"].place, profile.grpc.descriptors))


def _beside(place: str, name: str) -> str:
    """A path that is relative to the file of a place, wherever a run is started."""
    return str(Path(place.rpartition(":")[0]).absolute().parent / name)


def profile_file(path: Path) -> Path:
    """The profile.toml that a path means: itself, or the one in its folder or in a package one level below.

    Raises:
        ProfileError: it is not there, or a folder that holds none, or more than one package with one.
    """
    if not path.exists():
        raise ProfileError(
            f"{shown_path(str(path))}: cannot be read: No such file or directory; the path of a profile is that of its "
            "profile.toml, or of the folder that holds it"
        )
    if not path.is_dir():
        return path
    if (path / "profile.toml").is_file():
        return path / "profile.toml"
    below = sorted((*path.glob("*/profile.toml"), *path.glob("src/*/profile.toml")))
    if not below:
        raise ProfileError(f"{path}: neither it nor a package in it holds a profile.toml: name the folder that does")
    if len(below) > 1:
        listed = ", ".join(str(file.parent) for file in below)
        raise ProfileError(f"{path}: {len(below)} packages in it hold a profile.toml: name one of {listed}")
    return below[0]


@lru_cache(maxsize=16)
def profile_names(files: tuple[Path, ...]) -> list[Any]:
    """The names in files of profiles; None where one has none. They are asked for each recording of a project.

    Raises:
        ProfileError: a file cannot be read.
    """
    return [read_toml(file, ProfileError).at(("name",)) for file in files]


def profile_folder(path: Path) -> str | None:
    """The recordings beside a profile.toml, if there are any."""
    folder = path.parent / "recordings"
    return str(folder) if folder.is_dir() else None
