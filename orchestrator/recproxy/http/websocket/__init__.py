"""WebSockets as values: the *handshake* that begins one, and an *endpoint* that turns bytes into messages and back.

RFC 6455 and RFC 7692, over wsproto, which nothing else imports. Pure: no socket, no recording.
"""
