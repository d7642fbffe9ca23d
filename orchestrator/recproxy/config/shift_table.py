"""The table `replay.shift` of a profile: which times in replayed responses are relative to now."""

from typing import Annotated

from recproxy.config import profile_words as words
from recproxy.lazy.dataclass import dataclass

__all__ = ["ShiftTable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftTable:
    """Times in recorded responses that replay moves, so that they are as far from now as they were when recorded."""

    headers: Annotated[tuple[str, ...], words.NAME_IN_ANY_CASE] = ()
    """Response headers that hold such a time: `["x-rate-limit-reset", "Expires"]`. The time of recording is the `Date` of
    the response, or midnight UTC of the day in `:recorded`. Without either, and if a value is no time, it stays as it is.
    """
    json: tuple[str, ...] = ()
    """JSON Pointers to such times in a JSON body, in which `*` stands for any key or index, or names at any depth:
    `["/data/*/reset", "expires_at"]`.
    """
