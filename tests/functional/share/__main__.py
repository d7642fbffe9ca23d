"""`python -m share [ADDRESS]` serves the application on a free port, prints the port, and ends with stdin."""

import sys
from socketserver import ThreadingMixIn
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from share.app import Share


class Server(ThreadingMixIn, WSGIServer):
    """A thread per connection; none of them keeps the process alive."""

    daemon_threads = True


class QuietHandler(WSGIRequestHandler):
    """Answers without a log line per request."""

    def log_message(self, format, *args):  # noqa: A002 - its base class names it so
        pass


with make_server((sys.argv[1:] or ["127.0.0.1"])[0], 0, Share(), Server, QuietHandler) as server:
    Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.buffer.read()
    server.shutdown()
