"""From a response to the bytes that one client gets: framed, coded and paced as it can take them, or with a fault.

Knows responses and heads; not which of them fits a request, nor how often it was played.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from recproxy.errors import RecordingError, RecproxyError, defect_text
from recproxy.http import Head, Prepared, accepts_all, error_response, takes_coded
from recproxy.play.playback import Playback
from recproxy.proxy.downstream import Answer, LateForm, Later
from recproxy.proxy.faults import faulty
from recproxy.proxy.pacing import PacedAnswer
from recproxy.recording import Interaction, Response, header_values
from recproxy.recording.faults import Fault
from recproxy.recording.message_coding import MessageError

__all__ = ["AnswerForms"]


class AnswerForms:
    """Forms recorded responses; each is prepared once. `paced` plays them as slowly as they were recorded.

    The bytes of an answer that `waits` are made when its turn comes, but of what is bound and recorded now; `fail` is
    told what goes wrong then. What `http2` is for a client of HTTP/2.
    """

    def __init__(self, fail: Callable[[str], None], *, paced: bool) -> None:
        self._fail = fail
        self._paced = paced
        self._prepared: dict[int, Prepared] = {}

    def form(
        self,
        position: int,
        playback: Playback,
        head: Head,
        fault: Fault | None,
        kept: dict[int, Answer | Later],
        *,
        waits: bool,
        http2: bool,
    ) -> Answer | Later:
        """The answer with an interaction, or with a fault; `kept` is one that is the same each time."""
        recorded, respond = playback.interaction(position), playback.responding(position)

        def form() -> Answer | Later:
            sent = respond()
            try:
                answer = self._formed(position, recorded, sent, head, fault, http2=http2)
            except MessageError as problem:
                where = playback.index.where(position)
                raise RecordingError(f"{where}: the messages of its response cannot be sent: {problem}") from None
            if sent is recorded.response and fault is None:
                kept[position] = answer
            return answer

        return self._late(form, head) if waits else form()

    def made(self, response: Response, head: Head, *, waits: bool, http2: bool) -> Answer | Later:
        """The answer that a hook has made, which is for this request alone."""
        form = partial(_hook_answer, response, head, http2=http2)
        return self._late(form, head) if waits else form()

    def _late(self, form: Callable[[], Answer | Later], head: Head) -> LateForm:
        def failed(problem: Exception) -> Answer:
            text = problem.message if isinstance(problem, RecproxyError) else defect_text(problem)
            self._fail(f"a client's request was refused with 500: {text}")
            return Answer(error_response(500, text, head_only=head.method == b"HEAD"), close=True)

        return LateForm(form, failed)

    def _formed(
        self, position: int, recorded: Interaction, sent: Response, head: Head, fault: Fault | None, *, http2: bool
    ) -> Answer | Later:
        """The answer to a request: what is `sent` is as it was `recorded`, or has values that are its own."""
        is_same = sent is recorded.response
        prepared = self._prepared.setdefault(position, Prepared(sent)) if is_same else Prepared(sent)
        takes = {
            "head_only": head.method == b"HEAD",
            "http10": head.http10,
            "keep_alive": head.keep_alive,
            "coded": takes_coded(recorded, head.headers),
            "http2": http2,
        }
        if fault is not None or recorded.response.fault is not None:
            return faulty(fault or recorded.response.fault or "", *prepared.form(**takes), http2=http2)
        if self._paced and (recorded.response.delay or recorded.response.chunks):
            return PacedAnswer(*prepared.paced(**takes))
        return Answer(*prepared.form(**takes))


def _hook_answer(response: Response, head: Head, *, http2: bool) -> Answer:
    accepted = b",".join(header_values(head.headers, b"accept-encoding")) or None
    data, close = Prepared(response).form(
        head_only=head.method == b"HEAD",
        http10=head.http10,
        keep_alive=head.keep_alive,
        coded=accepts_all(response.encoding or "", accepted),
        http2=http2,
    )
    return Answer(data, close)
