"""`recproxy profiles`: the list, and the verbs below it."""

from __future__ import annotations

import click

from recproxy.cli.profiles.check import profiles_check
from recproxy.cli.profiles.listing import list_profiles
from recproxy.cli.profiles.new import new
from recproxy.cli.profiles.show import profiles_show
from recproxy.cli.verb import Verbs

__all__ = ["profiles"]


@click.group(cls=Verbs, invoke_without_command=True, example="recproxy profiles show twitter", page="add-a-service")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list to stdout.")
@click.pass_context
def profiles(context: click.Context, as_json: bool) -> None:
    """List the service profiles that are installed or defined in the project."""
    if context.invoked_subcommand is None:
        list_profiles(as_json=as_json)


profiles.add_command(profiles_check)
profiles.add_command(new)
profiles.add_command(profiles_show)
