"""Where the pages are."""

from pathlib import Path

import pytest

from recproxy.config import documentation as module
from recproxy.config.documentation import documentation_folder
from recproxy.errors import ConfigurationError


def test_the_pages_are_those_of_the_checkout():
    assert documentation_folder() == Path(__file__).resolve().parents[2] / "docs"


def test_pages_that_are_installed_beside_the_package_are_found(tmp_path, monkeypatch):
    package = tmp_path / "site-packages/recproxy/config"
    package.mkdir(parents=True)
    monkeypatch.setattr(module, "__file__", str(package / "documentation.py"))

    with pytest.raises(ConfigurationError, match="not installed"):
        documentation_folder()
    pages = tmp_path / "site-packages/recproxy_docs"
    pages.mkdir()
    (pages / "README.md").write_text("# All\n")
    assert documentation_folder() == pages
