"""`recproxy profiles check`: what is wrong with a profile, its recordings included."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import click

from recproxy.cli.verb import Verb, is_quiet

if TYPE_CHECKING:
    from recproxy.config.profile import Profile

__all__ = ["profiles_check"]

#: Path, line, kind, message.
_Row: TypeAlias = tuple[str, int, str, str]


@click.command("check", cls=Verb, example="recproxy profiles check profiles/shop", page="share-a-profile")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list to stdout.")
@click.argument("path", type=click.Path(path_type=Path))
def profiles_check(as_json: bool, path: Path) -> None:
    """Check the profile at PATH and its recordings.

    PATH is a profile.toml, its folder, or that of its distribution, or the name of an installed profile.

    Reports overlapping hosts, rules that never apply, missing hooks, secrets in placeholders and recordings, and
    recordings that cannot be parsed. Runs none of the profile's code. Exit code 1 if there is a problem, 2 if the
    profile cannot be read.
    """
    from recproxy.cli.profiles.hook_files import missing_hooks
    from recproxy.config.profile_reading import parse_profile, profile_file, profile_folder
    from recproxy.config.toml_files import read_toml
    from recproxy.errors import ProfileError
    from recproxy.play.file_problems import problems_of
    from recproxy.play.profile_checking import check_profile
    from recproxy.recording.counting import counted

    file = profile_file(path) if path.exists() else _installed(os.fspath(path))
    source = read_toml(file, ProfileError)
    folder = profile_folder(file)
    profile = parse_profile(source, recordings=folder)
    rows: list[_Row] = [(str(file), each.line, each.kind, each.message) for each in check_profile(profile, source)]
    for number, message in _clashes(profile, file):
        line = int(source.place(("endpoints", number, "hosts")).rpartition(":")[2])
        rows.append((str(file), line, "overlap", message))
    rows += ((*_place(place), "hook", message) for place, message in missing_hooks(profile.hooks, file))
    recordings = sorted(Path(folder).rglob("*.rec")) if folder else []
    for recording in recordings:
        # A starter recording may well answer any body; and how old it is, each project decides.
        found = problems_of(recording, profile)
        rows += ((str(recording), *problem) for problem in found if problem[1] not in ("swallows", "age"))
    if as_json:
        print(json.dumps([dict(zip(("path", "line", "kind", "message"), row, strict=True)) for row in rows]))
    else:
        for where, line, kind, message in rows:
            print(f"{where}:{line}: {kind}: {message}")
        count = counted(len(recordings), "recording")
        if rows or not is_quiet():
            print(f"recproxy: profile {profile.name!r} and {count}, {counted(len(rows), 'problem')}", file=sys.stderr)
    sys.exit(1 if rows else 0)


def _installed(name: str) -> Path:
    """The file of the installed profile of that name."""
    from recproxy.config.installed import offers, only
    from recproxy.config.keys import nearest_word
    from recproxy.control.shown_paths import shown_path
    from recproxy.errors import ProfileError

    if offered := offers().get(name):
        return only(offered).file()
    raise ProfileError(
        f"{shown_path(name)}: no such file or folder, and no installed profile of that name"
        f"{nearest_word(name, tuple(offers()))}: recproxy profiles lists them"
    )


def _place(place: str) -> tuple[str, int]:
    path, _, line = place.rpartition(":")
    return path, int(line)


def _clashes(profile: Profile, file: Path) -> Iterator[tuple[int, str]]:
    """Hosts that an installed profile owns, too, by the number of their endpoint: a run cannot use both."""
    from recproxy.config.installed import offers
    from recproxy.config.overlap import equal_hosts
    from recproxy.config.profile_reading import parse_profile
    from recproxy.config.toml_files import read_toml
    from recproxy.errors import ProfileError

    for offered in offers().values():
        for offer in offered:
            try:
                other_file = offer.file()
                other = parse_profile(read_toml(other_file, ProfileError))
            except ProfileError:
                continue  # `recproxy profiles` tells of it
            if other_file.resolve() == file.resolve() or other.name == profile.name:
                continue
            for host, _, _ in equal_hosts([other, profile]):
                number = next(each for each, endpoint in enumerate(profile.endpoints) if host in endpoint.hosts)
                yield (
                    number,
                    f"host {host!r} also belongs to profile {other.name!r}, from {offer}: a run cannot use both",
                )
