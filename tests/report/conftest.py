"""What tests of the report share."""

import pytest


@pytest.fixture
def on_screen(monkeypatch):
    """A terminal of a person who likes colors, 140 columns wide; whatever the tests themselves run in."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "140")
    return monkeypatch
