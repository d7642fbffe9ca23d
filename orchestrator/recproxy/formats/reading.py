"""Foreign values taken one by one, each of the type it must have, and whatever is wrong said in one line.

Readers of other libraries give plain values of any shape; a wrong one is a ValueError that names it, and `refusing`
makes a RecordingError of any exception, so that no file can end a program in another way.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from recproxy.errors import RecordingError, RecproxyError
from recproxy.formats.stored import Notebook
from recproxy.recording import Headers

__all__ = [
    "base64_bytes",
    "body_bytes",
    "exchanges",
    "header_lines",
    "header_value",
    "json_values",
    "mapping",
    "number",
    "refusing",
    "sequence",
    "string",
    "within",
]

#: Characters of a parser's message that are shown: it may quote a secret or a whole line of a file.
_MOST_SHOWN = 200


@contextmanager
def refusing(path: str, notes: Notebook) -> Iterator[None]:
    """Make a RecordingError, with the file and the place in it, of whatever is raised inside."""
    try:
        yield
    except RecordingError:
        raise
    except RecproxyError as problem:
        raise RecordingError(f"{path}: {problem.message}") from None
    except Exception as problem:  # noqa: BLE001 - whatever a foreign reader raises, the file is what is wrong
        where = f"{notes.where}: " if notes.where else ""
        raise RecordingError(f"{path}: {where}{_reason(problem)}; mend the file") from None


def _reason(problem: Exception) -> str:
    if isinstance(problem, RecursionError):
        return "values are nested too deeply"
    text = " ".join(str(problem).split())
    if len(text) > _MOST_SHOWN:
        text = text[:_MOST_SHOWN] + "..."
    return text if type(problem) in (ValueError, json.JSONDecodeError) and text else f"{type(problem).__name__}: {text}"


def mapping(value: Any, what: str) -> Mapping[Any, Any]:
    """A value that must be a mapping."""
    if isinstance(value, Mapping):
        return value
    raise _wrong(value, what, "a mapping")


def sequence(value: Any, what: str) -> list[Any]:
    """A value that must be a list."""
    if isinstance(value, list):
        return value
    raise _wrong(value, what, "a list")


def string(value: Any, what: str) -> str:
    """A value that must be text; bytes are taken as UTF-8."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    raise _wrong(value, what, "text")


def number(value: Any, what: str) -> int:
    """A value that must be a whole number, also one written as text or with a point."""
    if isinstance(value, int | str | float) and not isinstance(value, bool):
        try:
            return int(value)
        except (ValueError, OverflowError):
            raise ValueError(f"{what} must be a number, not {str(value)[:40]!r}") from None
    raise _wrong(value, what, "a number")


def header_value(value: Any) -> bytes:
    """A header's value, which may be written as a number or not at all."""
    if isinstance(value, bytes):
        return value
    if value is None:
        return b""
    if isinstance(value, bool | int | float):
        return str(value).encode()
    return string(value, "a header's value").encode("utf-8", "surrogateescape")


def exchanges(
    values: Iterable[Any], notes: Notebook
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]]:
    """Each interaction of a list, with its request and its response; the notes say which one it is."""
    for place, value in enumerate(values, 1):
        notes.where = f"interaction {place}"
        each = mapping(value, "it")
        yield each, mapping(each.get("request"), "request"), mapping(each.get("response"), "response")


def header_lines(block: Any, *, drop_null: bool = False) -> Headers:
    """The headers in a mapping of names to one value or many; with `drop_null`, null means that there is no header.

    No headers may also be null, or an empty list: PHP has one type for lists and mappings.
    """
    return tuple(
        (string(name, "a header's name").encode("utf-8", "surrogateescape"), header_value(value))
        for name, values in mapping({} if block is None or block == [] else block, "headers").items()
        for value in (values if isinstance(values, list | tuple) else [values])
        if value is not None or not drop_null
    )


def body_bytes(value: Any) -> bytes:
    """A body that is text, bytes or nothing."""
    return value if isinstance(value, bytes) else string(value or "", "a body").encode("utf-8", "surrogatepass")


def base64_bytes(value: Any, what: str) -> bytes:
    """Bytes that are written in base64, whatever the line breaks."""
    try:
        return base64.b64decode("".join(string(value, what).split()), validate=True)
    except binascii.Error as problem:
        raise ValueError(f"{what} is not base64: {problem}") from None


def json_values(data: bytes) -> Any:
    """The values of JSON text in UTF-8, with or without a byte order mark."""
    return json.loads(data.decode("utf-8-sig"))


def within(value: Any, most: int, what: str) -> Any:
    """A value of any shape that holds at most so many parts; one that holds itself holds endlessly many."""
    waiting = [value]
    for _ in range(most):
        if not waiting:
            return value
        each = waiting.pop()
        if isinstance(each, Mapping):
            waiting.extend(each.values())
        elif isinstance(each, list | tuple):
            waiting.extend(each)
        if len(waiting) > most:
            break
    raise ValueError(f"{what} holds more than {most} values")


def _wrong(value: Any, what: str, wanted: str) -> ValueError:
    if value is None:
        return ValueError(f"{what} is missing: {wanted} is expected there")
    return ValueError(f"{what} must be {wanted}, not {type(value).__name__}")
