"""From a response to the bytes that one client gets: framed, coded and paced as it can take them, or with a fault.

Knows responses and heads; not which of them fits a request, nor how often it was played.
"""

from __future__ import annotations

from recproxy.http import Head, Prepared, accepts_all, takes_coded
from recproxy.proxy.downstream import Answer, Later
from recproxy.proxy.faults import faulty
from recproxy.proxy.pacing import PacedAnswer
from recproxy.recording import Interaction, Response, header_values
from recproxy.recording.faults import Fault

__all__ = ["AnswerForms", "hook_answer"]


class AnswerForms:
    """Forms recorded responses; each is prepared once. `paced` plays them as slowly as they were recorded."""

    def __init__(self, *, paced: bool) -> None:
        self._paced = paced
        self._prepared: dict[int, Prepared] = {}

    def form(
        self, position: int, recorded: Interaction, sent: Response, head: Head, fault: Fault | None
    ) -> Answer | Later:
        """The answer to a request: what is `sent` is as it was `recorded`, or has values that are its own."""
        is_same = sent is recorded.response
        prepared = self._prepared.setdefault(position, Prepared(sent)) if is_same else Prepared(sent)
        takes = {
            "head_only": head.method == b"HEAD",
            "http10": head.http10,
            "keep_alive": head.keep_alive,
            "coded": takes_coded(recorded, head.headers),
        }
        if fault is not None or recorded.response.fault is not None:
            return faulty(fault or recorded.response.fault or "", *prepared.form(**takes))
        if self._paced and (recorded.response.delay or recorded.response.chunks):
            return PacedAnswer(*prepared.paced(**takes))
        return Answer(*prepared.form(**takes))


def hook_answer(response: Response, head: Head) -> Answer:
    """The answer that a hook has made, which is for this request alone."""
    accepted = b",".join(header_values(head.headers, b"accept-encoding")) or None
    data, close = Prepared(response).form(
        head_only=head.method == b"HEAD",
        http10=head.http10,
        keep_alive=head.keep_alive,
        coded=accepts_all(response.encoding or "", accepted),
    )
    return Answer(data, close)
