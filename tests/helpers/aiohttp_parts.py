"""What aiohttp imports, for an interpreter that is forked: all but the modules that read variables when they are imported.

aiohttp makes its contexts for TLS then, with the certificates that the variables name: a fork imports these modules itself.
"""

import sys

import aiohttp  # noqa: F401

for _name in ("aiohttp", "aiohttp.client", "aiohttp.connector"):
    del sys.modules[_name]
