"""`recproxy profiles show`: the effective profile, and where each value comes from."""

from __future__ import annotations

from pathlib import Path

import click

from recproxy.cli.verb import Verb

__all__ = ["profiles_show"]


@click.command("show", cls=Verb, example="recproxy profiles show twitter", page="share-a-profile")
@click.option("--json", "json_wanted", is_flag=True, help="Print one JSON list to stdout.")
@click.argument("name")
def profiles_show(json_wanted: bool, name: str) -> None:
    """Print the effective profile NAME as TOML, each value with its source. NAME can be a path with a / in it."""
    from recproxy.cli.configuration import as_json, as_toml
    from recproxy.config.project import find_project

    found = find_project(Path.cwd()).profile(name).settings
    print(as_json(found) if json_wanted else as_toml(found), end="\n" if json_wanted else "")
