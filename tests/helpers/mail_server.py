"""An SMTP server of its own for a test: aiosmtpd on loopback, which wants TLS and a login. Ended with the block."""

import asyncio
import contextlib
import ssl
import threading

import trustme
from aiosmtpd import smtp

PASSWORD = "-".join(("corr", "horse", "battery", "9"))


class Handler:
    """Keeps what it accepts, and refuses one recipient."""

    def __init__(self):
        self.mail = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        self.mail.append(envelope.content)
        return f"250 2.0.0 OK queued as {len(self.mail)}"


@contextlib.contextmanager
def mail_server(folder):
    """A server that wants TLS and a login: its port, and the messages it has accepted. The CA is in the folder."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("mail.shop.example").configure_cert(context)

    def authenticate(server, session, envelope, mechanism, data):
        return smtp.AuthResult(success=data.password == PASSWORD.encode())

    def options():
        return {"tls_context": context, "require_starttls": True, "authenticator": authenticate, "auth_required": True}

    with answering(options) as served:
        yield served


@contextlib.contextmanager
def answering(options=dict):
    """An aiosmtpd with these options: its port, and the messages it has accepted."""
    handler, loop = Handler(), asyncio.new_event_loop()
    opened = loop.create_server(lambda: smtp.SMTP(handler, loop=loop, **options()), "127.0.0.1", 0)
    server = loop.run_until_complete(opened)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1], handler.mail
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
