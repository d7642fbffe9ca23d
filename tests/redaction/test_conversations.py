"""Conversations are redacted by the engine that redacts requests: all that the scope taught is masked in each step."""

import base64
import random
import re

import pytest

from recproxy.mail.imap.pieces import step_line
from recproxy.recording import Act, Interaction, Recording, Request, Response, Step, conversation, dump
from recproxy.redaction.earlier_values import EarlierValues
from recproxy.redaction.linking import link, names
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import mask_again, redact_scope

PASSWORD = b"corr-horse-battery-9"
RULES = RedactionRules()


def coded(text):
    return base64.b64encode(text)


def mail(*steps, wild=None):
    """A conversation; what a client says is `> `, what a server says `< `."""
    said = tuple(Step(Act(each[:1].decode()), each[2:]) for each in steps)
    return conversation("SMTP", "smtp://mail.example:587", said, wild=wild)


def text(interactions):
    return dump(Recording(interactions=tuple(interactions)))


MESSAGE = (
    b"> Subject: a\r\nX-Note: " + PASSWORD + b"\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsay "
    + PASSWORD + b" twice\r\n--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + base64.encodebytes(b"some data " * 20 + PASSWORD + b" more " * 20).replace(b"\n", b"\r\n") + b"--b--\r\n"
)  # fmt: skip


@pytest.mark.parametrize(
    ("proofs", "masked"),
    [
        ([b"> AUTH PLAIN " + coded(b"\0me\0" + PASSWORD) + b"\r\n"], [b"> AUTH PLAIN XXX"]),
        ([b"> AUTH PLAIN\r\n", b"< 334 \r\n", b"> " + coded(b"\0me\0" + PASSWORD) + b"\r\n"], [b"> XXX"]),
        (
            [
                b"> AUTH LOGIN\r\n",
                b"< 334 VXNlcm5hbWU6\r\n",
                b"> bWU=\r\n",
                b"< 334 UGFzc3dvcmQ6\r\n",
                b"> " + coded(PASSWORD) + b"\r\n",
            ],
            [b"> AUTH LOGIN", b"< 334 VXNlcm5hbWU6", b"> XXX", b"< 334 UGFzc3dvcmQ6", b"> XXX"],
        ),
        (
            [b"> AUTH XOAUTH2 " + coded(b"user=me\x01auth=Bearer " + PASSWORD + b"\x01\x01") + b"\r\n"],
            [b"> AUTH XOAUTH2 XXX"],
        ),
        (
            [b"> AUTH OAUTHBEARER " + coded(b"n,a=me,\x01auth=Bearer " + PASSWORD + b"\x01\x01") + b"\r\n"],
            [b"> AUTH OAUTHBEARER XXX"],
        ),
    ],
)
def test_a_proof_is_masked_and_what_it_proves_is_masked_everywhere(proofs, masked):
    other = Interaction(
        request=Request(method="POST", url="https://a/b", body=b"note " + PASSWORD), response=Response(status=200)
    )
    said = mail(
        b"< 220 a\r\n",
        *proofs,
        b"< 235 ok\r\n",
        b"> DATA\r\n",
        b"< 354 go\r\n",
        MESSAGE,
        b"< 250 " + PASSWORD + b"\r\n",
    )

    got = redact_scope([other, said], RULES)

    assert got.refusals == ()
    written = text(got.interactions)
    for line in masked:
        assert line + b"\n" in written
    assert PASSWORD not in written
    assert coded(PASSWORD)[:20] not in written
    assert b"image/png\n+ Content-Transfer-Encoding: base64\n+\n+ XXX" in written
    assert redact_scope(got.interactions, RULES).interactions == got.interactions
    assert redact_scope(got.interactions, RULES).counts == {}


@pytest.mark.parametrize(
    "proof", [b"AUTH XOAUTH 12345678=", b"AUTH CRAM-MD5 bWUgMDEyMw==", b"AUTH NEW anything", b"auth plain ???"]
)
def test_a_proof_that_cannot_be_read_is_masked(proof):
    said = mail(b"< 220 a\r\n", b"> " + proof + b"\r\n", b"< 235 ok\r\n")

    got = redact_scope([said], RULES)

    assert got.interactions[0].steps[1].data == proof.rpartition(b" ")[0] + b" XXX\r\n"
    assert sum(got.counts.values()) == 1


def test_a_value_that_another_scope_has_shown_is_masked_later():
    said = mail(b"< 220 a\r\n", MESSAGE)
    learned = redact_scope(
        [mail(b"< 220 a\r\n", b"> AUTH PLAIN " + coded(b"\0me\0" + PASSWORD) + b"\r\n")], RULES
    ).learned

    got = mask_again([said], EarlierValues(learned))

    assert PASSWORD not in text(got.interactions)


def test_without_a_secret_a_conversation_stays_as_it_is():
    said = mail(b"< 220 a\r\n", b"> NOOP\r\n", b"< 250 a\r\n", wild="XXX")

    assert redact_scope([said], RULES).interactions == (said,)


