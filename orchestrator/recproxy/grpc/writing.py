"""A message from its JSON object to the wire, as `reading.py` made it."""

from __future__ import annotations

import base64
import binascii
import re

from recproxy.grpc.reading import MessageTree
from recproxy.grpc.scalars import put_packed, put_scalar
from recproxy.grpc.types import ANY, SCALARS, Field, Types
from recproxy.grpc.wire import put_number, put_tag
from recproxy.lazy.patterns import lazy_pattern

__all__ = ["MessageWriter"]

_GUESS = lazy_pattern(r"([1-9][0-9]{0,8})(?::([a-z0-9]+))?\Z")
_GUESSES = frozenset((*SCALARS, "group"))


class MessageWriter:
    """Writes messages of `types`."""

    def __init__(self, types: Types) -> None:
        self._types = types
        self._names = {name: {field.name: field for field in known.values()} for name, known in types.messages.items()}
        self._enums = {name: {value: number for number, value in known.items()} for name, known in types.enums.items()}

    def message(self, tree: MessageTree, name: str) -> bytes:
        """The bytes of a message of the type of that name; a string is the bytes themselves in base64.

        Raises ValueError where the tree is no such message; its text begins with the path of the field.
        """
        if isinstance(tree, str):
            try:
                return base64.b64decode(tree, validate=True)
            except binascii.Error:
                raise ValueError(f"{tree!r} is not base64") from None
        if not isinstance(tree, dict):
            raise ValueError("write an object of JSON")  # noqa: TRY004 - wrong text in a file, not a wrong call
        found: list[bytes] = []
        for key, value in tree.items():
            try:
                found.append(self._member(tree, name, key, value))
            except ValueError as problem:
                raise ValueError(f"{key}{'.' if _is_path(problem) else ': '}{problem}") from None
        return b"".join(found)

    def _member(self, tree: dict[str, MessageTree], name: str, key: str, value: MessageTree) -> bytes:
        field = self._names.get(name, {}).get(key)
        if field is not None:
            return self._typed(field, self._closed(tree, key, value, name))
        guess = _GUESS.match(key)
        if guess is None:
            of = f" of {name}" if name else ""
            raise ValueError(f"no field{of}: write it in a line :message below :encoding, or write its number")
        return self._guessed(int(guess[1]), guess[2] or "", value)

    def _closed(self, tree: dict[str, MessageTree], key: str, value: MessageTree, name: str) -> MessageTree:
        """The value of an Any as its bytes."""
        if name != ANY or key != "value" or not isinstance(value, dict):
            return value
        inner = str(tree.get("type_url")).rpartition("/")[2]
        return base64.b64encode(self.message(value, inner)).decode()

    def _typed(self, field: Field, value: MessageTree) -> bytes:
        if field.key and isinstance(value, dict):
            return b"".join([self._entry(field, key, each) for key, each in value.items()])
        if field.key:
            return self._guessed(field.number, "", value)
        if field.packed:
            kind = field.of if field.of in SCALARS else "int32"
            data = put_packed(kind, [self._number(field, each) for each in _listed(value)])
            return put_tag(field.number, 2) + put_number(len(data)) + data
        return b"".join([self._single(field, each) for each in (_listed(value) if field.repeated else [value])])

    def _entry(self, field: Field, key: str, value: MessageTree) -> bytes:
        inside = self._single(Field("key", 1, field.key), key) + self._single(Field("value", 2, field.of), value)
        return put_tag(field.number, 2) + put_number(len(inside)) + inside

    def _number(self, field: Field, value: MessageTree) -> object:
        """The number of an enum's name."""
        names = self._enums.get(field.of)
        return value if names is None or not isinstance(value, str) else names.get(value, value)

    def _single(self, field: Field, value: MessageTree) -> bytes:
        if field.of in SCALARS:
            return _scalar(field.number, field.of, value)
        if field.of in self._enums:
            return _scalar(field.number, "int32", self._number(field, value))
        return _delimited(field.number, self.message(value, field.of), group=field.group)

    def _guessed(self, number: int, kind: str, value: MessageTree) -> bytes:
        if isinstance(value, list):
            return b"".join([self._guessed(number, kind, each) for each in value])
        if kind and kind not in _GUESSES:
            raise ValueError(f"no type {kind!r}: known are {', '.join(sorted(_GUESSES))}")
        if isinstance(value, dict):
            return _delimited(number, self.message(value, ""), group=kind == "group")
        if not kind:
            kind = "string" if isinstance(value, str) else "uint64"
        return _scalar(number, kind, value)


def _listed(value: MessageTree) -> list[MessageTree]:
    if not isinstance(value, list):
        raise ValueError("write a list")  # noqa: TRY004 - wrong text in a file, not a wrong call
    return value


def _scalar(number: int, kind: str, value: object) -> bytes:
    data = put_scalar(kind, value)
    wire = SCALARS[kind]
    return put_tag(number, wire) + (put_number(len(data)) + data if wire == 2 else data)


def _delimited(number: int, data: bytes, *, group: bool) -> bytes:
    if group:
        return put_tag(number, 3) + data + put_tag(number, 4)
    return put_tag(number, 2) + put_number(len(data)) + data


def _is_path(problem: ValueError) -> bool:
    """Whether the text of an error begins with a field already."""
    return re.match(r"[A-Za-z0-9_:]+[.:] ?", str(problem)) is not None
