"""Entry of the fork_server: `python -m recproxy.proxy`, its orders on standard input."""

from recproxy.proxy.forking import main

if __name__ == "__main__":
    main()
