"""Paths as a person sees them: from the folder that the person stands in."""

from __future__ import annotations

import os

__all__ = ["shown_path"]


def shown_path(path: str, folder: str = os.curdir) -> str:
    """A path as it is seen from a folder, by default the working directory: relative where that is short.

    Text behind the path, such as a line, stays.
    """
    if not path.startswith("/"):
        return path
    relative = os.path.relpath(path, folder)
    return path if relative.startswith("../../..") else relative
