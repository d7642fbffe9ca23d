"""Messages that say the same are the same; what differs is named as a person calls it."""

from email.message import EmailMessage

import pytest

from recproxy.matching.mail_messages import mail_difference, read_mail

IGNORED = frozenset((b"date", b"message-id"))


def made(subject="Grüße", text="été\nline\n", html="<b>x</b>\n", data=b"\x00png\n", **how):
    mail = EmailMessage()
    mail["Subject"], mail["To"] = subject, "a@b.example"
    mail.set_content(text, **how)
    mail.add_alternative(html, subtype="html", **how)
    mail.add_attachment(data, maintype="image", subtype="png", filename="é.png")
    return mail.as_bytes()


def difference(recorded, live, bound=None):
    found, taken = mail_difference(read_mail(recorded, "XXX", IGNORED), read_mail(live, None, IGNORED), bound or {})
    return [(each.field, each.wanted, each.got) for each in found], taken


@pytest.mark.parametrize(
    "how", [{}, {"cte": "base64"}, {"cte": "quoted-printable"}, {"cte": "8bit"}, {"charset": "latin-1"}]
)
@pytest.mark.parametrize("ends", [b"\n", b"\r\n"])
def test_how_a_message_is_written_does_not_matter(how, ends):
    assert difference(made(), made(**how).replace(b"\n", ends)) == ([], {})


def test_fields_may_come_in_another_order_and_folded():
    assert difference(
        b"A: 1\nSubject: a b\nDate: x\n\nhi\n", b"Subject: a\r\n b\r\nMessage-ID: y\r\nA: 1\r\n\r\nhi"
    ) == ([], {})


def test_what_differs_is_named():
    found, _ = difference(made(), made(subject="Bye", text="no\n", data=b"\x00gif\n") + b"")

    assert found == [
        ("Subject", "Grüße", "Bye"),
        ("part 1.1 text/plain", "été\nline", "no"),
        ("part 2 image/png", "\x00png", "\x00gif"),
    ]


def test_a_field_that_only_one_side_has_is_absent_on_the_other():
    assert difference(b"A: 1\nB: 2\n\nx", b"B: 2\nC: 3\nB: 4\n\nx")[0] == [
        ("A", "1", None),
        ("C", None, "3"),
        ("B (2)", None, "4"),
    ]


def test_wild_places_fit_and_named_ones_take_their_value():
    recorded = b"Subject: XXX\nX-Id: <XXX[id]@a>\n\nid XXX[id], XXX\n"

    assert difference(recorded, b"Subject: any\nX-Id: <7@a>\n\nid 7, thing\n") == ([], {"id": b"7"})
    assert difference(recorded, b"Subject: any\nX-Id: <7@a>\n\nid 8, thing\n")[0][0][0] == "body"
    assert difference(recorded, b"Subject: any\nX-Id: <7@a>\n\nid 7, thing\n", {"id": b"9"})[0][0][0] == "X-Id"


def test_a_masked_attachment_fits_any():
    recorded = b"Content-Transfer-Encoding: base64\n\nAAAA\nXXX\n"

    assert difference(recorded, b"Content-Transfer-Encoding: base64\n\nAA\nAABBBB\n") == ([], {})
    assert difference(recorded, b"Content-Transfer-Encoding: base64\n\nBBBB\n")[0][0][0] == "body"


@pytest.mark.parametrize(
    "text", [b"", b"no fields", b"A: 1", b"Subject: =?x?b?&&?=\n\n", b"Content-Transfer-Encoding: base64\n\n?"]
)
def test_any_bytes_are_read(text):
    assert difference(text, text) == ([], {})


def test_a_message_that_is_a_wild_place_fits_any():
    assert difference(b"XXX\r\n", made()) == ([], {})
