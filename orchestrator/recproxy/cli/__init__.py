"""The command line: `recproxy VERB`, a verb is a file. Output for people on standard error, data on standard output."""

from recproxy.cli.main import main

__all__ = ["main"]
