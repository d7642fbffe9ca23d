"""Plugins of pytest that are installed here and have no part in the pytest that a test starts.

Starting them takes longer than most such tests do. pytest-asyncio also warns of its own missing option before pytest can
filter it: where warnings are errors it does not start.
"""

_NO_PART = ("asyncio", "anyio", "hypothesispytest", "platformdirs", "rerunfailures", "timeout")
#: The value of PYTEST_ADDOPTS that leaves them out. A test that is about one of them sets another value.
WITHOUT_PLUGINS = " ".join(f"-p no:{plugin}" for plugin in _NO_PART)
