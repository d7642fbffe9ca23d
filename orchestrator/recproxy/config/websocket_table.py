"""The table `match.websocket` of a profile: what connects messages of a WebSocket."""

from typing import Annotated

from recproxy.config import profile_words as words
from recproxy.lazy.dataclass import dataclass

__all__ = ["WebSocketTable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSocketTable:
    """What connects the messages of a WebSocket."""

    key: Annotated[str, words.POINTERS] = ""
    """Where messages in JSON have a value that connects a message of the server with the message of the client that
    caused it: `"/channel"`, or several such places, separated by spaces: `"/id /reply_to"`. A message of the server is
    sent after the message with the same value, whatever came between. Ids of JSON-RPC and of GraphQL subscriptions need
    no key.
    """
