"""Mail protocols without sockets: bytes and events of SMTP, and what the steps of a conversation mean.

A *command* is a line of the client, a *reply* what the server says to it, a *message* the mail that is sent. A *piece*
is a part of a step: a line, a message, or a credential. Knows no connection, no recording and no profile.
"""
