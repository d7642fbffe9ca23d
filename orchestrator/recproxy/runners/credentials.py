"""Credentials that a suite lacks, told before its environment is installed: installing takes long, and a run only then looks.

Profiles that are installed in the suite's own environment alone cannot be read yet: the run tells of theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["missing_credentials"]


def missing_credentials(folder: Path, asked: Mapping[str, Sequence[str]], environment: Mapping[str, str]) -> str:
    """A line with each profile whose credentials are not set; empty where none are missing.

    Args:
        folder: where the project is looked for upwards.
        asked: the profiles that ask their services, by mode.
        environment: where credentials are looked for.
    """
    if not any(asked.values()):
        return ""
    # Only here: the configuration is read where a real service is asked.
    from recproxy.config.project import find_project  # noqa: PLC0415
    from recproxy.control.modes import all_credentials_missing  # noqa: PLC0415
    from recproxy.errors import RecproxyError  # noqa: PLC0415

    lacking: list[tuple[str, str, Sequence[str]]] = []
    for mode, names in asked.items():
        for name in names:
            try:
                profile = find_project(folder).profile(name)
            except RecproxyError:
                continue
            lacking.append((name, mode, [each for each in profile.credentials if not environment.get(each)]))
    return all_credentials_missing(lacking)