def test_what_may_not_be_written_refuses_its_conversation():
    zipped = (
        b"> Content-Type: application/zip\r\nContent-Encoding: br\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + coded(b"PK\x03\x04" + b"\x99" * 400)
    )
    said = mail(
        b"< 220 a\r\n",
        b"> AUTH PLAIN " + coded(b"\0me\0" + PASSWORD) + b"\r\n",
        b"< 235 a\r\n",
        b"> DATA\r\n",
        b"< 354 a\r\n",
        zipped,
    )

    got = redact_scope([mail(b"< 220 b\r\n", wild="XXX"), said], RULES)

    assert got.interactions[0] is not None
    assert got.interactions[1] is None
    assert [each.position for each in got.refusals] == [1]


def test_names_in_both_directions_are_told_and_changed():
    said = mail(b"< 220 XXX[id]\r\n", b"> NOOP XXX[id] XXX[other]\r\n", wild="XXX")

    assert names([said]) == {"id", "other"}
    assert link([said], {"id"})[0].steps[1].data == b"NOOP XXX[id.2] XXX[other]\r\n"
    assert link([said], {"id"})[0].steps[0].data == b"220 XXX[id.2]\r\n"


@pytest.mark.parametrize(
    ("login", "masked"),
    [
        (b"> A1 LOGIN me " + PASSWORD + b"\r\n", b"> A1 LOGIN me XXX"),
        (b'> A1 LOGIN "me" {%d}\r\n%s\r\n' % (len(PASSWORD), PASSWORD), b'> A1 LOGIN "me" {3}\n+ XXX'),
        (
            b"> A1 AUTHENTICATE XOAUTH2 " + coded(b"user=me\x01auth=Bearer " + PASSWORD + b"\x01\x01") + b"\r\n",
            b"> A1 AUTHENTICATE XOAUTH2 XXX",
        ),
    ],
)
def test_a_password_of_imap_is_masked_in_literals_which_keep_their_sizes(login, masked):
    body = b"Subject: a\r\n\r\nsay " + PASSWORD + b" twice\r\n"
    steps = (
        b"< * OK ready\r\n",
        login,
        b"< A1 OK in\r\n",
        b"> A2 FETCH 1 BODY[]\r\n",
        b"< * 1 FETCH (BODY[] {%d}\r\n%s UID 7)\r\n" % (len(body), body),
        b"< A2 OK done\r\n",
    )
    said = tuple(Step(Act(each[:1].decode()), each[2:]) for each in steps)

    got = redact_scope([conversation("IMAP", "imap://mail.example:143", said, wild=None)], RULES)

    assert got.refusals == ()
    written = text(got.interactions)
    assert masked + b"\n" in written
    assert PASSWORD not in written
    line = step_line(got.interactions[0].steps[4])
    assert line is not None
    assert line.pieces[2] == b" UID 7)"
    assert redact_scope(got.interactions, RULES).counts == {}


def attached(content, step=b"<"):
    """A conversation with a message that has a large attachment."""
    coded = base64.encodebytes(content).replace(b"\n", b"\r\n")
    message = (
        b"Subject: a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\nContent-Type: "
        b"application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n" + coded + b"--b--\r\n"
    )
    said = [b"< * OK ready\r\n", b"> A1 LOGIN me " + PASSWORD + b"\r\n", b"< A1 OK in\r\n"]
    if step == b"<":
        said += (
            b"< * 1 FETCH (BODY[] {%d}\r\n%s)\r\n" % (len(message), message),
            b"< * 1 FETCH (BODY[2] {%d}\r\n%s)\r\n" % (len(coded), coded),
        )
    else:
        said += [b"> A2 APPEND x {%d}\r\n%s\r\n" % (len(message), message)]
    steps = tuple(Step(Act(each[:1].decode()), each[2:]) for each in said)
    return conversation("IMAP", "imap://mail.example:143", steps, wild=None)


@pytest.mark.parametrize("step", [b"<", b">"])
def test_a_large_attachment_is_read_as_what_it_is(step):
    said = attached(random.Random(1).randbytes(400_000), step)

    (got,) = redact_scope([said], RULES).interactions

    assert [each.data for each in got.steps[2:]] == [each.data for each in said.steps[2:]]


@pytest.mark.parametrize("step", [b"<", b">"])
def test_a_password_in_a_large_attachment_is_masked(step):
    content = b"some words " * 1000 + PASSWORD + b" more words" * 1000
    said = attached(content, step)

    (got,) = redact_scope([said], RULES).interactions

    assert got is not None
    assert all(step_line(each) is not None for each in got.steps)
    runs = [
        each for step in got.steps for each in re.findall(rb"(?:[A-Za-z0-9+/]{20,}\r\n)+[A-Za-z0-9+/=]+", step.data)
    ]
    assert [PASSWORD in base64.b64decode(b"".join(each.split())) for each in runs] == [False] * (
        2 if step == b"<" else 0
    )
    assert (b"\r\n\r\nXXX\r\n--b--" in got.steps[-1].data) == (step == b">")
