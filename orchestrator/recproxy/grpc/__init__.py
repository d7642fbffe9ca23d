"""gRPC without sockets: messages of Protocol Buffers as readable JSON and back, their frames, and statuses.

A *message* is read by its *type* where that is known, else by what its bytes look like. *Types* come from descriptors,
or from the lines of a recording. A *frame* is a message with its length, and a *framing* one way to put frames into a
body. Pure: bytes in, values out. Knows no recordings in play, no sockets and no profile.
"""
