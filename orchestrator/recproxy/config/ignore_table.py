"""The table `match.ignore` of a profile: which parts of a request are not compared."""

from typing import Annotated

from recproxy.config import profile_words as words
from recproxy.lazy.dataclass import dataclass

__all__ = ["IgnoreTable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreTable:
    """The parts of a request that do not take part in matching."""

    query: tuple[str, ...] = ()
    """Names in the query to ignore."""
    form: tuple[str, ...] = ()
    """Names in a form body to ignore."""
    json: Annotated[tuple[str, ...], words.POINTER] = ()
    """JSON Pointers into a JSON body to ignore, for example `/user/id`. `*` is any key or index: `/messages/*/id`."""
    grpc: Annotated[tuple[str, ...], words.MESSAGE_FIELD] = ()
    """Fields of gRPC messages to ignore: `["request_id", "meta.timestamp"]`. Lists on the way are looked through, `*` is
    any field. A field whose name is not known has its number.
    """
    mail: Annotated[tuple[str, ...], words.NAME_IN_ANY_CASE] = ("Date", "Message-ID")
    """Header fields to ignore in mail messages that a request carries as `message/rfc822`. Boundaries are never compared.
    """
    body: Annotated[tuple[str, ...], words.REQUEST_PATTERN] = ()
    """Requests whose whole body to ignore, by method, or method and path: `PUT /upload/*`. `*` stands for any text. The
    path of a recorded request must fit, too, with its wildcards as they are written.
    """
