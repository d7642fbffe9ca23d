"""What the words of `recproxy init` mean: mail servers and websites of one's own."""

import tomllib

import pytest

from recproxy.cli.init_questions import choose_profile
from recproxy.cli.starter import Starter
from recproxy.errors import ProfileError

SMTP = {"protocol": "smtp", "hosts": ["smtp.a.example"], "variables": "MAIL_SMTP"}
IMAP = {"protocol": "imap", "hosts": ["imap.a.example"], "variables": "MAIL_IMAP"}
HTTP = {"hosts": ["smtp.a.example"], "base_url": "MAIL_BASE_URL"}


@pytest.mark.parametrize(
    ("word", "endpoint"),
    [
        ("mail=smtp.a.example", SMTP),
        ("mail=imap.a.example", IMAP),
        ("mail=SMTP://smtp.a.example/", SMTP),
        ("mail=smtp://smtp.a.example:587", SMTP | {"ports": ["587"]}),
        ("mail=smtps://smtp.a.example", SMTP | {"ports": ["465"]}),
        ("mail=imaps://imap.a.example:9930", IMAP | {"ports": ["9930"], "tls_ports": ["9930"]}),
        ("1-smtp=mail.a.example:25", SMTP | {"hosts": ["mail.a.example"], "ports": ["25"], "variables": "_1_SMTP"}),
        ("mail=127.0.0.1:143", IMAP | {"hosts": ["127.0.0.1"], "ports": ["143"]}),
        ("mail=https://smtp.a.example", HTTP),
        ("mail=mailing.a.example", HTTP | {"hosts": ["mailing.a.example"]}),
    ],
)
def test_a_mail_server_gets_the_endpoint_of_its_protocol(word, endpoint):
    chosen = choose_profile(None, word)
    own = tomllib.loads(Starter(chosen=(chosen,), packaged=False).configuration())["profiles"]

    assert own == {word.partition("=")[0]: {"endpoints": [endpoint]}}


def test_a_host_that_may_be_a_mail_server_is_asked_about():
    with pytest.raises(ProfileError) as caught:
        choose_profile(None, "mail=mail.a.example")

    assert caught.value.message == (
        "--profile mail=mail.a.example: mail.a.example may be a mail server or a website: "
        "write mail=smtp://mail.a.example, mail=imap://mail.a.example or mail=https://mail.a.example"
    )
