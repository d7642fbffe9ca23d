"""`recproxy profiles`: name, version, hosts and where each comes from."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recproxy.config.installed import Offer
    from recproxy.config.project import Project

__all__ = ["list_profiles"]

_HOSTS = 3  # that a row of the table has room for


def list_profiles(*, as_json: bool) -> None:
    """Print the profiles of this environment and project; one that is wrong has its line, and the exit code 2."""
    from recproxy.config.installed import offers
    from recproxy.config.project import find_project, is_profile_path

    project = find_project(Path.cwd())
    offered = offers()
    of_paths = [_row(project, word, None) for word in project.profiles if is_profile_path(word)]
    wrong = {row["name"] for row in of_paths if row["problem"]}
    # A path that cannot be read would be the problem of every other profile, too.
    project = replace(project, profiles=tuple(word for word in project.profiles if word not in wrong))
    rows = [_row(project, name, each) for name, found in sorted(offered.items()) for each in sorted(found, key=str)]
    rows += [_row(project, name, None) for name in sorted(set(project.inline) - set(offered))]
    rows += of_paths
    problems = dict.fromkeys(row["problem"] for row in rows if row["problem"])
    if as_json:
        print(json.dumps(rows))
    else:
        _print(rows)
        for problem in problems:
            print(f"recproxy: {problem}", file=sys.stderr)
        if not rows:
            print("recproxy: no profile is installed or defined in the project", file=sys.stderr)
    sys.exit(2 if problems else 0)


def _row(project: Project, name: str, offer: Offer | None) -> dict[str, Any]:
    from recproxy.errors import ProfileError

    row: dict[str, Any] = {
        "name": name,
        "version": offer.version if offer else "",
        "distribution": offer.distribution if offer else "",
        "hosts": [],
        "path": project.source.path if project.source else "",
        "overridden": offer is not None and name in project.inline,
        "problem": "",
    }
    try:
        if offer is not None:
            row["path"] = str(offer.file())
        profile = project.profile(name)
        row["name"] = profile.name
        row["path"] = row["path"] if name == profile.name else profile.origin
        row["hosts"] = list(profile.hosts)
    except ProfileError as problem:
        row["problem"] = problem.message
    return row


def _print(rows: list[dict[str, Any]]) -> None:
    from recproxy.control.shown_paths import shown_path

    cells = [("name", "version", "hosts", "from")] if rows else []
    for row in rows:
        path = shown_path(row["path"])
        where = f"{row['distribution']}: {path}" if row["distribution"] else path
        where += ", overridden by the project" if row["overridden"] else ""
        hosts = _short(row["hosts"]) or "(wrong)"
        cells.append((row["name"], row["version"] or "-", hosts, where))
    widths = [max(len(row[column]) for row in cells) for column in range(3)] if cells else []
    for name, version, hosts, where in cells:
        print(f"{name:<{widths[0]}}  {version:<{widths[1]}}  {hosts:<{widths[2]}}  {where}")


def _short(hosts: list[str]) -> str:
    """Some hosts in a column; the whole list is in the JSON."""
    text = ", ".join(hosts[:_HOSTS])
    return f"{text} and {len(hosts) - _HOSTS} more" if len(hosts) > _HOSTS else text
