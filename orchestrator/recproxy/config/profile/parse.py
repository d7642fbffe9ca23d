"""From the TOML values of a profile to the profile.

The version of the format, and of recproxy, is looked at before anything else: a profile for a newer one may hold
anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

from recproxy.config.declared import Key, read
from recproxy.config.profile.keys import PROFILE, SCHEMA
from recproxy.config.profile.values import Endpoint, HookNames, Match, Profile, Redact, Upstream
from recproxy.config.tables import Source, Table
from recproxy.control.reserved_variables import is_reserved
from recproxy.errors import ProfileError

__all__ = ["parse_profile", "profile_file", "profile_folder"]


def parse_profile(
    values: Mapping[str, Any],
    source: Source,
    *,
    keys: tuple[str, ...] = (),
    name: str | None = None,
    recordings: str | None = None,
    folders: tuple[str, ...] = (),
    partial: bool = False,
) -> Profile:
    """Read a profile from its TOML values.

    Args:
        values: the table.
        source: the file it stands in, for errors.
        keys: where in that file the table stands.
        name: the name it must have; None where the table says it itself.
        recordings: the folder of the package's own recordings, if there is one.
        folders: the project's, where its hooks may be.
        partial: an override of an installed profile: nothing is required.

    Raises:
        ProfileError: an unknown key, a wrong type, a missing or bad value; it is for a newer recproxy.
    """
    table = Table(values, source, keys)
    _check_versions(table, required=name is None)
    found = read(PROFILE, table)
    found["name"] = _name(table, found["name"], name)
    for number, endpoint in enumerate(found["endpoints"]):
        _check_endpoint(endpoint, source, (*keys, "endpoints", number))
    if not found["endpoints"] and not partial:
        raise table.fail(None, f"profile {found['name']!r} has no endpoint: add [[endpoints]] with hosts")
    for variable in filter(is_reserved, found["placeholders"]):
        raise source.fail((*keys, "placeholders", variable), _taken(f"the placeholder {variable!r}"))
    upstream = dict(found["upstream"])
    if upstream["ca"]:  # it stands beside the file that names it, wherever the run is started
        upstream["ca"] = str(Path(source.path).absolute().parent / upstream["ca"])
        upstream["ca_place"] = source.place((*keys, "upstream", "ca"))
    hooks = {name: target for name, target in found["hooks"].items() if target}
    places = {name: source.place((*keys, "hooks", name)) for name in hooks}
    found["hooks"] = HookNames(**hooks, places=places, folders=folders if hooks else ())
    found["upstream"] = Upstream(**upstream)
    return replace(_profile(found, recordings, source.path), file=source.path, keys=keys)


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


def _check_versions(table: Table, *, required: bool) -> None:
    schema = table.number("schema", 0 if required else SCHEMA)
    if schema > SCHEMA:
        raise table.fail(
            "schema",
            f"schema is {schema:g}: the profile is for a newer recproxy; this is {_version()}, which reads "
            f"schema {SCHEMA}: upgrade recproxy",
        )
    if schema != SCHEMA:
        found = f"schema is {schema:g}" if "schema" in table else "schema is missing"
        raise table.fail("schema", f"{found}: write schema = {SCHEMA}, the only one this recproxy reads")
    wanted = table.string("requires_recproxy")
    if not wanted:
        return
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415 - only where a profile asks

    try:
        fits = SpecifierSet(wanted).contains(_version(), prereleases=True)
    except InvalidSpecifier:
        named = table.named("requires_recproxy")
        raise table.fail("requires_recproxy", f"{named} is {wanted!r}: give it versions, as >=0.1,<2") from None
    if not fits:
        raise table.fail(
            "requires_recproxy",
            f"the profile requires recproxy {wanted}, and this is {_version()}: install one that fits",
        )


def _version() -> str:
    return metadata.version("recproxy")


def _name(table: Table, given: str, wanted: str | None) -> str:
    declared = PROFILE.keys["name"]
    assert isinstance(declared, Key)
    if wanted is None:
        if not given:
            raise table.fail("name" if "name" in table else None, "name is missing: give it a string")
        return given
    if given not in ("", wanted):
        raise table.fail("name", f"name is {given!r} where {wanted!r} was expected: they must agree")
    if not re.fullmatch(declared.pattern, wanted):
        raise table.fail(None, declared.wrong.format(key="name", value=wanted))
    return wanted


def _check_endpoint(endpoint: Mapping[str, Any], source: Source, keys: tuple[str | int, ...]) -> None:
    hosts = endpoint["hosts"]
    if not hosts:
        raise source.fail((*keys, "hosts"), "an endpoint without hosts: list at least one")
    if endpoint["base_url"] and all("*" in host for host in hosts):
        raise source.fail(
            (*keys, "base_url"),
            f"base_url {endpoint['base_url']!r} has hosts with * only, and what comes over it is recorded under the "
            "first host: list one without *",
        )
    if is_reserved(endpoint["base_url"]):
        raise source.fail((*keys, "base_url"), _taken(f"endpoints.base_url {endpoint['base_url']!r}"))


def _taken(what: str) -> str:
    return f"{what} has a name that is taken: a run sets it itself, or programs live by it; choose one of the service's own"


def _profile(found: Mapping[str, Any], recordings: str | None, origin: str) -> Profile:
    match, ignore = dict(found["match"]), found["match"]["ignore"]
    del match["ignore"]
    return Profile(
        name=found["name"],
        summary=found["summary"],
        credentials=found["credentials"],
        endpoints=tuple(Endpoint(**endpoint) for endpoint in found["endpoints"]),
        placeholders=found["placeholders"],
        match=Match(**match, **{f"ignore_{part}": names for part, names in ignore.items()}),
        redact=Redact(**found["redact"]),
        pace=found["replay"]["pace"],
        upstream=found["upstream"],
        hooks=found["hooks"],
        recordings=recordings,
        origin=origin,
    )
