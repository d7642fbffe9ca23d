"""The pytest plugin `-p recproxy.betamax_bridge`; see `recproxy.testing.betamax_bridge`."""

from recproxy.testing.betamax_bridge import (
    pytest_configure,
    pytest_runtest_call,
    pytest_runtest_makereport,
    pytest_unconfigure,
)

__all__ = ["pytest_configure", "pytest_runtest_call", "pytest_runtest_makereport", "pytest_unconfigure"]
