"""The bridge for suites of Betamax: `pytest -p recproxy.betamax_bridge` runs them over real sockets, unedited.

Betamax stays what it is: it finds the cassette, loads it with its placeholders and hooks, and saves it. Its adapter sends
each request on to the adapter that the session had before, and local proxies answer from the cassette. The mechanism is
that of the bridge for vcrpy. Imports nothing of Betamax: the suite does, where it uses it.
"""
