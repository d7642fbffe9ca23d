"""A TLS server on loopback around a service: `service.answer(request)` gives a Reply, or writes by itself."""

import contextlib
import gzip
import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import trustme


class Trust:
    """The authority that all origins of a test have their certificates from."""

    def __init__(self, folder):
        self.authority = trustme.CA()
        self.path = folder / "origins-ca.pem"
        self.authority.cert_pem.write_to_path(self.path)

    def context(self, hosts):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(*hosts).configure_cert(context)
        return context


@dataclass
class Reply:
    """A usual response; the server adds no header and no length of its own."""

    status: int
    reason: str
    headers: list = field(default_factory=list)
    body: bytes = b""

    def head(self):
        lines = [f"HTTP/1.1 {self.status} {self.reason}", *(f"{name}: {value}" for name, value in self.headers)]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


class Request:
    """What a service is asked; `connection` is for services that write by themselves."""

    def __init__(self, connection, body):
        self.connection = connection
        self.method = connection.command
        self.url = urlsplit(connection.path)
        self.path = self.url.path
        self.query = dict(parse_qsl(self.url.query, keep_blank_values=True))
        self.headers = connection.headers
        self.body = body

    @property
    def form(self):
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def bearer(self):
        return self.headers.get("Authorization", "").removeprefix("Bearer ")

    def coded(self, body):
        """The body as this client takes it, and the headers that say so."""
        if "gzip" in self.headers.get("Accept-Encoding", ""):
            return gzip.compress(body, mtime=0), [("content-encoding", "gzip")]
        return body, []


class Handler(BaseHTTPRequestHandler):
    """One connection; every method is the service's."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60

    def log_message(self, *words):
        pass

    def setup(self):
        with contextlib.suppress(OSError):  # the handshake is the thread's, not the acceptor's
            self.request.do_handshake()
        super().setup()

    def handle(self):
        with contextlib.suppress(OSError, ssl.SSLError):
            super().handle()

    def handle_expect_100(self):
        return (
            self.server.service.expected(self)
            if hasattr(self.server.service, "expected")
            else super().handle_expect_100()
        )

    def handle_any(self):
        request = Request(self, self.body())
        with self.server.lock:
            self.server.asked.append(request)
        reply = self.server.service.answer(request)
        if reply is None:
            return
        self.server.sent.append(reply)
        self.wfile.write(reply.head() + (b"" if self.command == "HEAD" else reply.body))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = handle_any

    def body(self):
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            return self.chunks()
        if getattr(self.server.service, "early", lambda _: False)(self):
            return b""
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def chunks(self):
        body = b""
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.trailers = []
        while (line := self.rfile.readline()) not in (b"\r\n", b""):
            self.trailers.append(line.strip())
        return body


class Origin:
    """A service at work, as a context."""

    def __init__(self, trust, service):
        self.service = service
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.block_on_close = False
        self.server.request_queue_size = 64
        self.server.handle_error = lambda *_: None
        self.server.service = service
        self.server.lock = threading.Lock()
        self.server.asked, self.server.sent = [], []
        context = trust.context(service.hosts)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))

    @property
    def asked(self):
        return self.server.asked

    @property
    def sent(self):
        return self.server.sent

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
