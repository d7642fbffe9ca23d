"""What was said between a program and a service, and the text it is kept as.

A *recording* holds *interactions* in order; an interaction is a *request* and its *response*, both frozen values
with the bytes of the wire, or a *conversation* of *steps*. `load` and `dump` turn a `.rec` text into a recording and back. A *pattern* is a recorded
text with *wild places* in it, in which anything may stand. A *content coding* (gzip and its like) is put on and
taken off by `encode` and `decode`. Pure: bytes in, values out; no file, socket or clock.

Its modules are imported when something of theirs is asked for: the orchestrator needs a quarter of them.
"""

from typing import TYPE_CHECKING

import recproxy.lazy.names as lazy_names

if TYPE_CHECKING:
    from recproxy.recording.codings import CODINGS, DecodeError, decode, encode
    from recproxy.recording.framing import with_length
    from recproxy.recording.legacy import of_today
    from recproxy.recording.located import Located, recorded_scopes
    from recproxy.recording.packed import Packed, pack, parts, pieces_of_packed, unpack
    from recproxy.recording.reader import load, locate
    from recproxy.recording.steps import PROTOCOLS, WEBSOCKET, Act, Step
    from recproxy.recording.values import (
        WILD,
        Chunk,
        Headers,
        Interaction,
        Recording,
        Request,
        Response,
        Webhook,
        begins_websocket,
        conversation,
        header,
        header_values,
        is_websocket,
    )
    from recproxy.recording.webhooks import (
        WEBHOOK,
        SentWebhook,
        answer_request,
        as_interaction,
        as_sent,
        as_told,
        webhook_url,
    )
    from recproxy.recording.wildcard import Pattern, fill, named_places, pattern, unused
    from recproxy.recording.writer import dump, interaction_pieces, pieces

__all__ = [
    "CODINGS",
    "PROTOCOLS",
    "WEBHOOK",
    "WEBSOCKET",
    "WILD",
    "Act",
    "Chunk",
    "DecodeError",
    "Headers",
    "Interaction",
    "Located",
    "Packed",
    "Pattern",
    "Recording",
    "Request",
    "Response",
    "SentWebhook",
    "Step",
    "Webhook",
    "answer_request",
    "as_interaction",
    "as_sent",
    "as_told",
    "begins_websocket",
    "conversation",
    "decode",
    "dump",
    "encode",
    "fill",
    "header",
    "header_values",
    "interaction_pieces",
    "is_websocket",
    "load",
    "locate",
    "named_places",
    "of_today",
    "pack",
    "parts",
    "pattern",
    "pieces",
    "pieces_of_packed",
    "recorded_scopes",
    "unpack",
    "unused",
    "webhook_url",
    "with_length",
]

#: What the package offers, by the module that defines it: the same as type checkers are told above.
_NAMES = {
    "codings": ("CODINGS", "DecodeError", "decode", "encode"),
    "framing": ("with_length",),
    "legacy": ("of_today",),
    "located": ("Located", "recorded_scopes"),
    "packed": ("Packed", "pack", "parts", "pieces_of_packed", "unpack"),
    "reader": ("load", "locate"),
    "steps": ("PROTOCOLS", "WEBSOCKET", "Act", "Step"),
    "values": (
        "WILD",
        "Chunk",
        "Headers",
        "Interaction",
        "Recording",
        "Request",
        "Response",
        "Webhook",
        "begins_websocket",
        "conversation",
        "header",
        "header_values",
        "is_websocket",
    ),
    "webhooks": ("WEBHOOK", "SentWebhook", "answer_request", "as_interaction", "as_sent", "as_told", "webhook_url"),
    "wildcard": ("Pattern", "fill", "named_places", "pattern", "unused"),
    "writer": ("dump", "interaction_pieces", "pieces"),
}
__getattr__ = lazy_names.names_when_asked(__name__, _NAMES)
