"""Types of messages and enums, and the lines that stand for them in a recording.

    message share.v1.Note text=1 id=2:int64 tags=3[] sizes=4:int32[packed] by=5:share.v1.User parts=6:map<string,string>
    enum share.v1.Kind OPEN=1

A field without a type is a string. Knows no bytes of messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import field

from recproxy.lazy.dataclass import dataclass
from recproxy.recording.message_coding import type_lines

__all__ = ["ANY", "SCALARS", "Field", "Types", "parse_types", "types_of"]

#: Scalar types, and the wire type of each (https://protobuf.dev/programming-guides/encoding/).
SCALARS = {
    "int32": 0, "int64": 0, "uint32": 0, "uint64": 0, "sint32": 0, "sint64": 0, "bool": 0,
    "fixed64": 1, "sfixed64": 1, "double": 1, "string": 2, "bytes": 2, "fixed32": 5, "sfixed32": 5, "float": 5,
}  # fmt: skip
#: A message of any type, which says itself which.
ANY = "google.protobuf.Any"

_FIELD = re.compile(r"([^=]+)=([0-9]+)(?::(map|group)<(?:([a-z0-9]+),)?([^>]+)>|:([^\[]+))?(\[(?:packed)?\])?\Z")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a message. `of` is a scalar type or the name of a message or enum; of a map, that of its values.

    `key` is the type of a map's keys, empty where it is no map.
    """

    name: str
    number: int
    of: str = "string"
    repeated: bool = False
    packed: bool = False
    key: str = ""
    group: bool = False

    def text(self) -> str:
        """The field as it stands in a line."""
        of = self.of
        if self.key:
            of = f"map<{self.key},{of}>"
        elif self.group:
            of = f"group<{of}>"
        ending = "[packed]" if self.packed else "[]" if self.repeated and not self.key else ""
        return f"{self.name}={self.number}{'' if of == 'string' else ':' + of}{ending}"


@dataclass(slots=True)
class Types:
    """Messages by name, each with its fields by number, and enums by name, each with its names by number."""

    messages: dict[str, dict[int, Field]] = field(default_factory=dict)
    enums: dict[str, dict[int, str]] = field(default_factory=dict)

    def add(self, other: Types) -> None:
        """Take in what other types have and these have not."""
        for name, fields in other.messages.items():
            own = self.messages.setdefault(name, {})
            names = {each.name for each in own.values()}
            own.update({n: each for n, each in fields.items() if n not in own and each.name not in names})
        for name, values in other.enums.items():
            self.enums[name] = {**values, **self.enums.get(name, {})}

    def lines(self, root: str) -> Iterator[str]:
        """The lines that stand for these types, that of the `root` first."""
        others = sorted(name for name in self.messages if name != root)
        for name in (root, *others) if root in self.messages else others:
            fields = self.messages[name]
            yield " ".join((f"message {name}", *(fields[number].text() for number in sorted(fields))))
        for name in sorted(self.enums):
            values = self.enums[name]
            yield " ".join((f"enum {name}", *(f"{values[number]}={number}" for number in sorted(values))))


def parse_types(lines: Iterable[tuple[str, str]]) -> tuple[str, Types]:
    """The name of the first message, empty where there is none, and the types that lines stand for."""
    root, types = "", Types()
    for kind, text in lines:
        name, *words = text.split(" ")
        if kind == "enum":
            pairs = (word.rpartition("=") for word in words)
            types.enums[name] = {int(number): each for each, _, number in pairs}
            continue
        root = root or name
        fields = map(_field, words)
        types.messages[name] = {each.number: each for each in fields}
    return root, types


def types_of(encoding: str) -> tuple[str, Types]:
    """The same of a coding of messages."""
    return parse_types(type_lines(encoding))


def _field(word: str) -> Field:
    found = _FIELD.match(word)
    if found is None:
        raise ValueError(f"not a field: {word!r}")
    name, number, form, key, inner, plain, ending = found.groups()
    return Field(
        name=name,
        number=int(number),
        of=inner or plain or "string",
        repeated=bool(ending) or form == "map",
        packed=ending == "[packed]",
        key=key or "",
        group=form == "group",
    )
