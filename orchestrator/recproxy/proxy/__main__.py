"""Entry of the nursery: `python -m recproxy.proxy`, its orders on standard input."""

from recproxy.proxy.nursery import main

if __name__ == "__main__":
    main()
