"""A program that mails by smtplib, recorded from a real SMTP server with TLS and a login, and replayed without it."""

import sys

import pytest

from recproxy.recording import load

pytest.importorskip("aiosmtpd.smtp")

from mail_server import PASSWORD, mail_server

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
