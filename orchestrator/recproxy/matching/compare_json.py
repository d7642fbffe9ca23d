"""Two JSON trees compared by value: differences named by JSON Pointer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from recproxy.matching.assign import assigning
from recproxy.matching.bodies import Json
from recproxy.matching.differences import Difference, clipped, excerpt
from recproxy.matching.field_values import ANYTHING, SECRET, Hidden, Value
from recproxy.matching.json_values import (
    Mark,
    Node,
    Path,
    Repeated,
    canonical,
    concealed,
    pointer,
    readable,
    scalar_text,
)
from recproxy.matching.message_paths import message_path
from recproxy.matching.rules import ComparedParts, JsonPlan
from recproxy.recording.wildcard import Pattern, pattern

__all__ = ["WildPlace", "json_differences", "wild_places"]

Fits = Callable[[Value, bytes], bool]
Show = Callable[[Value], str]

_Member = tuple[str, Node]
_NO_PLAN = JsonPlan()

#: A path and the pattern there; None is an object with a wild key, of which only the whole can be compared.
WildPlace = tuple[Path, Pattern | None]


def wild_places(tree: Node, word: str | None, path: Path = ()) -> Iterator[WildPlace]:
    """The places of a recorded tree in which its wild word stands, or a value is hidden."""
    if isinstance(tree, Hidden):
        yield path, tree
    elif isinstance(tree, str):
        if word is not None and word in tree:
            yield path, _pattern(tree, word)
    elif isinstance(tree, dict):
        if word is not None and any(word in key for key in tree):
            yield path, None
            return
        for key, value in tree.items():
            yield from wild_places(value, word, (*path, key))
    elif isinstance(tree, Repeated):
        if any((word is not None and word in key) or _holds(value, word) for key, value in tree.pairs):
            yield path, None
    elif isinstance(tree, list):
        for number, value in enumerate(tree):
            yield from wild_places(value, word, (*path, number))


def json_patterns(body: Json, path: Path) -> list[Pattern]:
    """The patterns in keys and strings of what stands at a path where only the whole can be compared."""
    node = body.tree
    for step in path:
        node = node[step]  # type: ignore[index]
    return list(_patterns(node, body.word))


def _patterns(node: Node, word: str | None) -> Iterator[Pattern]:
    if isinstance(node, Hidden):
        yield node
    elif isinstance(node, str):
        if word is not None and word in node:
            yield _pattern(node, word)
    elif isinstance(node, dict | Repeated):
        for key, value in _members(node):
            yield from _patterns(key, word)
            yield from _patterns(value, word)
    elif isinstance(node, list):
        for value in node:
            yield from _patterns(value, word)


def json_differences(
    wanted: Json, got: Json, fits: Fits, show: Show, found: list[Difference], parts: ComparedParts | None = None
) -> None:
    """Add what differs between a recorded and a live tree to `found`; what `parts` hide is not shown."""
    plan = _NO_PLAN if parts is None else parts.messages if wanted.messages else parts.json
    if wanted.word is None and canonical(wanted.tree) == canonical(got.tree):
        return
    left, right = wanted.tree, got.tree
    if wanted.messages and isinstance(left, list) != isinstance(right, list):
        left, right = left if isinstance(left, list) else [left], right if isinstance(right, list) else [right]
    _Walk(wanted.word, fits, show, found, plan, messages=wanted.messages).node(left, right, ())


class _Walk:
    """One walk through two trees; `fitted` remembers which members fit, so that none is compared twice."""

    def __init__(
        self,
        word: str | None,
        fits: Fits,
        show: Show,
        found: list[Difference],
        plan: JsonPlan,
        fitted: dict[tuple[int, int], bool] | None = None,
        *,
        messages: bool = False,
    ) -> None:
        self._messages = messages
        self._word = word
        self._fits = fits
        self._show = show
        self._found = found
        self._plan = plan
        self._fitted = {} if fitted is None else fitted

    def node(self, wanted: Node, got: Node, path: Path) -> None:
        """Compare two values that stand at the same path."""
        if isinstance(wanted, Hidden):
            if not self._fits(wanted, scalar_text(got)):
                self._add(path, self._show(wanted), SECRET.decode(), secret=True)
        elif isinstance(wanted, str) and self._word is not None and self._word in wanted:
            self._wild(wanted, got, path)
        elif isinstance(wanted, dict | Repeated) and isinstance(got, dict | Repeated):
            self._objects(_members(wanted), _members(got), path)
        elif isinstance(wanted, list) and isinstance(got, list):
            self._lists(wanted, got, path)
        elif canonical(wanted) != canonical(got):
            shown = concealed(got, path, self._plan)
            texts = (wanted, shown) if isinstance(wanted, str) and isinstance(shown, str) else None
            self._add(path, *excerpt(readable(wanted), readable(shown)), texts=texts)

    def _wild(self, wanted: str, got: Node, path: Path) -> None:
        wild = _pattern(wanted, self._word)
        whole = wild.pieces == (b"", b"")
        if not ((whole or isinstance(got, str)) and self._fits(wild, scalar_text(got))):
            self._add(path, *excerpt(self._show(wild), self._readable(got, path)))

    def _lists(self, wanted: list[Node], got: list[Node], path: Path) -> None:
        for number in range(max(len(wanted), len(got))):
            self._member(wanted[number : number + 1], got[number : number + 1], (*path, number))

    def _objects(self, wanted: list[_Member], got: list[_Member], path: Path) -> None:
        loose = [(key, value) for key, value in wanted if self._word is not None and self._word in key]
        live = _by_key(got)
        for key, values in _by_key(wanted).items():
            if self._word is None or self._word not in key:
                found = live.pop(key, [])
                for number in range(max(len(values), len(found))):
                    self._member(values[number : number + 1], found[number : number + 1], (*path, key))
        self._loose(loose, [(key, value) for key, values in live.items() for value in values], path)

    def _loose(self, wanted: list[_Member], got: list[_Member], path: Path) -> None:
        """Members with a wild key each take one that no written key took."""
        names = [(_pattern(key, self._word), self._literal(value)) for key, value in wanted]
        is_text_needed = any(value is not ANYTHING for _, value in names)
        live = [(scalar_text(key), canonical(value).encode() if is_text_needed else b"") for key, value in got]
        taken: list[int | None]
        asking = assigning(names, live)
        try:
            one, number = next(asking)
            while True:
                one, number = asking.send(self._member_fits(wanted[one], got[number]))
        except StopIteration as end:
            taken = end.value
        for (key, value), index in zip(wanted, taken, strict=True):
            if index is not None and self._fits(_pattern(key, self._word), scalar_text(got[index][0])):
                self.node(value, got[index][1], (*path, got[index][0]))
            else:
                self._member([value], [], (*path, key))
        used = frozenset(taken)
        for number, (key, value) in enumerate(got):
            if number not in used:
                self._member([], [value], (*path, key))

    def _literal(self, node: Node) -> Value:
        """A value without wild places as what equals it; of any other, only a comparison can tell."""
        return ANYTHING if _holds(node, self._word) else canonical(node).encode()

    def _member_fits(self, wanted: _Member, got: _Member) -> bool:
        known = self._fitted.get((id(wanted[1]), id(got[1])))
        if known is None:
            found: list[Difference] = []
            _Walk(self._word, _fits_alone, self._show, found, self._plan, self._fitted).node(wanted[1], got[1], ())
            known = self._fitted[id(wanted[1]), id(got[1])] = not found
        return known and _fits_alone(_pattern(wanted[0], self._word), scalar_text(got[0]))

    def _member(self, wanted: list[Node], got: list[Node], path: Path) -> None:
        """Compare two members, each in a list that is empty where there is none."""
        if wanted and got:
            self.node(wanted[0], got[0], path)
        elif wanted:
            if wanted[0] is not Mark.IGNORED:
                self._add(path, clipped(readable(wanted[0])), None, secret=isinstance(wanted[0], Hidden))
        elif got[0] is not Mark.IGNORED:
            shown = concealed(got[0], path, self._plan)
            self._add(path, None, clipped(readable(shown)), secret=isinstance(shown, Hidden))

    def _readable(self, got: Node, path: Path) -> str:
        return readable(concealed(got, path, self._plan))

    def _add(
        self,
        path: Path,
        wanted: str | None,
        got: str | None,
        *,
        secret: bool = False,
        texts: tuple[str, str] | None = None,
    ) -> None:
        field = f"grpc {message_path(path)}" if self._messages else f"json {pointer(path)}"
        self._found.append(Difference(field.rstrip(), wanted, got, secret, texts))


def _members(node: dict[str, Node] | Repeated) -> list[_Member]:
    return list(node.items()) if isinstance(node, dict) else node.pairs


def _by_key(members: list[_Member]) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    for key, value in members:
        found.setdefault(key, []).append(value)
    return found


def _pattern(text: str, word: str | None) -> Pattern:
    found = pattern(scalar_text(text), word)
    assert found is not None
    return found


def _fits_alone(wanted: Value, got: bytes) -> bool:
    return wanted.fits(got) is not None if isinstance(wanted, Pattern) else wanted == got


def _holds(node: Node, word: str | None) -> bool:
    return any(True for _ in wild_places(node, word))
