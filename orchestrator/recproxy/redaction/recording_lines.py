"""The lines of a recording that belong to no request or response: its own comments, and the names of its scopes.

Somebody may have written them by hand, or have recorded them with rules that knew less.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from recproxy.recording.scope_names import masked_name
from recproxy.recording.values import Interaction, Recording
from recproxy.redaction.earlier_values import NOTHING, EarlierValues
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import redact_line

__all__ = ["with_clean_lines", "with_clean_scopes"]


def with_clean_lines(
    recording: Recording, rules: RedactionRules, earlier: EarlierValues = NOTHING
) -> tuple[Recording, tuple[str, ...]]:
    """A recording whose comments and scopes hold no secret, and those lines of it that held one, as they stood."""

    def masked(lines: Iterable[str | None]) -> dict[str, str]:
        return {line: redact_line(line, rules, earlier) for line in dict.fromkeys(lines) if line}

    comments = masked((*recording.comments, *recording.closing))
    names = masked(each.scope for each in recording.interactions)
    scopes = {name: masked_name(name, shown) for name, shown in names.items() if name != shown}
    changed = (*(line for line, shown in comments.items() if line != shown), *scopes)
    if not changed:
        return recording, ()
    clean = dataclasses.replace(
        recording,
        comments=tuple(comments.get(line, line) for line in recording.comments),
        closing=tuple(comments.get(line, line) for line in recording.closing),
        interactions=tuple(
            dataclasses.replace(each, scope=scopes[each.scope]) if each.scope in scopes else each
            for each in recording.interactions
        ),
    )
    return clean, changed


def with_clean_scopes(
    interactions: Sequence[Interaction | None], rules: RedactionRules, earlier: EarlierValues = NOTHING
) -> list[Interaction | None]:
    """Interactions, and None as it stands, whose scopes hold no secret."""
    there = tuple(each for each in interactions if each is not None)
    clean = iter(with_clean_lines(Recording(interactions=there), rules, earlier)[0].interactions)
    return [each if each is None else next(clean) for each in interactions]
