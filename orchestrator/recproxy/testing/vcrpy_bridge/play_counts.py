"""A cassette that proxies play: vcrpy's own object, which is told what they played.

A suite looks at `play_count`, `all_played`, `requests` and the rest as ever. What stands in the cassette is vcrpy's;
only the counts, and what was recorded meanwhile, come from the scope.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from recproxy.testing.vcrpy_bridge.open_cassette import OpenCassette

__all__ = ["opened_of", "played"]

_OPENED = "_recproxy_opened"


def played(cassette: Any, opened: OpenCassette) -> None:
    """Have a cassette count what its scope plays."""
    setattr(cassette, _OPENED, opened)
    cassette.__class__ = _kind(cast("Any", type(cassette)))


def opened_of(cassette: object) -> OpenCassette | None:
    """The scope of a cassette; None for one that the bridge has not opened."""
    return getattr(cassette, _OPENED, None)


@lru_cache
def _kind(kind: Any) -> Any:
    """The kind of cassette that counts what is played elsewhere."""

    def counts(cassette: Any) -> Counter[int]:
        plays = getattr(cassette, _OPENED).plays()
        return Counter({position: count for position, count in enumerate(plays) if count})

    def played_interactions(cassette: Any) -> list[Any]:
        """What `drop_unused_requests` keeps."""
        return [cassette.data[position] for position in counts(cassette)]

    def rewind(cassette: Any) -> None:
        getattr(cassette, _OPENED).restart()

    def save(cassette: Any, *words: Any, **options: Any) -> None:
        opened: OpenCassette = getattr(cassette, _OPENED)
        before = len(cassette.data)
        for request, response in opened.recorded():
            cassette.append(request, response)
        if opened.leaves_nothing and len(cassette.data) > before:
            del cassette.data[:before]
            cassette._loaded_count = 0  # noqa: SLF001 - vcrpy keeps so many from the start
        if opened.replaces:
            cassette.record_mode = "all"
        kind._save(cassette, *words, **options)  # noqa: SLF001 - vcrpy calls it when a cassette closes

    body = {
        "play_counts": property(counts),
        "_played_interactions": property(played_interactions),
        "rewind": rewind,
        "_save": save,
    }
    return type(kind.__name__, (kind,), body)
