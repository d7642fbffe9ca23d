"""`recproxy profiles show`: the effective profile with the source of each value, and the recordings of its package."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recproxy.cli.verb import Verb

if TYPE_CHECKING:
    from recproxy.config.profile import Profile

__all__ = ["profiles_show"]


@click.command("show", cls=Verb, example="recproxy profiles show twitter --recordings", page="share-a-profile")
@click.option("--json", "json_wanted", is_flag=True, help="Print one JSON list to stdout.")
@click.option("--recordings", "recordings_wanted", is_flag=True, help="Print what its package has recordings of.")
@click.argument("name")
def profiles_show(json_wanted: bool, recordings_wanted: bool, name: str) -> None:
    """Print the effective profile NAME as TOML, each value with its source. NAME can be a path with a / in it."""
    from recproxy.cli.configuration import as_json, as_toml
    from recproxy.config.project import find_project

    profile = find_project(Path.cwd()).profile(name)
    if recordings_wanted:
        _print_recordings(profile, json_wanted=json_wanted)
        return
    found = profile.settings
    print(as_json(found) if json_wanted else as_toml(found), end="\n" if json_wanted else "")


def _print_recordings(profile: Profile, *, json_wanted: bool) -> None:
    from recproxy.recording.printable import printable

    found = list(_recordings(profile))
    if json_wanted:
        print(json.dumps(found, indent=2, ensure_ascii=False))
        return
    if not found:
        print(f"the package of {profile.name} has no recordings")
    for each in found:
        print(printable(f"{each['recording']}  {each['about']}".rstrip()))
        for answer in each["interactions"]:
            print(printable(f"    {answer['method']} {answer['url']}  {answer['status'] or ''}".rstrip()))


def _recordings(profile: Profile) -> Iterator[dict[str, Any]]:
    """Each recording of the package: its name, its first comment, and the requests that it answers."""
    from recproxy.play.reading import read_recording

    folder = Path(profile.recordings) if profile.recordings else None
    for path in sorted(folder.rglob("*.rec")) if folder is not None else ():
        recording = read_recording(str(path))
        yield {
            "recording": path.relative_to(folder or path).as_posix(),
            "about": " ".join(recording.comments).partition(". ")[0].strip().removesuffix("."),
            "interactions": [
                {"method": each.request.method, "url": each.request.url, "status": each.response.status or None}
                for each in recording.interactions
            ],
        }
