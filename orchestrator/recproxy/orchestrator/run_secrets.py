"""The values that scopes of this run have shown to be secret, in the order they were learned.

What one scope shows must not stay in the recordings of another, whichever ended first: a scope is masked with all that
is known when it ends, and at the end of the run those that ended before something was learned are searched again.
Holds secrets, in this process only, and shows none.
"""

from __future__ import annotations

from collections.abc import Iterable

from recproxy.control.redaction_messages import LearnedValue
from recproxy.errors import RecordingError

__all__ = ["RunSecrets"]

#: What fits into the memory of a redaction worker, which needs some ten kilobytes to find a value in all its forms.
_MOST = 20_000
_MOST_BYTES = 4_000_000


class RunSecrets:
    """The values of a run."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._learned: list[LearnedValue] = []
        self._known: dict[bytes, LearnedValue] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._learned)

    def __repr__(self) -> str:
        return f"RunSecrets({len(self)} values)"

    def since(self, count: int) -> tuple[LearnedValue, ...]:
        """The values after the first `count`."""
        return tuple(self._learned[count:])

    def add(self, values: Iterable[LearnedValue], since: int) -> int:
        """Add what a scope has shown that was masked with the first `since` values; how many it is masked with now.

        Raises:
            RecordingError: there are more than can be looked for in all recordings.
        """
        others = len(self) > since
        for each in values:
            known = self._known.get(each.value)
            if known is None or (known.field and not each.field):
                self._known[each.value] = each
                self._learned.append(each)
                self._bytes += len(each.value)
        if len(self) > self._most or self._bytes > _MOST_BYTES:
            raise RecordingError(
                f"this run has shown more than {self._most} secret values, too many to look for in each recording: "
                "record the tests in several runs"
            )
        return since if others else len(self)
