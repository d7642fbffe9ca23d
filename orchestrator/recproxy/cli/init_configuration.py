"""Where `recproxy init` writes the configuration: into a new file, or behind what a file has.

Every byte that is there stays. Knows the project and its chosen profiles; nothing of runners and tests.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from recproxy.cli.starter import ChosenProfile, Starter
    from recproxy.config.project import Project
    from recproxy.config.toml_files import TomlFile

__all__ = ["check_folder", "configure", "read_text", "replace_text", "with_table"]


def check_folder(folder: Path, project: Project) -> None:
    """Raises ConfigurationError in a folder below the project's: its tests and its recordings would not meet."""
    from recproxy.errors import ConfigurationError

    if project.source is not None and project.root.resolve() != folder.resolve():
        raise ConfigurationError(
            f"this folder belongs to the project of {project.source.path}: run recproxy init there, or make an empty "
            "recproxy.toml here for a project of its own"
        )


def configure(folder: Path, project: Project, starter: Starter) -> Iterator[str]:
    """Write what is not there yet; a line for what was done.

    Raises:
        ConfigurationError: a file can get no table, or has the name or the host of a new profile; or two have one name.
        ProfileError: two of the chosen profiles cannot be in one run.
    """
    from recproxy.errors import ConfigurationError
    from recproxy.play.file_replacement import create_file

    _check_chosen(starter)
    if project.source is not None:
        yield from _extend(folder, project, project.source, starter)
        return
    path = folder / "pyproject.toml"
    if not path.exists():
        if not create_file(folder / "recproxy.toml", starter.configuration().encode(), root=folder):
            raise ConfigurationError("recproxy.toml is a folder or a link that leads to no file: move it away")
        yield "made recproxy.toml"
        return
    try:
        after = with_table(read_text(path), starter.configuration("tool", "recproxy"))
    except tomllib.TOMLDecodeError as problem:
        raise ConfigurationError(f"pyproject.toml cannot get a table [tool.recproxy]: {problem}") from None
    yield from replace_text(path, after, folder, "added [tool.recproxy] to pyproject.toml")


def _check_chosen(starter: Starter) -> None:
    """Refuse profiles of one name, of which one would be lost, and those that a run of them all would refuse."""
    from recproxy.config.overlap import check_overlap
    from recproxy.errors import ConfigurationError

    names = starter.names
    for name in names:
        if names.count(name) > 1:
            raise ConfigurationError(f"two of the chosen profiles are named {name!r}: choose another name for one")
    check_overlap([each.profile for each in starter.chosen])


def _extend(folder: Path, project: Project, source: TomlFile, starter: Starter) -> Iterator[str]:
    """Add the tables of new profiles to the configuration that is there."""
    import tomlkit

    from recproxy.control.shown_paths import shown_path
    from recproxy.errors import ConfigurationError

    shown = shown_path(source.path)
    new = [each for each in starter.chosen if each.host and not _is_there(each, project, source)]
    if not new:
        yield f"kept the configuration in {shown}"
        return
    first, names = new[0], [each.profile.name for each in new]
    if "profiles" in source.values and not isinstance(source.at(("profiles",)), dict):
        raise source.fail(
            ("profiles",),
            f"profiles is a list, and TOML allows no table beside it: run recproxy profiles new {names[0]} "
            f"--host {first.host}, and add its path to the list",
        )
    own = tomllib.loads(starter.configuration())["profiles"]
    values = {"profiles": {name: own[name] for name in names}}
    for table in reversed(source.keys):
        values = {table: values}
    path = project.root / source.path
    try:
        after = with_table(read_text(path), tomlkit.dumps(values))
    except tomllib.TOMLDecodeError as problem:
        table = source.named(("profiles", names[0]))
        raise ConfigurationError(f"{shown} cannot get a table [{table}]: {problem}") from None
    yield from replace_text(path, after, folder, f"added {' and '.join(names)} to {shown}")
    unlisted = [name for name in names if name not in project.run]
    if project.run and unlisted:
        key, those = source.named(("run",)), "it" if len(unlisted) == 1 else "them"
        yield f"note: add {' and '.join(unlisted)} to `{key}` if plain `recproxy run` should use {those}, too"


def _is_there(chosen: ChosenProfile, project: Project, source: TomlFile) -> bool:
    """Whether the project has this profile. Raises ConfigurationError where it has its name or its host alone."""
    from recproxy.config.installed import offers
    from recproxy.http import fits

    name, host = chosen.profile.name, chosen.profile.hosts[0]
    for other, table in project.inline.items():
        # A table without endpoints changes an installed profile; one that changes nothing matters only if it is meant.
        known = other == name or "endpoints" in table or other in offers()
        hosts = project.profile(other).hosts if known else ()
        if other == name and not any(fits(pattern, host) for pattern in hosts):
            raise source.fail(
                ("profiles", name), f"profile {name!r} is here already, without {chosen.host}: choose another name"
            )
        # Not by pattern: a profile may have a host of its own that another one's `*.` covers.
        if other != name and host in hosts:
            raise source.fail(
                ("profiles", other),
                f"profile {other!r} handles {chosen.host} already: {_instead(chosen, project, other)}",
            )
    return name in project.inline


def _instead(chosen: ChosenProfile, project: Project, other: str) -> str:
    """What to do where another profile has the host: on this machine it may be another service that is meant."""
    from recproxy.control.host_names import is_loopback

    name, address = chosen.profile.name, chosen.upstream
    if not (is_loopback(chosen.host) and address) or address == project.profile(other).upstream.address:
        return f"pass --profile {other}"
    return (
        f"pass --profile {other}, or for another service on this machine --profile {name}=HOST with a made-up host, "
        f"and write {address} as upstream.address of {name}"
    )


def with_table(before: str, block: str) -> str:
    """The text of a TOML file with a table at its end, in its ends of lines; raises TOMLDecodeError."""
    end = "\r\n" if "\r\n" in before else "\n"
    gap = "" if not before else end if before.endswith("\n") else end * 2
    after = before + gap + block.replace("\n", end)
    tomllib.loads(after)
    return after


def read_text(path: Path) -> str:
    """The text of a file with its ends of lines, whatever bytes it has."""
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        return file.read()


def replace_text(path: Path, text: str, folder: Path, done: str) -> Iterator[str]:
    """Give a file of the folder another text, and say what was done."""
    from recproxy.play.file_replacement import replace_file

    replace_file(path, text.encode("utf-8", "surrogateescape"), root=folder)
    yield done
