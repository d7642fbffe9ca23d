"""Types of messages and the methods of services from descriptors, as `protoc --descriptor_set_out` writes them.

A descriptor is a message itself (google/protobuf/descriptor.proto), so that this reads it by the wire format.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from recproxy.grpc.types import Field, Types
from recproxy.grpc.wire import Unreadable, WireField, fields
from recproxy.lazy.dataclass import dataclass

__all__ = ["Method", "Services", "load_descriptors"]

#: FieldDescriptorProto.Type.
_KINDS = (
    "", "double", "float", "int64", "uint64", "int32", "fixed64", "fixed32", "bool", "string", "group", "message",
    "bytes", "uint32", "enum", "sfixed32", "sfixed64", "sint32", "sint64",
)  # fmt: skip
_REPEATED = 3
_UNPACKED = frozenset(("string", "bytes", "group", "message"))
#: Edition of proto3-like packing: google.protobuf.Edition.EDITION_2023 and later pack unless told not to.
_EDITION_2023 = 1000


@dataclass(frozen=True, slots=True)
class Method:
    """The types of what a client sends and gets, and whether it may send several messages."""

    request: str
    response: str
    client_streams: bool = False


@dataclass(slots=True)
class Services:
    """The types of messages, and methods by the path of their calls."""

    types: Types = field(default_factory=Types)
    methods: dict[str, Method] = field(default_factory=dict)

    def add(self, other: Services) -> None:
        """Take in what others have and these have not."""
        self.types.add(other.types)
        self.methods = {**other.methods, **self.methods}


def load_descriptors(data: bytes) -> Services:
    """What a FileDescriptorSet tells. Raises ValueError where it is none."""
    services = Services()
    maps: dict[str, tuple[str, str]] = {}
    try:
        for file in _all(data, 1):
            _file(file, services, maps)
    except (Unreadable, UnicodeDecodeError, LookupError):
        raise ValueError("no descriptors: write them with protoc --descriptor_set_out --include_imports") from None
    if not services.types.messages and not services.methods:
        raise ValueError("descriptors of no message")
    _fold_maps(services.types, maps)
    return services


def _fold_maps(types: Types, maps: dict[str, tuple[str, str]]) -> None:
    """Fields whose messages are entries of a map, as maps."""
    for known in types.messages.values():
        for number, each in known.items():
            if each.of in maps:
                key, of = maps[each.of]
                known[number] = Field(each.name, number, of, repeated=True, key=key)
    for name in maps:
        del types.messages[name]


def _file(data: bytes, services: Services, maps: dict[str, tuple[str, str]]) -> None:
    package = _text(data, 2)
    is_packing = _text(data, 12) == "proto3" or _number(data, 14) >= _EDITION_2023
    before = f"{package}." if package else ""
    for message in _all(data, 4):
        _message(message, before, services.types, maps, is_packing=is_packing)
    for enum in _all(data, 5):
        _enum(enum, before, services.types)
    for service in _all(data, 6):
        path = f"/{before}{_text(service, 1)}/"
        for method in _all(service, 2):
            services.methods[path + _text(method, 1)] = Method(
                _text(method, 2).removeprefix("."), _text(method, 3).removeprefix("."), bool(_number(method, 5))
            )


def _message(data: bytes, before: str, types: Types, maps: dict[str, tuple[str, str]], *, is_packing: bool) -> None:
    name = before + _text(data, 1)
    known = types.messages[name] = {}
    for each in _all(data, 2):
        made = _field(each, is_packing=is_packing)
        known[made.number] = made
    for inner in _all(data, 3):
        _message(inner, f"{name}.", types, maps, is_packing=is_packing)
    for enum in _all(data, 4):
        _enum(enum, f"{name}.", types)
    options = _first(data, 7)
    if options and _number(options, 7):  # MessageOptions.map_entry
        maps[name] = known[1].of, known[2].of


def _field(data: bytes, *, is_packing: bool) -> Field:
    kind = _KINDS[_number(data, 5)]
    of = _text(data, 6).removeprefix(".") if kind in ("group", "message", "enum") else kind
    repeated = _number(data, 4) == _REPEATED
    options = _first(data, 8)
    packed = repeated and kind not in _UNPACKED and _is_packed(options, usual=is_packing)
    return Field(_text(data, 1), _number(data, 3), of, repeated, packed, group=kind == "group")


def _is_packed(options: bytes, *, usual: bool) -> bool:
    """Whether the options of a field have its numbers in one piece; in editions by features.repeated_field_encoding."""
    for each in fields(options):
        if each.number == 2 and each.wire == 0:
            return bool(each.value)
        if each.number == 21 and isinstance(each.value, bytes) and (said := _number(each.value, 3)):
            return said == 1
    return usual


def _enum(data: bytes, before: str, types: Types) -> None:
    values: dict[int, str] = {}
    for each in _all(data, 2):
        number = _number(each, 2)
        values.setdefault(number - (1 << 64) if number >> 63 else number, _text(each, 1))
    types.enums[before + _text(data, 1)] = values


def _found(data: bytes, number: int) -> Iterator[WireField]:
    return (each for each in fields(data) if each.number == number)


def _all(data: bytes, number: int) -> list[bytes]:
    return [each.value for each in _found(data, number) if isinstance(each.value, bytes)]


def _first(data: bytes, number: int) -> bytes:
    return next(iter(_all(data, number)), b"")


def _text(data: bytes, number: int) -> str:
    return _first(data, number).decode()


def _number(data: bytes, number: int) -> int:
    return next((each.value for each in _found(data, number) if isinstance(each.value, int)), 0)
