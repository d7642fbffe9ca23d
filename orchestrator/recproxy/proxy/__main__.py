"""Entry of the fork server: `python -m recproxy.proxy`, its orders on standard input."""

import gc
import os
import socket

from recproxy.proxy.fork_orders import ForkOrders, UntilImported

if __name__ == "__main__":
    orders = ForkOrders(socket.socket(fileno=os.dup(0)))
    gc.disable()  # imports make no garbage; it is looked for again when all is imported
    with UntilImported(orders):
        from recproxy.proxy.forking import run_fork_server
    run_fork_server(orders)
