"""One large source of an import, in several processes: its interactions are masked in parts, and so is its text made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from recproxy.cli.shared_work import in_shares, in_turn, shares_of
from recproxy.recording import Interaction, Recording, interaction_pieces, pieces
from recproxy.redaction.block_texts import size_of
from recproxy.redaction.masked_scope import MaskedOne
from recproxy.redaction.scope_parts import PartWork

__all__ = ["spread", "text_pieces"]


def spread(work: PartWork, interactions: Sequence[Interaction], sizes: Sequence[int]) -> Iterator[MaskedOne]:
    """Have the interactions of a scope read and masked, many of them in several processes."""
    return in_shares(work, shares_of(interactions, sizes))


def text_pieces(recording: Recording) -> Iterator[bytes]:
    """The text of a recording in pieces; much of it is made by several processes."""
    interactions = recording.interactions
    shares = shares_of(interactions, [size_of(each) for each in interactions])
    return pieces(recording, in_turn(_joined, shares) if len(shares) > 1 else None)


def _joined(interactions: Sequence[Interaction]) -> Iterator[bytes]:
    """The text of each of some interactions, as it travels between processes."""
    return (b"".join(interaction_pieces([each])) for each in interactions)
