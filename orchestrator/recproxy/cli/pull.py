"""`recproxy pull`: recordings from the store of the project."""

from __future__ import annotations

import click

from recproxy.cli.verb import Verb

__all__ = ["pull"]


@click.command(cls=Verb, example="recproxy pull", page="stores")
@click.option("--replace", is_flag=True, help="Also replace recordings that were changed here.")
def pull(replace: bool) -> None:
    """Bring the recordings that recproxy.lock names from the store into the folder of the recordings.

    A recording that you have not changed since you last pulled or pushed it is replaced if the lock has another version,
    and removed if the lock no longer has it. Exit codes: 0, 1 if a recording that was changed here was left, 2 if one
    could not be pulled.
    """
    from functools import partial

    from recproxy.cli.progress import show_progress
    from recproxy.cli.stored_recordings import finish, stored_project
    from recproxy.stores.pulling import pull_recordings
    from recproxy.stores.store import opened_store

    project = stored_project()
    result = pull_recordings(
        lambda: opened_store(project.store),
        project.root,
        project.recordings,
        replace=replace,
        progress=partial(show_progress, doing="pulling"),
    )
    finish(result, "pulled")
