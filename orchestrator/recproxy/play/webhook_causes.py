"""Which request of a program caused a webhook: the one whose values it carries, else the last before it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording import WEBHOOK, Interaction

__all__ = ["carried_cause", "cause_of", "webhooks_by_cause"]

#: What may be an id: long enough, and with a digit.
_ID = lazy_pattern(rb"(?=[A-Za-z_-]{0,63}[0-9])[0-9A-Za-z_-]{6,64}")


def cause_of(webhook: Interaction, before: Sequence[Interaction]) -> int | None:
    """The place of the interaction that caused a webhook, among those before it; None where there are none."""
    cause = carried_cause(webhook, before)
    return len(before) - 1 if cause is None and before else cause


def carried_cause(webhook: Interaction, before: Sequence[Interaction]) -> int | None:
    """The place of the interaction whose values a webhook carries; None where it carries those of none.

    The most values count that few of the others have; of equal ones the last interaction is it.
    """
    carried = _ids(webhook)
    held = [_ids(each) & carried for each in before]
    spread = Counter(value for each in held for value in each)
    scores = [sum(1 / spread[value] for value in each) for each in held]
    best = max(scores, default=0)
    if not best:
        return None
    return max(place for place, score in enumerate(scores) if score == best)


def webhooks_by_cause(interactions: Sequence[Interaction]) -> dict[int, tuple[int, ...]]:
    """The positions of webhooks by that of the interaction before them; those before any have -1."""
    found: dict[int, list[int]] = {}
    cause = -1
    for position, each in enumerate(interactions):
        if each.request.method == WEBHOOK:
            found.setdefault(cause, []).append(position)
        else:
            cause = position
    return {cause: tuple(positions) for cause, positions in found.items()}


def _ids(interaction: Interaction) -> set[bytes]:
    request, response = interaction.request, interaction.response
    texts = [response.body, b"\n".join(value for _, value in response.headers)]
    if interaction.webhook is None:
        texts += [request.url.encode("utf-8", "surrogateescape"), request.body]
    return {value for text in texts for value in _ID.findall(text)}
