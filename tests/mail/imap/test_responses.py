import pytest

from recproxy.mail.imap.lines import ImapLine
from recproxy.mail.imap.responses import ResponseKind, read_imap_response, retagged


@pytest.mark.parametrize(
    ("text", "kind", "tag", "name"),
    [
        (b"+ go ahead", ResponseKind.CONTINUE, b"+", b""),
        (b"+", ResponseKind.CONTINUE, b"+", b""),
        (b"* OK ready", ResponseKind.UNTAGGED, b"*", b"OK"),
        (b"* BYE over", ResponseKind.UNTAGGED, b"*", b"BYE"),
        (b"* capability IMAP4rev1", ResponseKind.UNTAGGED, b"*", b"CAPABILITY"),
        (b"* 12 FETCH (FLAGS ())", ResponseKind.UNTAGGED, b"*", b"FETCH"),
        (b"* 4 EXISTS", ResponseKind.UNTAGGED, b"*", b"EXISTS"),
        (b"A1 OK done", ResponseKind.TAGGED, b"A1", b"OK"),
        (b"A1 no [ALERT] x", ResponseKind.TAGGED, b"A1", b"NO"),
        (b"A1 BAD", ResponseKind.TAGGED, b"A1", b"BAD"),
        (b"noise", ResponseKind.UNTAGGED, b"*", b""),
        (b"", ResponseKind.UNTAGGED, b"*", b""),
    ],
)
def test_a_response_is_of_three_kinds(text, kind, tag, name):
    got = read_imap_response(ImapLine((text,)))

    assert (got.kind, got.tag, got.name) == (kind, tag, name)


@pytest.mark.parametrize(
    ("pieces", "wanted"),
    [((b"A1 OK done",), (b"x9 OK done",)), ((b"A1 NO [X {1}", b"a", b"]"), (b"x9 NO [X {1}", b"a", b"]"))],
)
def test_the_end_of_a_command_gets_the_tag_of_the_live_one(pieces, wanted):
    assert retagged(ImapLine(pieces), b"x9") == ImapLine(wanted)
