"""nox and tox: sessions and environments that run a suite in each mode, and the arguments after `--` that both take."""
