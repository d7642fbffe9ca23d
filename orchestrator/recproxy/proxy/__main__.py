"""Entry of a proxy process: `python -m recproxy.proxy`, its channel on standard input.

It ends when told to, or when the channel does: nobody needs it then. Signals of the terminal are the orchestrator's
to handle.
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import socket
import sys

from recproxy.proxy.service import Service


def main() -> None:
    """Run a proxy until its channel ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise_descriptor_limit()
    channel = socket.socket(fileno=os.dup(0))
    try:
        import uvloop  # noqa: PLC0415 - not on Windows

        loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    except ImportError:
        loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(Service(channel, loop).ended)
    finally:
        # Nothing is left to save: connections die with the process, at once.
        sys.stderr.flush()
        os._exit(0)


def raise_descriptor_limit() -> None:
    """Let this process hold as many connections as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 1 << 20), hard))


if __name__ == "__main__":
    main()
