"""The pytest plugin `-p recproxy.betamax_bridge`; see `recproxy.testing.betamax_bridge`. Its hooks, by name."""

from recproxy.testing.betamax_bridge.patches import BetamaxPatches
from recproxy.testing.vcrpy_bridge.plugin import BridgePlugin

__all__ = [
    "pytest_configure",
    "pytest_runtest_call",
    "pytest_runtest_makereport",
    "pytest_runtest_setup",
    "pytest_unconfigure",
]

_plugin = BridgePlugin("Betamax", BetamaxPatches, replaces=False)
pytest_configure = _plugin.pytest_configure
pytest_runtest_call = _plugin.pytest_runtest_call
pytest_runtest_makereport = _plugin.pytest_runtest_makereport
pytest_runtest_setup = _plugin.pytest_runtest_setup
pytest_unconfigure = _plugin.pytest_unconfigure
