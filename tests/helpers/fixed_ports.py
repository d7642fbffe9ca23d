"""A port that a program is told to listen on: nobody else is given it meanwhile.

The system gives ports for outgoing connections, and for listeners that ask for any, from a range of its own. One that is
free there now may be another test's a moment later, so these come from below it.
"""

import random
import socket

#: Linux gives ports from 32768 on, macOS and Windows from 49152.
_LOWEST, _HIGHEST = 20_000, 32_000
_choose = random.SystemRandom()  # plugins seed the other one, so workers would choose the same


def fixed_port():
    """A port on 127.0.0.1 that is free and not given by chance."""
    while True:
        port = _choose.randint(_LOWEST, _HIGHEST)
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
