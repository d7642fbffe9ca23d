"""A cassette of vcrpy whose interactions are a recording in play."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from vcr.cassette import Cassette, CassetteContextDecorator
from vcr.errors import UnhandledHTTPRequestError
from vcr.record_mode import RecordMode
from vcr.request import Request as VcrRequest

from recproxy.recording import Headers, Request, Response
from recproxy.testing.inprocess.answers import AnswerSource, request_of_client

__all__ = ["cassette_of"]


def cassette_of(source: AnswerSource, options: dict[str, Any]) -> CassetteContextDecorator:
    """A cassette that answers from a source, begun anew at each entry."""
    source.opened()  # a word of `match_on` that is none is told here, not at the first request
    path = next((recording.path for recording in source.recordings if recording.path is not None), "recproxy")
    return CassetteContextDecorator.from_args(_Cassette, source=source, path=path, **options)


class _Cassette(Cassette):  # type: ignore[misc]
    """Plays what recproxy's matching finds; vcrpy's own matchers are not asked."""

    def __init__(self, *, source: AnswerSource, **options: Any) -> None:
        super().__init__(record_mode=RecordMode.NONE, **options)
        self._answers = source.opened()

    def _load(self) -> None:
        for position, interaction in enumerate(self._answers.interactions):
            self.data.append((VcrRequest(*_parts(interaction.request)), _values(self._answers.recorded(position))))
        self._loaded_count = len(self.data)
        self.rewound = True

    def _save(self, force: bool = False) -> None:
        """Nothing is recorded."""

    def can_play_response_for(self, request: Any) -> bool:
        request = self._before_record_request(request)
        return bool(request) and request in self

    def __contains__(self, request: Any) -> bool:
        return not isinstance(request, _Shown) and any(map(self._answers.has, _live(request)))

    def play_response(self, request: Any) -> Any:
        if isinstance(request, _Shown):
            raise UnhandledHTTPRequestError(request.text)
        live = _live(self._before_record_request(request))
        for each in live:
            position = self._answers.take(each)
            if position is not None:
                self.play_counts[position] += 1
                # Plain, since not all of vcrpy's clients undo a coding.
                return _values(self._answers.response(position, each))
            made = self._answers.made(each)
            if made is not None:
                return _values(made)
        raise UnhandledHTTPRequestError(self._answers.missed(live[0]).text())

    def find_requests_with_most_matches(self, request: Any) -> list[tuple[Any, list[str], list[tuple[str, str]]]]:
        """The recorded requests that fit; else the closest one, with the parts that differ. For vcrpy's messages."""
        live = _live(self._before_record_request(request))
        fitting = [position for each in live for position in self._answers.fitting(each)]
        if fitting:
            return [(self.data[position][0], ["recording"], []) for position in fitting]
        missed = self._answers.missed(live[0])
        if missed.closest is None:
            return []
        differences = [
            (one.field, "" if one.secret else f"{one.wanted} is recorded, {one.got} came") for one in missed.differences
        ]
        shown = _Shown(*_parts(self._answers.interactions[missed.closest].request))
        shown.text = missed.text()
        return [(shown, [], differences)]

    def _responses(self, request: Any) -> Iterator[tuple[int, Any]]:
        for each in _live(self._before_record_request(request)):
            for position in self._answers.fitting(each):
                yield position, _values(self._answers.recorded(position))


class _Shown(VcrRequest):  # type: ignore[misc]
    """A recorded request as it stands in a message; `text` is the miss.

    vcrpy's stub of aiohttp would play it where a redirect leads to what is not recorded.
    """

    text = ""


def _parts(request: Request) -> tuple[str, str, bytes | None, dict[str, list[str]]]:
    url = request.url.encode("ascii", "surrogateescape").decode("utf-8", "replace")
    return request.method, url, request.body or None, _listed(request.headers)


def _values(response: Response) -> dict[str, Any]:
    return {
        "status": {"code": response.status, "message": response.reason.decode("latin-1")},
        "headers": _listed(response.headers),
        "body": {"string": response.body},
    }


def _listed(headers: Headers) -> dict[str, list[str]]:
    """Headers by name, which is that of the first in whatever case."""
    names: dict[bytes, str] = {}
    listed: dict[str, list[str]] = {}
    for name, value in headers:
        listed.setdefault(names.setdefault(name.lower(), name.decode()), []).append(value.decode("latin-1"))
    return listed


def _live(request: Any) -> list[Request]:
    """What a request may mean: of aiohttp's, vcrpy shows the values only, not whether they go as JSON or as a form."""
    return [request_of_client(request.method, request.uri, request.headers, body) for body in _bodies(request.body)]


def _bodies(body: Any) -> list[Any]:
    if hasattr(body, "read"):
        return [body.read()]
    if isinstance(body, dict):
        return [each for each in (_json(body), urlencode(body, doseq=True)) if each is not None]
    if isinstance(body, list):
        return [_json(body) or body]
    return [body]


def _json(values: Any) -> str | None:
    try:
        return json.dumps(values)
    except (TypeError, ValueError):
        return None
