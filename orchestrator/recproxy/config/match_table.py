"""The table `match` of a profile: which parts of a request are compared, and what is linked or ignored."""

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Literal

from recproxy.config import profile_words as words
from recproxy.config.ignore_table import IgnoreTable
from recproxy.config.websocket_table import WebSocketTable
from recproxy.lazy.dataclass import dataclass

__all__ = ["Match"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What is compared besides method, URL, query and body, and what happens on a miss."""

    headers: Annotated[tuple[str, ...], words.NAME_IN_ANY_CASE] = ()
    """Request headers to compare."""
    aliases: Annotated[Mapping[str, str], words.HOST] = field(default_factory=dict)
    """Other names of a host: with `"api.x.com" = "api.twitter.com"`, a request to either matches a recording of either.
    """
    default_query: Mapping[str, str] = field(default_factory=dict)
    """Values that the service takes for parameters that are not in the query: with `alt = "json"`, a request with
    `alt=json` matches one without `alt`, and `alt=media` does not.
    """
    graphql: Annotated[tuple[str, ...], words.REQUEST_PATTERN] = ()
    """GraphQL requests, in a JSON body or in the query: `POST /graphql`, `GET /graphql`. White space, commas and comments
    in a document do not matter; variables and extensions are compared as JSON.
    """
    correlate: bool = True
    """Whether recproxy gives names to what your program makes anew in each run, such as a UUID in a path or body, when
    it records. `false` leaves all such values as they are.
    """
    constants: Annotated[tuple[str, ...], words.NAME_IN_ANY_CASE] = ()
    """Fields whose values the tests chose, although they look made anew: names in a query, form, header or JSON body, or
    `order_id` for what follows `/orders/` in a path. These values stay as they are.
    """
    ignore: IgnoreTable = IgnoreTable()
    websocket: WebSocketTable = WebSocketTable()
    repeat: Literal["last", "miss", "cycle"] = "last"
    """What follows the last recorded repeat of a request: the last one again, a miss, or the first one."""
    miss: Literal["status", "reset"] = "status"
    """What the client gets for a miss: a status with a text, or a dropped connection."""
    miss_status: Annotated[int, words.STATUS] = 599
    """The status of a miss, from 400 to 599. Choose one that your client does not retry, such as 404, if it repeats
    requests that get 599.
    """
    unused: Literal["report", "fail"] = "report"
    """Whether a test fails if its recording contains interactions that no request asked for, and a run if nobody asked
    the profile at all although recordings were in play.
    """
