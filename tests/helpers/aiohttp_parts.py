"""aiohttp, for an interpreter that is forked.

aiohttp makes its contexts for TLS when it is imported, with the certificates that the variables name: a fork with other
variables imports the modules itself that have something to do with them.
"""

import sys

import aiohttp  # noqa: F401


def forget():
    for name in ("aiohttp", "aiohttp.client", "aiohttp.connector"):
        del sys.modules[name]
