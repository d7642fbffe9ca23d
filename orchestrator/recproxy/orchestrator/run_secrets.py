"""The values that scopes of this run have shown to be secret, in the order they were learned.

What one scope shows must not stay in the recordings of another, whichever ended first: a scope is masked with all that
is known when it ends, and at the end of the run those that ended before something was learned are searched again.
Holds secrets, in this process only, and shows none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from recproxy.control.redaction_messages import LearnedValue
from recproxy.errors import RecordingError

if TYPE_CHECKING:
    from recproxy.redaction.earlier_values import EarlierValues

__all__ = ["UNTOLD", "RunSecrets", "TooManySecretsError", "too_many_secrets"]

#: What is told in place of a text that may hold a secret that nobody has looked for.
UNTOLD = "XXX"
#: What fits into the memory of a redaction worker, which needs some ten kilobytes to find a value in all its forms.
_MOST = 20_000
_MOST_BYTES = 4_000_000  # of all values


class TooManySecretsError(RecordingError):
    """A scope has shown more values than can be looked for in each recording; the message says how many that are."""


class RunSecrets:
    """The values of a run."""

    def __init__(self, most: int = _MOST, most_bytes: int = _MOST_BYTES) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._learned: list[LearnedValue] = []
        self._known: dict[bytes, LearnedValue] = {}
        self._texts = 0
        self._bytes = 0
        self._ready: EarlierValues | None = None
        #: Whether more was shown than can be looked for, by scopes that record nothing: no text of the run is told.
        self.hides_all = False

    def __len__(self) -> int:
        return len(self._learned)

    def __repr__(self) -> str:
        return f"RunSecrets({len(self)} values)"

    def since(self, count: int) -> tuple[LearnedValue, ...]:
        """The values after the first `count`."""
        return tuple(self._learned[count:])

    def masked(self, text: str) -> str:
        """A text of the run without the values that are known now; of texts that are few."""
        if self.hides_all:
            return UNTOLD
        if not self._learned:
            return text
        from recproxy.redaction.earlier_values import EarlierValues, known_values  # noqa: PLC0415 - few runs need them
        from recproxy.redaction.scope import mask_line  # noqa: PLC0415

        if self._ready is None or len(self._ready.known) < len(self._known):
            self._ready = EarlierValues(known_values(self._known.values()))
        return mask_line(text, self._ready)

    def know(self, values: Collection[LearnedValue], *, complete: bool) -> None:
        """Add what a scope that records nothing has shown; where that is too much, or not all, texts are hidden."""
        if not values and complete:
            return
        try:
            self.add(values, len(self))
        except TooManySecretsError:
            complete = False
        self.hides_all = self.hides_all or not complete

    def add(self, values: Iterable[LearnedValue], since: int) -> int:
        """Add what a scope has shown that was masked with the first `since` values; how many it is masked with now.

        Raises:
            TooManySecretsError: they are more than can be looked for in all recordings; none of them was added.
        """
        others = len(self) > since
        new = [each for each in values if _adds(each, self._known.get(each.value))]
        unknown = {each.value for each in new} - self._known.keys()
        # What is no text is seldom a secret: most of it was decoded from something that only looked like base64.
        texts = self._texts + sum(map(_is_text, unknown))
        size = self._bytes + sum(map(len, unknown))
        if texts > self._most:
            raise TooManySecretsError(f"more than {self._most:,} secret values")
        if size > self._most_bytes:
            raise TooManySecretsError(f"more than {self._most_bytes:,} bytes of secret values")
        self._texts, self._bytes = texts, size
        self._known.update((each.value, each) for each in new)
        self._learned += new
        return since if others else len(self)


def too_many_secrets(scope: str, problem: TooManySecretsError) -> RecordingError:
    """The error that ends a run in which a scope has shown too much."""
    return RecordingError(
        f"{scope}: not recorded: with it this run has shown {problem.message}, too many to look for in each recording: "
        "delete what this run has recorded before, which is not searched for them, and record the tests in several runs"
    )


def _adds(value: LearnedValue, known: LearnedValue | None) -> bool:
    """Whether a value is to be looked for in more places than what is known of it."""
    return known is None or (known.field and not value.field)


def _is_text(value: bytes) -> bool:
    try:
        return value.decode().isprintable()
    except UnicodeDecodeError:
        return False
