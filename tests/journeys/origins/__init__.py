"""Services on loopback, with TLS, that behave as the real ones do: they look at credentials, signatures and forms.

An *origin* is a server for the hosts of one service; the service says what it answers. Each keeps what it sent, so that
a test can hold a recording and a replay against it. The *mood* of a service is what a test wants to see of it: a rate
limit, a token that was revoked.
"""

from origins.awkward import Awkward
from origins.bitly import Bitly
from origins.gmail import Gmail
from origins.server import Origin, Reply, Trust
from origins.twitter import Twitter

__all__ = ["Awkward", "Bitly", "Gmail", "Origin", "Reply", "Trust", "Twitter"]
