"""Mail messages in bodies and parts, compared by their fields and parts."""

import pytest

from recproxy.matching.compare import difference
from recproxy.matching.rules import Rules

URL = "https://a.com/upload"


def mail(
    *, day="Mon, 1 Jan 2024 10:00:00 -0000", name="<1@a>", subject="Hello", boundary="one", text="Hi", newline="\r\n"
):
    """A message with a text and a picture, as a program makes it."""
    lines = [
        "To: bob@example.com", f"Subject: {subject}", f"Date: {day}", f"Message-ID: {name}",
        f'Content-Type: multipart/mixed; boundary="{boundary}"', "", f"--{boundary}", "Content-Type: text/plain", "",
        text, f"--{boundary}", 'Content-Type: image/png; name="a.png"', "", "PNG", f"--{boundary}--", "",
    ]  # fmt: skip
    return newline.join(lines)


ANEW = {"day": "Tue, 2 Jan 2024 11:11:11 -0000", "name": "<2@b>", "boundary": "another"}


def related(message, boundary):
    """A message beside its metadata, as Gmail's multipart upload has it."""
    kinds = ('application/json\r\n\r\n{"threadId": "1"}', f"message/rfc822\r\n\r\n{message}")
    parts = "".join(f"--{boundary}\r\nContent-Type: {each}\r\n" for each in kinds)
    return f"{parts}--{boundary}--\r\n", f"multipart/related; boundary={boundary}"


def differences(recorded, live, one, other, **rules):
    wanted, got = (each if isinstance(each, tuple) else (each, "message/rfc822") for each in (one, other))
    return difference(recorded(f"POST {URL}", *wanted), live(f"POST {URL}", *got), Rules(**rules))


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_a_message_made_anew_matches(newline, recorded, live):
    assert differences(recorded, live, mail(), mail(**ANEW, newline=newline)) == ()


@pytest.mark.parametrize("field", ["subject", "text"])
def test_a_message_that_says_something_else_does_not_match(field, recorded, live):
    (found,) = differences(recorded, live, mail(), mail(**ANEW, **{field: "Bye"}))

    assert found.field == "body"


def test_a_message_in_a_part_is_compared_alike(recorded, live):
    one = related(mail(), "x")

    assert differences(recorded, live, one, related(mail(**ANEW), "y")) == ()
    assert len(differences(recorded, live, one, related(mail(**ANEW, subject="Bye"), "y"))) == 1


def test_a_profile_says_which_fields_are_ignored(recorded, live):
    assert len(differences(recorded, live, mail(), mail(**ANEW), ignore_mail=())) == 1
    assert differences(recorded, live, mail(), mail(subject="Bye"), ignore_mail=("subject",)) == ()


def test_a_wild_place_in_a_message_is_one(recorded, live):
    assert differences(recorded, live, mail(subject="XXX"), mail(**ANEW, subject="Whatever")) == ()


def test_text_without_fields_is_compared_as_bytes(recorded, live):
    assert differences(recorded, live, "no message", "no message") == ()
    assert len(differences(recorded, live, "no message", "another")) == 1


@pytest.mark.parametrize(
    ("patterns", "ignored"),
    [
        (("POST /upload",), True),
        (("POST",), True),
        (("POST /up*d",), True),
        (("PUT /upload",), False),
        (("POST /upload/*",), False),
        (("PUT", "POST /upload"), True),
        ((), False),
    ],
)
def test_a_profile_says_whose_bodies_are_ignored(patterns, ignored, recorded, live, index):
    wanted, request = recorded(f"POST {URL}", "one", "text/plain"), live(f"POST {URL}", "two", "text/plain")

    assert (difference(wanted, request, Rules(ignore_body=patterns)) == ()) is ignored
    assert bool(index(wanted, rules=Rules(ignore_body=patterns)).find(request).tiers) is ignored


@pytest.mark.parametrize("path", ["/caf%c3%a9", "/caf%C3%A9", "/café"])
def test_the_path_of_ignored_bodies_is_compared_as_urls_are(path, recorded, live):
    wanted = recorded("POST https://a.com/caf%C3%A9", "one", "text/plain")
    request = live(f"POST https://a.com{path}", "two", "text/plain")

    assert difference(wanted, request, Rules(ignore_body=("POST /caf%C3%A9",))) == ()
