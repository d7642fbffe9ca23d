"""Plugins of pytest that are installed here and have no part in the pytest that a test starts.

Starting them takes longer than most such tests do. pytest-asyncio also warns of its own missing option before pytest can
filter it: where warnings are errors it does not start.
"""

_NO_PART = ("asyncio", "anyio", "hypothesispytest", "platformdirs", "pytest-betamax", "rerunfailures", "timeout")


def without_plugins(*needed):
    """The value of PYTEST_ADDOPTS that leaves them out, except for those that a test is about."""
    return " ".join(f"-p no:{plugin}" for plugin in _NO_PART if plugin not in needed)


WITHOUT_PLUGINS = without_plugins()
