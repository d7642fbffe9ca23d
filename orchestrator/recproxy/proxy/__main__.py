"""Entry of the fork server: `python -m recproxy.proxy`, its orders on standard input."""

from recproxy.proxy.forking import run_fork_server

if __name__ == "__main__":
    run_fork_server()
