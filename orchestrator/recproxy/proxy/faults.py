"""Faults on purpose: an answer that its client gets late, in part, or not at all. Knows bytes and timed pieces, no clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from recproxy.control.scope_options import ScopeFault
from recproxy.http import Head, error_response
from recproxy.proxy.downstream import Answer, Downstream, Work
from recproxy.proxy.pacing import PacedAnswer
from recproxy.proxy.route import Route
from recproxy.recording.faults import LASTED, MUTATED, Fault, read_fault, read_test_fault

__all__ = ["LastingAnswer", "ScopeFaults", "faulty", "faulty_message", "lasted_note", "unanswered"]

#: A body that drips comes in so many pieces a second, or a byte at a time.
_DRIPS = 10
#: Bytes that are no frame: reserved bits, and an opcode that nobody knows. RFC 6455 section 5.2.
_GARBAGE = b"\xff\x7f" + b"recproxy plays garbage" * 4


class ScopeFaults:
    """The faults of one scope, and how often each was played."""

    def __init__(self, faults: Sequence[ScopeFault] = ()) -> None:
        planned = [each for each in faults if not each.fault.startswith(MUTATED)]
        self._all = [(read_test_fault(each.fault), each) for each in planned]
        #: Whether there are any; each request asks.
        self.planned = bool(planned)
        self._played = [0] * len(planned)
        #: What is changed in a recorded answer, by the position of its interaction.
        self.mutations = {
            each.interaction - 1: each.fault.removeprefix(MUTATED) for each in faults if each not in planned
        }
        #: The words of a TLS fault, where there is one.
        self.of_tls = next((each.fault for fault, each in self._all if fault.tls), "")

    def take(self, position: int | None, at: str = "") -> Fault | None:
        """The fault to play with an interaction, or with a request that was not recorded; None where there is none.

        `at` is the command of a mail client, or GREETING or MESSAGE.
        """
        for number, (fault, each) in enumerate(self._all):
            if fault.tls or (fault.at and fault.at != at) or (each.times and self._played[number] >= each.times):
                continue
            if (not each.interaction or each.interaction - 1 == position) and (
                position is not None or not fault.needs_response
            ):
                self._played[number] += 1
                return fault
        return None

    def without_tls(self, route: Route, head: Head) -> tuple[str, Answer] | None:
        """Where a TLS fault meets a plain connection: it cannot be played, and nobody may take it for played."""
        if not self.of_tls or route.scheme != "http":
            return None
        way = "over its base URL" if route.any_host is not None else "over plain HTTP"
        problem = f"the fault {self.of_tls!r} needs TLS, and a request came {way}: use https:// and the proxy"
        data = error_response(502, problem, head_only=head.method == b"HEAD", close=True)
        return f"{problem} variables, or another fault", Answer(data, close=True)

    def unplayed(self) -> list[str]:
        """The faults that no request has met; of TLS, this process does not know."""
        return [
            each.fault for (fault, each), count in zip(self._all, self._played, strict=True) if not (count or fault.tls)
        ]


class LastingAnswer:
    """An answer that says so if its client has waited for all of it."""

    def __init__(self, answer: PacedAnswer, lasted: Callable[[], None]) -> None:
        self._answer = answer
        self._lasted = lasted

    def work(self, downstream: Downstream) -> _LastingWork:
        """The answer on its way to a client."""
        return _LastingWork(downstream, self._answer, self._lasted)


class _LastingWork(Work):
    def __init__(self, downstream: Downstream, answer: PacedAnswer, lasted: Callable[[], None]) -> None:
        self._downstream = downstream
        self._work = answer.work(downstream)
        self._lasted = lasted

    async def run(self) -> bool:
        """Answer; a client that gives up has ended this before its end."""
        goes_on = await self._work.run()
        if not self._downstream.has_gone:
            self._lasted()
        return goes_on


def lasted_note(profile: str, fault: Fault) -> str:
    """What is noted of a hang whose client has waited for its end."""
    return f"{profile}: the fault 'hang {fault.value:g}' {LASTED}: its client has no shorter time-out"


def unanswered(fault: Fault) -> PacedAnswer:
    """What a client gets of a fault that needs no response."""
    return PacedAnswer(((fault.value or 0.0, b""),), close=True, reset=fault.kind == "reset")


def faulty_message(fault: Fault, data: bytes) -> PacedAnswer:
    """What a client gets of a message on a WebSocket with this fault; bytes count from the beginning of its frame."""
    value = fault.value or 0.0
    if not fault.needs_response:
        return unanswered(fault)
    if fault.kind in ("reset", "truncate"):
        return PacedAnswer(((0.0, data[: int(value)]),), close=True, reset=fault.kind == "reset")
    if fault.kind == "delay":
        return PacedAnswer(((value, data),))
    if fault.kind == "garbage":
        return PacedAnswer(((0.0, _GARBAGE),))
    size = max(int(value) // _DRIPS, 1)
    return PacedAnswer(tuple((size / value, data[at : at + size]) for at in range(0, len(data), size)))


def faulty(fault: Fault | str, data: bytes, close: bool, *, http2: bool = False) -> PacedAnswer:
    """What a client gets of a response with this fault; bytes count from the beginning of its body.

    Over HTTP/2, where the form of that is chunked, the size of the first chunk is none of it.
    """
    fault = read_fault(fault) if isinstance(fault, str) else fault
    value = fault.value or 0.0
    if not fault.needs_response:
        return unanswered(fault)
    head = data.index(b"\r\n\r\n") + 4
    body = data.find(b"\r\n", head) + 2 if http2 and head < len(data) else head
    if fault.kind == "reset":
        return PacedAnswer(((0.0, data[: body + int(value)]),), close=True, reset=True)
    if fault.kind == "truncate":
        return PacedAnswer(((0.0, data[: body + int(value)]),), close=True)
    if fault.kind == "delay":
        return PacedAnswer(((value, data),), close)
    size = max(int(value) // _DRIPS, 1)
    drops = ((size / value, data[at : at + size]) for at in range(head, len(data), size))
    return PacedAnswer(((0.0, data[:head]), *drops), close)
