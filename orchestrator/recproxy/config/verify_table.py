"""The table `verify` of a profile: how `recproxy verify` asks its service."""

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated

from recproxy.config import profile_words as words
from recproxy.lazy.dataclass import dataclass

__all__ = ["VerifyTable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyTable:
    """How `recproxy verify` asks the service for what the recordings hold."""

    values: Mapping[str, str] = field(default_factory=dict)
    """What stands for `XXX` in a header, query parameter, form field or JSON field of this name, with variables in
    braces: `authorization = "Bearer {SHOP_TOKEN}"`. What follows `Basic ` is encoded.
    """
    unsafe: Annotated[tuple[str, ...], words.REQUEST_PATTERN] = ()
    """Requests that are asked although their method may change something, for example a login: `POST /oauth2/token`.
    `*` stands for anything in a path.
    """
    skip: Annotated[tuple[str, ...], words.REQUEST_PATTERN] = ()
    """Requests that are never asked, in the same form: `GET /logout`."""
