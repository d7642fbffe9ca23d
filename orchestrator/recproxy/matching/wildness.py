"""What is wild in a recorded request: where, how much, and whether a key can express all of it.

An example. This request was recorded:

    GET https://a.example/users/XXX?lang=en

- It has two *shapes*, so it is stored under two keys. The path is read once segment by segment, so that `XXX` stays
  within its segment, and once as a whole (`crossing`), so that `XXX` also matches `7/posts`.
- The first shape is *exact*: an equal key is a match. The second is not: the whole path must still be compared.
- The *rank* of the first shape is 1, for one wildcard. The second ranks after every request without crossing.
  An interaction with a lower rank answers first.
"""

from __future__ import annotations

from itertools import chain

from recproxy.matching.bodies import FormFields, Json, Multipart, Raw
from recproxy.matching.compare_json import WildPlace, json_patterns, wild_places
from recproxy.matching.field_values import ANYTHING, Hidden, solid
from recproxy.matching.fields import Fields
from recproxy.matching.keys import Shape
from recproxy.matching.url import Pairs
from recproxy.recording.wildcard import Pattern

__all__ = ["Wildness"]

#: More than the wildcards of any request, so that a crossing path ranks after every number of wildcards.
_MANY = 1 << 32


class Wildness:
    """The wild places of a recorded request's fields."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        body = fields.body
        #: The places in a JSON body.
        self.places: list[WildPlace] = list(wild_places(body.tree, body.word)) if isinstance(body, Json) else []
        self._patterns = self._all_patterns()

    @property
    def named(self) -> bool:
        """Whether any place has a name."""
        return any(wild.named for wild in self._patterns)

    def shapes(self) -> list[Shape]:
        """Each way in which the request may be reached."""
        fields = self._fields
        body, form = self._body_shape()
        query = _loose(fields.query)
        crossing = any(isinstance(segment, Pattern) for segment in fields.path)
        calls = fields.protocol is None
        return [Shape(body, across, query, form, calls) for across in ((False, True) if crossing else (False,))]

    def exact(self, shape: Shape) -> bool:
        """Whether a fitting key is a match: no value holds two wild places, and none has a name."""
        if shape.crossing or shape.query or shape.form or shape.body in ("bytes", "tree"):
            return False
        return all(map(solid, self._patterns)) and all(wild is not None for _, wild in self.places)

    def rank(self, shape: Shape) -> int:
        """Fewest wild places first; then paths whose wild places take slashes; then patterns within bytes."""
        places = sum(len(wild.names) for wild in self._patterns if not isinstance(wild, Hidden))
        return places + _MANY * shape.crossing + 2 * _MANY * (shape.body == "bytes")

    def _body_shape(self) -> tuple[str, bool]:
        body = self._fields.body
        if isinstance(body, Json):
            return ("tree" if any(not path for path, _ in self.places) else "json"), False
        if isinstance(body, FormFields):
            return "form", _loose(body.pairs)
        if isinstance(body, Multipart):
            return "multipart", False
        return ("bytes" if isinstance(body.value, Pattern) else "raw"), False

    def _all_patterns(self) -> list[Pattern]:
        fields, body = self._fields, self._fields.body
        values: list[object] = [fields.method, *fields.path, *fields.headers.values, *_pair_values(fields.query)]
        if isinstance(body, FormFields):
            values += _pair_values(body.pairs)
        elif isinstance(body, Multipart):
            values += chain.from_iterable(body.parts)
        elif isinstance(body, Raw):
            values.append(body.value)
        else:
            for path, wild in self.places:
                values += json_patterns(body, path) if wild is None else [wild]
        return [value for value in values if isinstance(value, Pattern)]


def _loose(pairs: Pairs) -> bool:
    return bool(pairs.loose) or pairs.rest


def _pair_values(pairs: Pairs) -> list[object]:
    return [*pairs.values, *chain.from_iterable(pairs.loose), *[ANYTHING] * pairs.rest]
