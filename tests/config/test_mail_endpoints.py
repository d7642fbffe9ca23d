"""Ports and variables of mail servers, and what their endpoints may not say."""

import pytest

from recproxy.config.mail_endpoints import mail_fault, mail_places, mail_variables, place_at
from recproxy.config.profile import Endpoint, Profile

SMTP = Endpoint(protocol="smtp", hosts=("mail.example",))


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, ["smtp://mail.example:587", "smtps://mail.example:465", "smtp://mail.example:25"]),
        ({"ports": ("2525", "465", "4650"), "tls_ports": ("4650",)},
         ["smtp://mail.example:2525", "smtps://mail.example:465", "smtps://mail.example:4650"]),
    ],
)  # fmt: skip
def test_each_port_is_a_place(more, wanted):
    profile = Profile(
        endpoints=(Endpoint(hosts=("a.example",)), Endpoint(protocol="smtp", hosts=("mail.example",), **more))
    )
    places = list(mail_places(profile))

    assert [each.url for each in places] == wanted
    assert {each.endpoint for each in places} == {1}
    assert place_at(places, "mail.example", 465) is places[1]
    assert place_at(places, "mail.example", 1) is None
    assert profile.reached == (("a.example", 80), ("a.example", 443))


def test_the_variables_begin_with_the_same_name():
    assert mail_variables(Endpoint(variables="GMAIL_SMTP")) == ("GMAIL_SMTP_HOST", "GMAIL_SMTP_PORT")
    assert mail_variables(SMTP) == ()


@pytest.mark.parametrize(
    ("endpoint", "key"),
    [
        (SMTP, None),
        (Endpoint(hosts=("a", "*.b"), base_url="A"), None),
        (Endpoint(hosts=("a",), variables="A"), "variables"),
        (Endpoint(hosts=("a",), tls_ports=("1",)), "tls_ports"),
        (Endpoint(hosts=("a",), address="127.0.0.1:1"), "address"),
        (Endpoint(protocol="smtp", hosts=("a",), base_url="A"), "base_url"),
        (Endpoint(protocol="smtp", hosts=("a", "b")), "hosts"),
        (Endpoint(protocol="smtp", hosts=("*.b",)), "hosts"),
    ],
)
def test_a_key_of_the_other_protocol_is_a_fault(endpoint, key):
    fault = mail_fault(endpoint)

    assert (fault and fault[0]) == key
