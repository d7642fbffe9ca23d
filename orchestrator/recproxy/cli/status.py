"""`recproxy status`: the recordings here beside those of the store."""

from __future__ import annotations

import click

from recproxy.cli.verb import Verb

__all__ = ["status"]

_TOLD = {"conflicts": "conflict", "missing_in_store": "missing in store", "changed_in_store": "changed in store"}


@click.command(cls=Verb, example="recproxy status --store", page="stores")
@click.option("--store", "ask", is_flag=True, help="Also read each object of the store.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(ask: bool, as_json: bool) -> None:
    """Compare the recordings here with recproxy.lock, and with the store.

    An outdated recording was changed only in the lock since you last pulled or pushed it: pull it. A conflict was changed
    here and in the lock. A dropped recording is no longer in the lock. An odd one is a link, a folder or another file.

    Exit codes: 0 if all are the same, 1 if not.
    """
    import json
    import sys

    from recproxy.cli.stored_recordings import objects_in_store, stored_project
    from recproxy.control.shown_urls import shown_urls
    from recproxy.recording.counting import counted
    from recproxy.recording.printable import printable
    from recproxy.stores.folder import compared
    from recproxy.stores.lock import LOCK, read_lock

    project = stored_project()
    lock = read_lock(project.root / LOCK)
    state = compared(project.recordings, lock)
    kinds = ("missing", "changed", "new", "outdated", "dropped", "conflicts", "odd")
    lists: dict[str, tuple[str, ...]] = {kind: getattr(state, kind) for kind in kinds}
    if ask:
        lists |= objects_in_store(project.store, lock)
    if as_json:
        click.echo(json.dumps({"store": shown_urls(project.store), "same": len(state.same), **lists}, indent=2))
    else:
        for kind, names in lists.items():
            for name in names:
                click.echo(printable(f"{_TOLD.get(kind, kind)}: {name}"))
        click.echo(f"{counted(len(state.same), 'recording')} of {len(lock)} in {LOCK} the same here", err=True)
    sys.exit(1 if any(lists.values()) else 0)
