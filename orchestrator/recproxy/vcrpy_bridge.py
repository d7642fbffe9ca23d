"""The pytest plugin `-p recproxy.vcrpy_bridge`; see `recproxy.testing.vcrpy_bridge`. Its hooks, by name."""

from recproxy.testing.vcrpy_bridge.patches import VcrpyPatches
from recproxy.testing.vcrpy_bridge.plugin import BridgePlugin

__all__ = [
    "pytest_configure",
    "pytest_runtest_call",
    "pytest_runtest_makereport",
    "pytest_runtest_setup",
    "pytest_unconfigure",
]

_plugin = BridgePlugin("vcrpy", VcrpyPatches)
pytest_configure = _plugin.pytest_configure
pytest_runtest_call = _plugin.pytest_runtest_call
pytest_runtest_makereport = _plugin.pytest_runtest_makereport
pytest_runtest_setup = _plugin.pytest_runtest_setup
pytest_unconfigure = _plugin.pytest_unconfigure
