"""HTTP/2 without sockets, over the library h2: what a connection, its streams and their fields mean. RFC 9113.

A *peer* is one end of a connection. *Fields* turn pseudo-headers into heads and back. An *answer reader* takes an
answer, whose form is that of HTTP/1.1, apart again. The *flood guard* says when a peer asks for too much work. Nothing
here is imported before a connection speaks HTTP/2.
"""
