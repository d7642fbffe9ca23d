"""What changed in the answers of a service, as text and as JSON values. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recproxy.play.change import Change
    from recproxy.play.recording_difference import Changed

__all__ = ["changed_lines", "changed_row"]


def changed_lines(changed: Changed) -> Iterator[str]:
    """An interaction that differs, and what of it differs, in lines."""
    interaction = changed.after or changed.before
    assert interaction is not None
    sign = " " if changed.before and changed.after else "-" if changed.before else "+"
    scope = f"  ({interaction.scope})" if interaction.scope else ""
    told = sign == " " or interaction.steps
    request, status = interaction.request, "" if told else f": {interaction.response.status}"
    yield f"{sign} {request.method} {request.url}{scope}{status}"
    width = max((len(change.place) for change in changed.changes), default=0)
    for change in changed.changes:
        yield f"    {change.place:<{width}}  {_what(change)}"


def _what(change: Change) -> str:
    if change.before is None:
        return f"added: {change.after}"
    if change.after is None:
        return f"removed: {change.before}"
    return f"{change.before} -> {change.after}"


def changed_row(changed: Changed) -> dict[str, object]:
    """The same as JSON values."""
    interaction = changed.after or changed.before
    assert interaction is not None
    return {
        "method": interaction.request.method,
        "url": interaction.request.url,
        "scope": interaction.scope,
        "state": "changed" if changed.before and changed.after else "removed" if changed.before else "added",
        "changes": [
            {"kind": each.kind.name.lower(), "place": each.place, "before": each.before, "after": each.after}
            for each in changed.changes
        ],
    }
