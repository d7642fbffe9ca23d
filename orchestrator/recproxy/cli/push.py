"""`recproxy push`: recordings into the store of the project."""

from __future__ import annotations

import click

from recproxy.cli.verb import Verb

__all__ = ["push"]


@click.command(cls=Verb, example="recproxy push && git add recproxy.lock", page="stores")
@click.option("--again", is_flag=True, help="Read what is in the store, and push what is missing or was changed there.")
@click.option("--prune", is_flag=True, help="Take recordings that were deleted here out of recproxy.lock.")
@click.option(
    "--mine",
    multiple=True,
    metavar="NAME",
    help="Push this recording as it is here, although recproxy.lock has another. Can be repeated.",
)
@click.option(
    "--allow-secrets",
    multiple=True,
    metavar="NAME",
    help="Push this recording although it seems to hold secrets, or cannot be searched. Can be repeated.",
)
def push(again: bool, prune: bool, mine: tuple[str, ...], allow_secrets: tuple[str, ...]) -> None:
    """Bring new and changed recordings into the store, and their names into recproxy.lock.

    Overwrites and deletes nothing in the store. Leaves, and names, each recording in which `recproxy scan` finds secrets,
    or that somebody else has changed in the lock. Exit codes: 0, 1 if a recording of the lock is not here or outdated,
    2 if one could not be pushed.
    """
    from functools import partial

    from recproxy.cli.progress import show_progress
    from recproxy.cli.secret_search import refused_for_secrets
    from recproxy.cli.stored_recordings import finish, stored_project
    from recproxy.stores.pushing import push_recordings
    from recproxy.stores.store import opened_store

    project = stored_project()
    result = push_recordings(
        lambda: opened_store(project.store),
        project.root,
        project.recordings,
        again=again,
        prune=prune,
        mine=mine,
        search=partial(refused_for_secrets, project),
        allowed=allow_secrets,
        progress=partial(show_progress, doing="pushing"),
    )
    finish(result, "pushed")
