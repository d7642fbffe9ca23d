"""Three versions of a recording made into one, interaction by interaction. Pure.

Keeps the text of each interaction as it is. Interactions that only one side changed are taken from it. One that both
changed differently is a conflict, whole, in the marks that git uses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from recproxy.lazy.dataclass import dataclass
from recproxy.play.block_starts import block_start
from recproxy.play.conversation_merging import client_meaning
from recproxy.recording import Interaction, load

__all__ = ["MergedText", "merge_texts", "scopes_between"]

_Key = tuple[object, ...]
#: The text above the first interaction.
_HEAD: _Key = ("head",)


@dataclass(frozen=True, slots=True)
class MergedText:
    """The text of all, and how many conflicts are in it."""

    text: bytes
    conflicts: int


def merge_texts(
    base: bytes, ours: bytes, theirs: bytes, *, mark: int = 7, names: tuple[str, str] = ("ours", "theirs")
) -> MergedText:
    """Merge what two sides made of a recording; `mark` is the size of conflict marks.

    Raises:
        RecordingError: one of them is no recording.
    """
    before, one, other = _blocks(base), _blocks(ours), _blocks(theirs)
    texts: list[bytes] = []
    conflicts = 0
    for key in _order(before, one, other):
        old, mine, yours = before.get(key), one.get(key), other.get(key)
        if yours in (mine, old):
            chosen = mine
        elif old == mine:
            chosen = yours
        else:
            conflicts += 1
            chosen = _conflict(mine or b"", yours or b"", mark, names)
        if chosen is not None:
            texts.append(chosen)
    return MergedText(b"".join(texts), conflicts)


def scopes_between(before: bytes, after: bytes) -> dict[str | None, tuple[bytes, ...]]:
    """The scopes in which a recording differs from what it was, each with the text of its interactions now.

    Raises:
        RecordingError: one of them is no recording.
    """
    old, new = _by_scope(before), _by_scope(after)
    return {scope: new.get(scope, ()) for scope in (*new, *old) if new.get(scope, ()) != old.get(scope, ())}


def _by_scope(text: bytes) -> dict[str | None, tuple[bytes, ...]]:
    found: dict[str | None, tuple[bytes, ...]] = {}
    for key, block in _blocks(text).items():
        if key != _HEAD:
            scope = key[0] if isinstance(key[0], str) else None
            found[scope] = (*found.get(scope, ()), block)
    return found


def _blocks(text: bytes) -> dict[_Key, bytes]:
    """The text of each interaction, with its directives and comments, and what stands above the first."""
    if not text.strip():
        return {}
    interactions = load(text).interactions
    lines = text.splitlines(keepends=True)
    starts = [_start(lines, each.line) for each in interactions]
    found: dict[_Key, bytes] = {_HEAD: b"".join(lines[: starts[0]] if starts else lines)}
    counts: Counter[_Key] = Counter()
    for interaction, start, end in zip(interactions, starts, [*starts[1:], len(lines)], strict=True):
        key = _key(interaction)
        counts[key] += 1
        block = b"".join(lines[start:end]).strip(b"\n")
        found[(*key, counts[key])] = b"\n" + block + b"\n"
    if starts:
        found[_HEAD] = found[_HEAD].rstrip(b"\n") + b"\n"
    return found


def _key(interaction: Interaction) -> _Key:
    request = interaction.request
    return interaction.scope, request.method, request.url, request.body, client_meaning(interaction)


def _start(lines: Sequence[bytes], line: int) -> int:
    """Where the block begins whose request line is this: at its comments and directives, below the file's own."""
    at = block_start(lines, line)
    if at == 0:  # the file's own comments end at the first blank line
        at = next((number + 1 for number, text in enumerate(lines[: line - 1]) if not text.strip()), line - 1)
    while at < line - 1 and not lines[at].strip():
        at += 1
    return at


def _order(before: Mapping[_Key, bytes], one: Mapping[_Key, bytes], other: Mapping[_Key, bytes]) -> list[_Key]:
    """The keys as our side has them; what only the other has stands behind what it stands behind there.

    A scope that only the other side has changed is in its order: a test recorded anew may ask in another.
    Scopes that both sides have added at the same place stand there in that order, ours first.
    """
    order = list(one) or list(before)
    last: _Key | None = None
    for key in other:
        if key not in order:
            place = order.index(last) + 1 if last is not None else 0
            while (
                _scope(key) != _scope(last)
                and place < len(order)
                and order[place] not in before
                and order[place] not in other
            ):
                place += 1
            order.insert(place, key)
        last = key
    return _scopes_as_changed(order, before, one, other)


def _scopes_as_changed(
    order: Sequence[_Key], before: Mapping[_Key, bytes], one: Mapping[_Key, bytes], other: Mapping[_Key, bytes]
) -> list[_Key]:
    """The order with each scope that only the other side has changed as that has it, in the places of that scope."""
    old, mine, yours = _keys_by_scope(before), _keys_by_scope(one), _keys_by_scope(other)
    now = {
        scope: iter([*keys, *(key for key in mine.get(scope, ()) if key not in other)])
        for scope, keys in yours.items()
        if mine.get(scope) == old.get(scope) != keys
    }
    return [next(now[_scope(key)]) if key != _HEAD and _scope(key) in now else key for key in order]


def _keys_by_scope(blocks: Iterable[_Key]) -> dict[object, list[_Key]]:
    found: dict[object, list[_Key]] = {}
    for key in blocks:
        if key != _HEAD:
            found.setdefault(_scope(key), []).append(key)
    return found


def _scope(key: _Key | None) -> object:
    return None if key is None or key == _HEAD else key[0]


def _conflict(mine: bytes, yours: bytes, mark: int, names: tuple[str, str]) -> bytes:
    first, middle, end = (sign * mark for sign in (b"<", b"=", b">"))
    return b"".join(
        [
            *(b"\n", first, b" ", names[0].encode(), b"\n", mine.lstrip(b"\n")),
            *(middle, b"\n", yours.lstrip(b"\n")),
            *(end, b" ", names[1].encode(), b"\n"),
        ]
    )
