"""IMAP (RFC 9051 and 3501) without sockets: bytes in, events out.

A *line* is a command or a response whole, with the literals in it. A *server side* answers a client, a *client side*
asks a service; both are fed bytes and asked for events. A *meaning* is what a command asks for, however it is spelled.
"""
