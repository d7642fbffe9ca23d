"""Conversations with mail servers as a page shows them."""

from pathlib import Path

from recproxy.recording import Act, Step, load
from recproxy.report.page.messages import readable_message, step_values

RECORDINGS = Path(__file__).parents[3] / "profiles/gmail/recproxy_gmail/recordings"
MESSAGE = (
    b"From: Ann <ann@a.example>\r\nTo: bob@a.example\r\nSubject: =?utf-8?q?Caf=C3=A9?=\r\n"
    b'Content-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nsee =E2=82=AC you\r\n'
)


LETTER = (
    b"Subject: two parts\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nhello\r\n--x\r\n"
    b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nhi\r\n--x\r\n"
    b'Content-Type: application/pdf; name="a\x1b[2J.pdf"\r\nContent-Disposition: attachment; filename=a.pdf\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--x--\r\n"
)


def test_a_wildcard_without_quotes_is_a_value_of_a_message():
    assert (
        readable_message(Step(Act.CLIENT, b'{"n":YYY[n],"a":[YYY]}'), "YYY")
        == '{\n  "n": YYY[n],\n  "a": [\n    YYY\n  ]\n}'
    )


def test_a_conversation_says_who_says_what():
    steps = (
        Step(Act.SERVER, b"220 hi\r\n"),
        Step(Act.CLIENT, b"EHLO a\r\n"),
        Step(Act.SERVER, b"250-a\r\n250 b\r\n"),
        Step(Act.TLS),
        Step(Act.CLIENT, b"DATA\r\n"),
        Step(Act.SERVER, b"354 go on\r\n", fault="reset"),
        Step(Act.CLIENT, MESSAGE),
    )

    values = step_values("SMTP", steps)

    assert [each["who"] for each in values] == ["server", "client", "server", "tls", "client", "server", "client"]
    assert values[2]["text"] == "250-a\n250 b"
    assert values[5]["fault"] == "reset"
    assert [each.get("messages") for each in values[:-1]] == [None] * 6
    assert values[-1]["messages"] == [
        {
            "headers": [["From", "Ann <ann@a.example>"], ["To", "bob@a.example"], ["Subject", "Café"]],
            "parts": [],
            "text": "see € you\n",
        }
    ]


def test_what_imap_fetches_and_appends_is_decoded_with_its_parts():
    size = len(LETTER)
    steps = (
        Step(Act.SERVER, b"* OK hi\r\n"),
        Step(Act.CLIENT, b"A1 FETCH 1:2 (BODY[] BODY[1])\r\n"),
        Step(Act.SERVER, b"* 1 FETCH (BODY[] {%d}\r\n%s BODY[1] {5}\r\nhello)\r\n" % (size, LETTER)),
        Step(Act.CLIENT, b"A2 APPEND INBOX {%d+}\r\n%s\r\n" % (len(MESSAGE), MESSAGE)),
    )

    values = step_values("IMAP", steps)

    (fetched,), (appended,) = values[2]["messages"], values[3]["messages"]
    assert fetched["text"].strip() == "hello"
    assert [(each["type"], each["name"], each["size"], each["depth"]) for each in fetched["parts"]] == [
        ("multipart/mixed", "", 0, 0),
        ("text/plain", "", 5, 1),
        ("message/rfc822", "", 0, 1),
        ("text/plain", "", 2, 2),
        ("application/pdf", "a.pdf", 3, 1),
    ]
    assert (appended["headers"][2], appended["text"]) == (["Subject", "Café"], "see € you\n")


def test_each_message_of_the_starter_recordings_is_decoded():
    (inbox,) = load((RECORDINGS / "imap_inbox.rec").read_bytes()).interactions

    values = step_values("IMAP", inbox.steps)

    found = [message for each in values for message in each.get("messages", ())]
    assert len(found) == sum(b" {" in step.data and step.act is Act.SERVER for step in inbox.steps)
    assert all(message["headers"] for message in found)


def test_what_is_no_message_is_shown_as_it_is():
    steps = (
        Step(Act.SERVER, b"220 hi\r\n"),
        Step(Act.CLIENT, b"DATA\r\n"),
        Step(Act.SERVER, b"354 go on\r\n"),
        Step(Act.CLIENT, b"\xff\x00\r\n"),
    )

    values = step_values("SMTP", steps)

    assert (values[3]["text"], "messages" in values[3]) == ("\\xff\\x00", False)


def test_of_a_large_message_the_beginning_is_read_and_what_is_hostile_does_no_harm():
    parts = b"".join(b"--x\r\nContent-Type: \x1b[2J/<b>; name=\xff\r\n\r\n\r\n" for _ in range(60))
    large = (
        b"Subject: =?utf-8?q?=1b[2J?=\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" + parts + bytes(1_000_000)
    )
    steps = (
        Step(Act.SERVER, b"220 hi\r\n"),
        Step(Act.CLIENT, b"DATA\r\n"),
        Step(Act.SERVER, b"354 go on\r\n"),
        Step(Act.CLIENT, large),
    )

    (message,) = step_values("SMTP", steps)[3]["messages"]

    assert (message["size"], len(message["parts"])) == (len(large), 50)
    assert "\x1b" not in repr(message)
    assert message["headers"] == [["Subject", "\\x1b[2J"]]
