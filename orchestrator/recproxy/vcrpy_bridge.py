"""The pytest plugin `-p recproxy.vcrpy_bridge`; see `recproxy.testing.vcrpy_bridge`."""

from recproxy.testing.vcrpy_bridge import (
    pytest_configure,
    pytest_runtest_call,
    pytest_runtest_makereport,
    pytest_unconfigure,
)

__all__ = ["pytest_configure", "pytest_runtest_call", "pytest_runtest_makereport", "pytest_unconfigure"]
