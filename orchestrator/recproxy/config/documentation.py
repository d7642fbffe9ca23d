"""Where the documentation of this recproxy is."""

from __future__ import annotations

from pathlib import Path

from recproxy.errors import ConfigurationError

__all__ = ["documentation_folder"]


def documentation_folder() -> Path:
    """The pages: of the checkout that this runs from, or as they are installed.

    Raises:
        ConfigurationError: there are none.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package.parents[1] / "docs", package.parent / "recproxy_docs"):
        if (folder / "README.md").is_file():
            return folder
    raise ConfigurationError("the documentation is not installed with this recproxy")
