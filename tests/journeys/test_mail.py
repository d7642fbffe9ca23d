"""A program that mails by smtplib, recorded from a real SMTP server with TLS and a login, and replayed without it."""

import asyncio
import contextlib
import ssl
import sys
import threading

import pytest
import trustme

from recproxy.recording import load

smtp = pytest.importorskip("aiosmtpd.smtp")

PASSWORD = "-".join(("corr", "horse", "battery", "9"))
PROFILE = """[project]
name = "demo"
[tool.recproxy.profiles.shop]
credentials = ["SHOP_PASSWORD"]
[tool.recproxy.profiles.shop.placeholders]
SHOP_PASSWORD = "placeholder"
[[tool.recproxy.profiles.shop.endpoints]]
protocol = "smtp"
hosts = ["mail.shop.example"]
variables = "SHOP_SMTP"
address = "127.0.0.1:{port}"
[tool.recproxy.profiles.shop.upstream]
ca = "{ca}"
"""
PROGRAM = """
import os, smtplib, ssl, sys
from email.message import EmailMessage
by_name = sys.argv[1] == "name"
host = "mail.shop.example" if by_name else os.environ["SHOP_SMTP_HOST"]
mail = EmailMessage()
mail["Subject"], mail["From"] = sys.argv[2], "me@shop.example"
mail.set_content("the password is " + os.environ["SHOP_PASSWORD"])
with smtplib.SMTP(host, 587 if by_name else int(os.environ["SHOP_SMTP_PORT"]), timeout=20) as client:
    client.starttls(context=ssl.create_default_context())
    client.login("me", os.environ["SHOP_PASSWORD"])
    for name in ("you", "refused"):
        try:
            print(client.send_message(mail, to_addrs=f"{name}@shop.example"))
        except smtplib.SMTPException as error:
            print(error.args)
"""


class Handler:
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
    """A server that wants TLS and a login."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("mail.shop.example").configure_cert(context)

    def authenticate(server, session, envelope, mechanism, data):
        return smtp.AuthResult(success=data.password == PASSWORD.encode())

    handler, loop = Handler(), asyncio.new_event_loop()

    def connection():
        return smtp.SMTP(
            handler,
            tls_context=context,
            require_starttls=True,
            authenticator=authenticate,
            auth_required=True,
            loop=loop,
        )

    server = loop.run_until_complete(loop.create_server(connection, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1], handler.mail
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def test_mail_is_recorded_once_and_replayed_without_the_server(project, tmp_path):
    program = project.write("mail.py", PROGRAM)
    with mail_server(tmp_path) as (port, received):
        project.write("pyproject.toml", PROFILE.format(port=port, ca=tmp_path / "ca.pem"))
        recorded = project.run(
            "run", "--record", "shop", "--", sys.executable, str(program), "variables", "hello",
            environment={"SHOP_PASSWORD": PASSWORD},
        )  # fmt: skip
        assert len(received) == 1
    text = (project.root / "tests/functional/recordings/shop/default.rec").read_text()

    assert recorded.returncode == 0, recorded.stderr
    assert recorded.stdout.splitlines() == ["{}", "({'refused@shop.example': (550, b'5.1.1 no such user')},)"]
    [kept] = [each for each in load(text.encode()).interactions if each.steps]
    assert kept.request.url == "smtp://mail.shop.example:587"
    assert "> AUTH PLAIN XXX\n< 235 2.7.0 Authentication successful\n" in text
    assert "+ the password is XXX\n" in text
    assert PASSWORD not in text

    for way in ("variables", "name"):
        replayed = project.run("run", "--", sys.executable, str(program), way, "hello")
        assert (replayed.returncode, replayed.stdout) == (0, recorded.stdout), replayed.stderr
    missed = project.run("run", "--", sys.executable, str(program), "name", "bye")
    assert missed.returncode == 3
    assert "  Subject  hello     bye\n" in missed.stderr
