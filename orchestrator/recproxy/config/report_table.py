"""The table `report` of a profile: what a run adds up from the responses that it replays."""

from typing import Annotated

from recproxy.config import profile_words as words
from recproxy.lazy.dataclass import dataclass

__all__ = ["ReportTable", "TokenTable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenTable:
    """Where a response of a language model counts its tokens, in its JSON body or in the events of its stream."""

    within: Annotated[tuple[str, ...], words.POINTER] = ()
    """JSON Pointers to objects that hold the same as a whole body, as events of a stream have them: `["/response"]`. The
    other pointers start in the body and in each of these.
    """
    model: Annotated[tuple[str, ...], words.POINTER] = ()
    """JSON Pointers to the name of the model. Without any, and if a response names none, nothing is counted."""
    input: Annotated[tuple[str, ...], words.POINTER] = ()
    """JSON Pointers to the tokens of the request, cached ones included. What several pointers find is added up; of a number
    that several events of a stream hold, the last one counts.
    """
    cached: Annotated[tuple[str, ...], words.POINTER] = ()
    """JSON Pointers to those of them that came from a cache."""
    output: Annotated[tuple[str, ...], words.POINTER] = ()
    """JSON Pointers to the tokens of the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTable:
    """What the report of a run says besides requests."""

    tokens: TokenTable = TokenTable()
