"""`recproxy push`: recordings into the store of the project."""

from __future__ import annotations

import click

from recproxy.cli.verb import Verb

__all__ = ["push"]


@click.command(cls=Verb, example="recproxy push && git add recproxy.lock", page="stores")
@click.option("--again", is_flag=True, help="Read what is in the store, and push what is missing or was changed there.")
@click.option("--prune", is_flag=True, help="Take recordings that are not here out of recproxy.lock.")
def push(again: bool, prune: bool) -> None:
    """Bring new and changed recordings into the store, and their names into recproxy.lock.

    Nothing in the store is overwritten or deleted. Exit codes: 0, 1 if recordings of the lock are not here, 2 if one
    could not be pushed.
    """
    from functools import partial

    from recproxy.cli.progress import show_progress
    from recproxy.cli.stored_recordings import finish, stored_project
    from recproxy.stores.store import opened_store
    from recproxy.stores.transfers import push_recordings

    project = stored_project()
    result = push_recordings(
        lambda: opened_store(project.store),
        project.root,
        project.recordings,
        again=again,
        prune=prune,
        progress=partial(show_progress, doing="pushing"),
    )
    finish(result, "pushed", kept="is in recproxy.lock and not here: pull it, or drop it with --prune")
