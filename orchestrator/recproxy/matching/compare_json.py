"""Two JSON trees compared by value: differences named by JSON Pointer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from recproxy.matching.assign import assigned
from recproxy.matching.bodies import Json
from recproxy.matching.differences import Difference, clipped, excerpt
from recproxy.matching.field_values import Value
from recproxy.matching.json_values import Mark, Node, Path, Repeated, canonical, pointer, readable, scalar_text
from recproxy.recording.wildcard import Pattern, pattern

__all__ = ["WildPlace", "json_differences", "wild_places"]

Fits = Callable[[Value, bytes], bool]
Show = Callable[[Value], str]

_Member = tuple[str, Node]

#: A path and the pattern there; None is an object with a wild key, of which only the whole can be compared.
WildPlace = tuple[Path, Pattern | None]


def wild_places(tree: Node, word: str | None, path: Path = ()) -> Iterator[WildPlace]:
    """The places of a recorded tree in which its wild word stands."""
    if word is None:
        return
    if isinstance(tree, str):
        if word in tree:
            yield path, _pattern(tree, word)
    elif isinstance(tree, dict):
        if any(word in key for key in tree):
            yield path, None
            return
        for key, value in tree.items():
            yield from wild_places(value, word, (*path, key))
    elif isinstance(tree, Repeated):
        if any(word in key or _holds(value, word) for key, value in tree.pairs):
            yield path, None
    elif isinstance(tree, list):
        for number, value in enumerate(tree):
            yield from wild_places(value, word, (*path, number))


def json_patterns(body: Json, path: Path) -> list[Pattern]:
    """The patterns in keys and strings of what stands at a path where only the whole can be compared."""
    node = body.tree
    for step in path:
        node = node[step]  # type: ignore[index]
    return list(_patterns(node, body.word or ""))


def _patterns(node: Node, word: str) -> Iterator[Pattern]:
    if isinstance(node, str):
        if word in node:
            yield _pattern(node, word)
    elif isinstance(node, dict | Repeated):
        for key, value in _members(node):
            yield from _patterns(key, word)
            yield from _patterns(value, word)
    elif isinstance(node, list):
        for value in node:
            yield from _patterns(value, word)


def json_differences(wanted: Json, got: Json, fits: Fits, show: Show, found: list[Difference]) -> None:
    """Add what differs between a recorded and a live tree to `found`."""
    if wanted.word is None and canonical(wanted.tree) == canonical(got.tree):
        return
    _Walk(wanted.word, fits, show, found).node(wanted.tree, got.tree, ())


class _Walk:
    """One walk through two trees; `fitted` remembers which members fit, so that none is compared twice."""

    def __init__(
        self,
        word: str | None,
        fits: Fits,
        show: Show,
        found: list[Difference],
        fitted: dict[tuple[int, int], bool] | None = None,
    ) -> None:
        self._word = word
        self._fits = fits
        self._show = show
        self._found = found
        self._fitted = {} if fitted is None else fitted

    def node(self, wanted: Node, got: Node, path: Path) -> None:
        """Compare two values that stand at the same path."""
        if isinstance(wanted, str) and self._word is not None and self._word in wanted:
            self._wild(wanted, got, path)
        elif isinstance(wanted, dict | Repeated) and isinstance(got, dict | Repeated):
            self._objects(_members(wanted), _members(got), path)
        elif isinstance(wanted, list) and isinstance(got, list):
            self._lists(wanted, got, path)
        elif canonical(wanted) != canonical(got):
            self._add(path, *excerpt(readable(wanted), readable(got)))

    def _wild(self, wanted: str, got: Node, path: Path) -> None:
        wild = _pattern(wanted, self._word)
        whole = wild.pieces == (b"", b"")
        if not ((whole or isinstance(got, str)) and self._fits(wild, scalar_text(got))):
            self._add(path, *excerpt(self._show(wild), readable(got)))

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
        taken = assigned(wanted, got, self._member_fits) if wanted else []
        for (key, value), index in zip(wanted, taken, strict=True):
            if index is not None and self._fits(_pattern(key, self._word), scalar_text(got[index][0])):
                self.node(value, got[index][1], (*path, got[index][0]))
            else:
                self._member([value], [], (*path, key))
        for number, (key, value) in enumerate(got):
            if number not in taken:
                self._member([], [value], (*path, key))

    def _member_fits(self, wanted: _Member, got: _Member) -> bool:
        known = self._fitted.get((id(wanted[1]), id(got[1])))
        if known is None:
            found: list[Difference] = []
            _Walk(self._word, _fits_alone, self._show, found, self._fitted).node(wanted[1], got[1], ())
            known = self._fitted[id(wanted[1]), id(got[1])] = not found
        return known and _fits_alone(_pattern(wanted[0], self._word), scalar_text(got[0]))

    def _member(self, wanted: list[Node], got: list[Node], path: Path) -> None:
        """Compare two members, each in a list that is empty where there is none."""
        if wanted and got:
            self.node(wanted[0], got[0], path)
        elif wanted:
            if wanted[0] is not Mark.IGNORED:
                self._add(path, clipped(readable(wanted[0])), None, secret=wanted[0] is Mark.SECRET)
        elif got[0] is not Mark.IGNORED:
            self._add(path, None, clipped(readable(got[0])), secret=got[0] is Mark.SECRET)

    def _add(self, path: Path, wanted: str | None, got: str | None, *, secret: bool = False) -> None:
        self._found.append(Difference(f"json {pointer(path)}".rstrip(), wanted, got, secret))


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


def _holds(node: Node, word: str) -> bool:
    return any(True for _ in wild_places(node, word))
