"""The viewer as an application: which address gives what. Whoever is not let in by the guard comes to none of it."""

from __future__ import annotations

import functools
import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from importlib.metadata import version
from typing import Any

from jinja2 import Environment, PackageLoader
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from recproxy.errors import ConfigurationError, RecproxyError
from recproxy.recording.printable import printable
from recproxy.ui.guard import ENTER_PATH, POLICY_HEADERS, Guard
from recproxy.ui.page_assets import script, style
from recproxy.ui.peers import is_other_user
from recproxy.ui.saving import FileChanged
from recproxy.ui.viewer import Viewer

__all__ = ["make_app"]

#: What a page sends is the text of one interaction at most, and one of 1 MB may be edited.
_LARGEST_CALL = 8_000_000
_Scope = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
_App = Callable[[_Scope, _Receive, _Send], Awaitable[None]]


def make_app(viewer: Viewer, guard: Guard) -> _App:
    """The application of a viewer behind its guard."""
    routes = [
        Route("/", _page),
        Route(ENTER_PATH, functools.partial(_enter, guard), methods=["POST"]),
        Route("/ui.js", _script),
        Route("/ui.css", _style),
    ]
    for name, answer in viewer.answers().items():
        routes.append(Route(f"/api/{name}", functools.partial(_answer, answer)))
    for name, change in viewer.changes().items():
        routes.append(Route(f"/api/{name}", functools.partial(_change, change), methods=["POST"]))
    return _Guarded(Starlette(routes=routes), guard)


class _Guarded:
    """An application that only sees the requests which its guard admits; each answer has the guard's headers."""

    def __init__(self, app: _App, guard: Guard) -> None:
        self._app = app
        self._guard = guard

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def send_guarded(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                more = [(name.encode(), value.encode()) for name, value in POLICY_HEADERS.items()]
                message["headers"] = [*message["headers"], *more]
            await send(message)

        refusal = self._guard.refusal(scope["method"], scope["path"], _joined(Headers(scope=scope)))
        answer: _App = self._app
        if refusal is not None:
            answer = PlainTextResponse(refusal.text + "\n", status_code=refusal.status)
        return await answer(scope, receive, send_guarded)


def _joined(headers: Headers) -> Mapping[str, str]:
    """Headers by name; one that came twice has no value that anybody means."""
    return {name: ", ".join(headers.getlist(name)) for name in headers}


def _page(_: Request) -> Response:
    """The page: the same for everybody, since it is given without a session."""
    return HTMLResponse(_templates().get_template("page.html").render(version=version("recproxy")))


async def _enter(guard: Guard, request: Request) -> Response:
    """The session of whoever has the token."""
    client, server = request.client, request.scope.get("server")
    is_other = client is not None and server is not None and is_other_user(client.port, server[1])

    def entered(given: Mapping[str, Any]) -> dict[str, Any]:
        session = guard.session(str(given.get("token")), is_other_user=is_other)
        if session is None:
            raise ConfigurationError(
                "this URL is of another viewer, or was used: open the one that recproxy ui printed"
            )
        return {"session": session}

    return await _change(entered, request)


@functools.cache
def _templates() -> Environment:
    return Environment(loader=PackageLoader("recproxy.ui", "assets"), autoescape=True)


def _script(_: Request) -> Response:
    return Response(script(), media_type="text/javascript")


def _style(_: Request) -> Response:
    return Response(style(), media_type="text/css")


def _answer(answer: Callable[[Mapping[str, str]], dict[str, Any]], request: Request) -> Response:
    return _values(lambda: answer(request.query_params))


async def _change(change: Callable[[Mapping[str, Any]], dict[str, Any]], request: Request) -> Response:
    from starlette.concurrency import run_in_threadpool  # noqa: PLC0415 - beside its only use

    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _LARGEST_CALL:
            return JSONResponse({"error": "this is too large to be edited here: use your editor"}, status_code=413)
    try:
        values = json.loads(bytes(body))
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        return JSONResponse({"error": "send a JSON object"}, status_code=400)
    return await run_in_threadpool(_values, lambda: change(values))


def _values(make: Callable[[], dict[str, Any]]) -> Response:
    """What is made, or in one line why it cannot be."""
    try:
        return JSONResponse(make())
    except RecproxyError as problem:
        status = 409 if isinstance(problem, FileChanged) else 400
        return JSONResponse({"error": printable(problem.message), "kind": type(problem).__name__}, status_code=status)
    except Exception as problem:  # noqa: BLE001 - a page that waits must be answered, and may show no traceback
        return JSONResponse({"error": f"recproxy failed: {type(problem).__name__}"}, status_code=500)
