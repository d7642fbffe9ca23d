"""What a proxy asks a test process about a request whose match only functions of the suite can tell: a line each way.

A line is an object of JSON. Named tuples, not dataclasses: test processes import them.
"""

from __future__ import annotations

import base64
import json
from typing import NamedTuple

__all__ = ["AskedRequest", "Choice", "read_choice", "read_question", "write_choice", "write_question"]


class AskedRequest(NamedTuple):
    """A live request as it was sent."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Choice(NamedTuple):
    """The positions of the recorded interactions that match, in the order in which they play.

    Where none does, `reason` says why, for people. `error` is what a function of the suite raised. `ignored` says that the
    suite leaves the request to its service.
    """

    positions: tuple[int, ...] = ()
    reason: str = ""
    error: str = ""
    ignored: bool = False


def write_question(asked: AskedRequest) -> bytes:
    """A question as a line."""
    return _line(asked._asdict() | {"body": base64.b64encode(asked.body).decode("ascii")})


def read_question(line: bytes) -> AskedRequest:
    """The question in a line. Raises ValueError, KeyError or TypeError for anything else."""
    value = json.loads(line)
    headers = tuple((str(name), str(text)) for name, text in value["headers"])
    return AskedRequest(str(value["method"]), str(value["url"]), headers, base64.b64decode(value["body"]))


def write_choice(choice: Choice) -> bytes:
    """A choice as a line."""
    return _line(choice._asdict())


def read_choice(line: bytes, most: int) -> Choice:
    """The choice in a line, among so many interactions. Raises ValueError for anything else."""
    value = json.loads(line)
    positions = value.get("positions", ()) if isinstance(value, dict) else None
    if not isinstance(positions, list) or not all(type(each) is int and 0 <= each < most for each in positions):
        raise ValueError(f'not {{"positions": [...]}} with each below {most}')
    return Choice(
        tuple(positions), str(value.get("reason", "")), str(value.get("error", "")), value.get("ignored") is True
    )


def _line(value: object) -> bytes:
    return json.dumps(value).encode("ascii") + b"\n"
