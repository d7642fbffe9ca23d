"""`python -m recproxy`: the command line."""

from recproxy.cli import main

main()
