import pytest

from recproxy.mail.imap.commands import ImapCommand, MalformedImap, read_imap_command
from recproxy.mail.imap.lines import ImapLine
from recproxy.mail.imap.syntax import Atom


@pytest.mark.parametrize(
    ("text", "tag", "name", "words"),
    [
        (b"A1 NOOP", b"A1", b"NOOP", ()),
        (b"A1 noop ", b"A1", b"NOOP", ()),
        (b"a.2-x uid Fetch 1 FLAGS", b"a.2-x", b"UID FETCH", (Atom(b"1"), Atom(b"FLAGS"))),
        (b"1 X-GM-THING", b"1", b"X-GM-THING", ()),
    ],
)
def test_a_command_is_its_tag_its_name_and_its_words(text, tag, name, words):
    line = ImapLine((text,))

    assert read_imap_command(line) == ImapCommand(tag, name, words, line)


@pytest.mark.parametrize(
    ("text", "tag", "reason"),
    [
        (b"A1", b"A1", "a command is a tag, a blank and a name"),
        (b"A1 (x)", b"A1", "a command is a tag, a blank and a name"),
        (b"+ NOOP", b"*", "a command is a tag, a blank and a name"),
        (b"* NOOP", b"*", "a command is a tag, a blank and a name"),
        (b"\x16\x03\x01\x02", b"*", "a command is a tag, a blank and a name"),
        (b"A1 LOGIN (x", b"A1", "LOGIN: ')' is missing"),
    ],
)
def test_what_is_no_command_names_the_tag_to_answer(text, tag, reason):
    with pytest.raises(MalformedImap) as problem:
        read_imap_command(ImapLine((text,)))

    assert (problem.value.tag, problem.value.reason) == (tag, reason)
