"""A message from the wire as a JSON object.

A field of a known type has its name. Any other has its number, and what its bytes look like is a guess: a string, a
message, an integer; the guess stands behind the number where JSON does not show it (`4:double`, `5:bytes`). What a
type says but the bytes do not is guessed, too, so that writing gives the same bytes again. Linear in the message.
"""

from __future__ import annotations

import base64
import math
import struct
from typing import TypeAlias

from recproxy.grpc.scalars import packed_values, scalar
from recproxy.grpc.types import ANY, SCALARS, Field, Types
from recproxy.grpc.wire import Unreadable, WireField, fields

__all__ = ["MessageReader", "MessageTree"]

MessageTree: TypeAlias = "dict[str, MessageTree] | list[MessageTree] | str | int | float | bool | None"

#: Messages in messages that are read; matching compares JSON of a hundred levels.
_DEEPEST = 30
#: Characters of a number that is worth taking for a floating-point one.
_SHORT = 9
_BREAKS = str.maketrans("", "", "\n\r\t")


class MessageReader:
    """Reads messages by `types`; what of these it has used is `used`."""

    def __init__(self, types: Types) -> None:
        self._types = types
        self.used = Types()

    def message(self, data: bytes, name: str, depth: int = 0) -> dict[str, MessageTree]:
        """A message of the type of that name, empty for one that is not known.

        Raises Unreadable where it is none, or cannot be written the same way again.
        """
        if depth > _DEEPEST:
            raise Unreadable("messages in messages, too deep")
        known = self._types.messages.get(name, {})
        if name:
            self.used.messages.setdefault(name, {})
        found: dict[str, MessageTree] = {}
        for number, values in _gathered(data).items():
            field = known.get(number)
            if field is not None:
                try:
                    found[field.name] = self._typed(field, values, depth)
                except Unreadable:
                    pass
                else:
                    self.used.messages[name][number] = field
                    continue
            key, value = self._guessed(number, values, depth)
            found[key] = value
        if name == ANY:
            self._open(found, depth)
        return found

    def _typed(self, field: Field, values: list[WireField], depth: int) -> MessageTree:
        if field.key:
            return self._map(field, values, depth)
        if field.packed:
            (packed,) = _one(values)
            if packed.wire != 2 or not isinstance(packed.value, bytes):
                raise Unreadable("not packed")
            return self._packed(field, packed.value)
        if field.repeated:
            return [self._single(field, each, depth) for each in values]
        (only,) = _one(values)
        return self._single(field, only, depth)

    def _packed(self, field: Field, data: bytes) -> MessageTree:
        if field.of in SCALARS:
            return [*packed_values(field.of, data)]
        return [self._enum(field.of, each) for each in packed_values("int32", data)]

    def _single(self, field: Field, each: WireField, depth: int) -> MessageTree:
        if field.of in SCALARS:
            return scalar(field.of, each.wire, each.value)
        if field.of in self._types.enums:
            return self._enum(field.of, scalar("int32", each.wire, each.value))
        if each.wire != (3 if field.group else 2) or isinstance(each.value, int):
            raise Unreadable("no message")
        return self.message(each.value, field.of, depth + 1)

    def _enum(self, name: str, number: MessageTree) -> MessageTree:
        used = self.used.enums.setdefault(name, {})
        value = self._types.enums[name].get(number) if isinstance(number, int) else None
        if value is None or not isinstance(number, int):
            return number
        used[number] = value
        return value

    def _map(self, field: Field, values: list[WireField], depth: int) -> MessageTree:
        """A map as an object; where an entry is not the usual one, as a list of entries."""
        try:
            pairs = [self._entry(field, each, depth) for each in values]
        except Unreadable:
            pairs = []
        found = dict(pairs)
        if len(found) == len(values):
            return found
        suffix, entries = self._guesses(values, depth)
        if suffix or values[0].wire != 2:
            raise Unreadable("no map")
        return entries

    def _entry(self, field: Field, each: WireField, depth: int) -> tuple[str, MessageTree]:
        if each.wire != 2 or isinstance(each.value, int):
            raise Unreadable("no entry")
        inside = list(fields(each.value))
        if [one.number for one in inside] != [1, 2]:
            raise Unreadable("no usual entry")
        key = scalar(field.key, inside[0].wire, inside[0].value)
        text = key if isinstance(key, str) else str(key).lower()
        return text, self._single(Field("value", 2, field.of), inside[1], depth + 1)

    def _open(self, found: dict[str, MessageTree], depth: int) -> None:
        """The message in an Any, by the type that it names."""
        url, value = found.get("type_url"), found.get("value")
        if isinstance(url, str) and isinstance(value, str) and value:
            name = url.rpartition("/")[2]
            try:
                found["value"] = self.message(
                    base64.b64decode(value), name if name in self._types.messages else "", depth + 1
                )
            except Unreadable:
                return

    def _guessed(self, number: int, values: list[WireField], depth: int) -> tuple[str, MessageTree]:
        suffix, value = self._guesses(values, depth)
        return f"{number}{suffix}", value[0] if len(value) == 1 else value

    def _guesses(self, values: list[WireField], depth: int) -> tuple[str, list[MessageTree]]:
        """What values without a type look like: all of them alike."""
        wire = values[0].wire
        if any(each.wire != wire for each in values):
            raise Unreadable("a field of several types")
        if wire == 0:
            return "", [int(each.value) for each in values]
        data = [each.value for each in values if isinstance(each.value, bytes)]
        if wire == 3:
            return ":group", [self.message(each, "", depth + 1) for each in data]
        if wire in (1, 5):
            return _number_guess(wire, data)
        found: list[MessageTree] = []
        for each in data:
            guess = self._text_or_message(each, depth)
            if guess is None:
                return ":bytes", [base64.b64encode(one).decode() for one in data]
            found.append(guess)
        return "", found

    def _text_or_message(self, data: bytes, depth: int) -> MessageTree:
        """A string or a message; None where it looks like neither."""
        try:
            text: str | None = data.decode()
        except UnicodeDecodeError:
            text = None
        if text is not None and text.isprintable():
            return text
        try:
            return self.message(data, "", depth + 1)
        except Unreadable:
            return text if text is not None and text.translate(_BREAKS).isprintable() else None


def _one(values: list[WireField]) -> list[WireField]:
    if len(values) != 1:
        raise Unreadable("a field that is not repeated stands twice")
    return values


def _gathered(data: bytes) -> dict[int, list[WireField]]:
    """The fields of a message by number. Raises Unreadable where others stand between those of one number."""
    found: dict[int, list[WireField]] = {}
    last = 0
    for each in fields(data):
        known = found.get(each.number)
        if known is None:
            found[each.number] = [each]
        elif each.number == last:
            known.append(each)
        else:
            raise Unreadable("fields of one number stand apart")
        last = each.number
    return found


def _number_guess(wire: int, data: list[bytes]) -> tuple[str, list[MessageTree]]:
    """Eight or four bytes as a floating-point number where that is short, else as an integer."""
    kind = "double" if wire == 1 else "float"
    numbers = [struct.unpack("<d" if wire == 1 else "<f", each)[0] for each in data]
    if all(math.isfinite(each) and (each == 0 or 1e-9 < abs(each) < 1e15) for each in numbers):
        found = [scalar(kind, wire, each) for each in data]
        if all(len(repr(each)) <= _SHORT for each in found):
            return f":{kind}", [*found]
    return f":fixed{64 if wire == 1 else 32}", [int.from_bytes(each, "little") for each in data]
