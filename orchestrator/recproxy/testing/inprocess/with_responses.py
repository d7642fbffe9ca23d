"""A RequestsMock of `responses` whose registry is a recording in play."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from responses import RequestsMock, Response
from responses.registries import FirstMatchRegistry
from urllib3 import HTTPHeaderDict

from recproxy.recording import Request, header_values
from recproxy.recording import Response as Answer
from recproxy.testing.inprocess.answers import Answers, AnswerSource, request_of_client

if TYPE_CHECKING:
    from requests import PreparedRequest
    from responses import BaseResponse
    from urllib3.response import HTTPResponse

__all__ = ["mock_of"]


def mock_of(source: AnswerSource, options: dict[str, Any]) -> RequestsMock:
    """A mock that answers from a source."""
    source.opened()  # a word of `match_on` that is none is told here, not at the first request
    return _Mock(source, {"assert_all_requests_are_fired": False, **options})


class _Mock(RequestsMock):  # type: ignore[misc,unused-ignore]  # untyped where the library is not installed
    """Begins its recordings anew whenever it is reset, which `responses` does at the end of each `with`."""

    def __init__(self, source: AnswerSource, options: dict[str, Any]) -> None:
        self._source = source
        registry: Any = self._begun
        super().__init__(registry=registry, **options)

    def reset(self) -> None:
        super().reset()
        self._registry = self._begun()

    def _begun(self) -> _Registry:
        return _Registry(self._source.opened())


class _Registry(FirstMatchRegistry):  # type: ignore[misc,unused-ignore]
    """Interactions in play, and behind them what a test adds by itself."""

    def __init__(self, answers: Answers) -> None:
        super().__init__()
        self._answers = answers
        self._played = [_Played(answers, position) for position in range(len(answers.interactions))]
        self._responses.extend(self._played)
        self._gone: set[int] = set()

    def find(self, request: PreparedRequest) -> tuple[BaseResponse | None, list[str]]:
        live = _live(request)
        position = self._answers.take(live)
        if position is not None and position not in self._gone:
            return self._played[position], []
        made = self._answers.made(live, _accepted(live))
        if made is not None:
            return _Given(live, made), []
        found: BaseResponse | None
        found, reasons = super().find(request)
        if found is None:
            missed = self._answers.missed(live)
            if missed.closest is not None and not self._gone:
                reasons[missed.closest] = f"\n{missed.text()}"
        return found, reasons

    def remove(self, response: BaseResponse) -> list[BaseResponse]:
        removed: list[BaseResponse] = super().remove(response)
        self._forget()
        return removed

    def replace(self, response: BaseResponse) -> BaseResponse:
        super().replace(response)
        self._forget()
        return response

    def _forget(self) -> None:
        """Note which interactions a test took out."""
        kept = set(map(id, self._responses))
        self._gone = {position for position, each in enumerate(self._played) if id(each) not in kept}


class _Played(Response):  # type: ignore[misc,unused-ignore]
    """One interaction; its response is made when it is played, since named wild places and codings differ."""

    def __init__(self, answers: Answers, position: int) -> None:
        interaction = answers.interactions[position]
        url = interaction.request.url.encode("ascii", "surrogateescape").decode("utf-8", "replace")
        super().__init__(interaction.request.method, url, status=interaction.response.status)
        self._answers = answers
        self._position = position

    def matches(self, request: PreparedRequest) -> tuple[bool, str]:
        """Nothing, by itself: its registry asks the recording."""
        return False, ""

    def get_response(self, request: PreparedRequest) -> HTTPResponse:
        live = _live(request)
        return _given(live, self._answers.response(self._position, live, _accepted(live)), request)


class _Given(Response):  # type: ignore[misc,unused-ignore]
    """What a hook of the profile answers by itself."""

    def __init__(self, live: Request, answer: Answer) -> None:
        super().__init__(live.method, live.url, status=answer.status)
        self._live = live
        self._answer = answer

    def get_response(self, request: PreparedRequest) -> HTTPResponse:
        return _given(self._live, self._answer, request)


def _given(live: Request, answer: Answer, request: PreparedRequest) -> HTTPResponse:
    headers = HTTPHeaderDict()
    for name, value in answer.headers:
        headers.add(name.decode(), value.decode("latin-1"))
    given = Response(live.method, live.url, body=answer.body, status=answer.status, headers=headers, content_type=None)
    made: HTTPResponse = given.get_response(request)
    made.reason = answer.reason.decode("latin-1")
    return made


def _accepted(live: Request) -> bytes | None:
    return b",".join(header_values(live.headers, b"accept-encoding")) or None


def _live(request: PreparedRequest) -> Request:
    body = request.body
    if body is not None and not isinstance(body, str | bytes):
        pieces: Any = body
        body = request.body = b"".join(pieces)  # an upload in pieces can be read once only
    return request_of_client(str(request.method), str(request.url), request.headers, body)
