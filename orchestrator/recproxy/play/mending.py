"""The change that mends a miss, as what a run may write: interactions by their text, and names that a profile ignores.

Pure. A recording that came with a package, or is in the format of another tool, is never written: its change has no form
here.
"""

from __future__ import annotations

from dataclasses import replace

from recproxy.control.outcomes import InteractionEdit, Mending
from recproxy.matching.ignore_rules import changed_rules
from recproxy.matching.index import Index
from recproxy.matching.mend import Mend
from recproxy.matching.ways import Ways
from recproxy.recording import Interaction, Recording, dump
from recproxy.recording.grammar import FIRST_LINE
from recproxy.recording.printable import printable

__all__ = ["mendings"]


def mendings(mend: Mend | None, index: Index, ways: Ways) -> tuple[Mending, ...]:
    """The changes that would each mend a miss, the least one first."""
    changes = (mend, mend.by_rule) if mend is not None else ()
    made = (_mending(change, index, ways) for change in changes if change is not None)
    return tuple(each for each in made if each is not None)


def _mending(mend: Mend, index: Index, ways: Ways) -> Mending | None:
    edits = []
    for position, request in sorted(mend.requests.items()):
        path, number = _place(index, position)
        interaction = index.interactions[position]
        if not path or not interaction.line or ways.is_packaged(path):
            return None
        changed = replace(interaction, request=request, response=mend.responses.get(position, interaction.response))
        try:
            edits.append(InteractionEdit(path=path, number=number, text=_block(changed)))
        except (ValueError, UnicodeDecodeError):  # it has no form as text
            return None
    return Mending(text=printable(mend.text), rules=changed_rules(index.rules, mend.rules), edits=tuple(edits))


def _place(index: Index, position: int) -> tuple[str, int]:
    """The file of an interaction, and its number there."""
    for recording in index.recordings:
        if position < len(recording.interactions):
            return recording.path or "", position
        position -= len(recording.interactions)
    return "", 0


def _block(interaction: Interaction) -> str:
    return dump(Recording(interactions=(interaction,))).removeprefix(FIRST_LINE + b"\n").decode().strip("\n")
