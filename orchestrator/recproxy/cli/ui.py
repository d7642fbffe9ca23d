"""`recproxy ui`: recordings in a browser."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from recproxy.cli.verb import Verb
from recproxy.errors import ConfigurationError

__all__ = ["ui"]

_PACKAGES = ("jinja2", "starlette", "uvicorn")


@click.command(cls=Verb, example="recproxy ui", page="look-at-recordings")
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="PORT", help="The port. Default: a free one.")
@click.option("--open/--no-open", "opens", default=True, help="Open it in your browser.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
def ui(port: int, opens: bool, paths: tuple[Path, ...]) -> None:
    """Show recordings in a browser: the project's, or those at PATH.

    Serves on loopback, to whoever has the URL that it prints, until Ctrl-C. Needs `pip install 'recproxy[ui]'`.
    """
    from importlib.util import find_spec

    from recproxy.config.project import find_project
    from recproxy.control.shown_paths import shown_path

    if missing := [name for name in _PACKAGES if find_spec(name) is None]:
        raise ConfigurationError(f"recproxy ui needs {', '.join(missing)}: pip install 'recproxy[ui]'")
    from recproxy.control.viewers import ViewerMeeting
    from recproxy.ui.live_runs import LiveRuns
    from recproxy.ui.project_files import ProjectFiles
    from recproxy.ui.server import serve_viewer
    from recproxy.ui.user_editor import find_editor
    from recproxy.ui.viewer import Viewer

    project = find_project(Path.cwd())
    roots = list(paths) or [project.recordings_there()]
    for root in roots:
        if not root.exists():
            raise ConfigurationError(f"{shown_path(str(root))}: no such file or folder")
    files = ProjectFiles(project, roots, Path.cwd())

    def say(url: str) -> None:
        print(url, flush=True)
        print("recproxy: open this URL in a browser on this machine; Ctrl-C ends", file=sys.stderr)

    with ViewerMeeting(project.root, os.environ) as meeting:
        runs = LiveRuns(meeting, files, os.environ)
        serve_viewer(Viewer(project, files, runs, find_editor(os.environ)), port=port, opens=opens, say=say)
