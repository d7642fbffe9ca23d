"""Entry of the fork server: `python -m recproxy.proxy`, its orders on standard input."""

import os
import socket

from recproxy.proxy.fork_orders import ForkOrders, UntilImported

if __name__ == "__main__":
    orders = ForkOrders(socket.socket(fileno=os.dup(0)))
    with UntilImported(orders):
        from recproxy.proxy.forking import run_fork_server
    run_fork_server(orders)
