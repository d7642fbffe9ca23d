"""What all tests share: how many examples Hypothesis tries, `--thorough` or the usual few."""

from __future__ import annotations

import hypothesis

hypothesis.settings.register_profile("usual", max_examples=300, deadline=None)
hypothesis.settings.register_profile("thorough", max_examples=10_000, deadline=None)


def pytest_addoption(parser):
    parser.addoption("--thorough", action="store_true", help="try 10,000 examples of each property, not 300")


def pytest_configure(config):
    hypothesis.settings.load_profile("thorough" if config.getoption("--thorough") else "usual")
