"""A viewer as a process: a socket on loopback, the URL that lets its user in, and an end at Ctrl-C."""

from __future__ import annotations

import contextlib
import logging
import signal
import socket
import threading
import webbrowser
from collections.abc import Callable, Iterator

import uvicorn

from recproxy.errors import ConfigurationError
from recproxy.ui.app import make_app
from recproxy.ui.guard import Guard
from recproxy.ui.viewer import Viewer

__all__ = ["serve_viewer"]

_LOOPBACK = "127.0.0.1"
#: Requests at once: a browser sends six at a time.
_MOST_REQUESTS = 64


def serve_viewer(viewer: Viewer, *, port: int, opens: bool, say: Callable[[str], None]) -> None:
    """Serve a viewer until Ctrl-C or SIGTERM.

    Args:
        viewer: what is served.
        port: on loopback; 0 is any free one.
        opens: open it in the user's browser.
        say: gets the URL once it is served.

    Raises:
        ConfigurationError: the port is taken.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((_LOOPBACK, port))
        except (OSError, OverflowError) as problem:
            said = getattr(problem, "strerror", None) or problem
            raise ConfigurationError(f"--port {port}: {said}: leave it out, and any free port is used") from None
        bound = listener.getsockname()[1]
        guard = Guard(bound)
        address = f"http://{_LOOPBACK}:{bound}/#token="
        config = uvicorn.Config(
            make_app(viewer, guard),
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            limit_concurrency=_MOST_REQUESTS,
            timeout_graceful_shutdown=1,
        )
        # What strangers send is no news, and the page says what goes wrong.
        log = logging.getLogger("uvicorn")
        log.addHandler(logging.NullHandler())
        log.propagate = False
        listener.listen(128)
        say(f"{address}{guard.token}")
        if opens:
            # A browser in a terminal would take this one, and some wait until they are closed.
            opened = f"{address}{guard.opening_token}"
            threading.Thread(target=webbrowser.open, args=(opened,), daemon=True).start()
        with _ended_by_signals():
            uvicorn.Server(config).run(sockets=[listener])


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let the signals that end a viewer end it well: uvicorn sends them again once it has closed its connections."""
    before = {each: signal.signal(each, _leave) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except _Left:
        return
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


class _Left(BaseException):
    """The viewer was asked to end."""


def _leave(*_: object) -> None:
    raise _Left
