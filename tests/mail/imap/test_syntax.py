import pytest

from recproxy.mail.imap.lines import ImapLine
from recproxy.mail.imap.syntax import Atom, ImapString, Section, SyntaxProblem, read_words

FROM = ImapString(b"FROM")

#: pieces of a line, and its words.
WORDS = {
    "nothing": ((b"",), ()),
    "atoms": ((b"1:3 \\Seen",), (Atom(b"1:3"), Atom(b"\\Seen"))),
    "more blanks than one": ((b"a  b ",), (Atom(b"a"), Atom(b"b"))),
    "a quoted string": ((b'"a b"',), (ImapString(b"a b"),)),
    "an empty string": ((b'""',), (ImapString(b""),)),
    "escapes": ((rb'"a\"b\\c"',), (ImapString(b'a"b\\c'),)),
    "UTF-8 in a quoted string (RFC 9051)": ((b'"\xc3\xa9"',), (ImapString(b"\xc3\xa9"),)),
    "a literal": ((b"{2}", b"me", b" x"), (ImapString(b"me"), Atom(b"x"))),
    "a literal that holds quotes and brackets": ((b"{4}", b'"(\r\n', b""), (ImapString(b'"(\r\n'),)),
    "a binary literal": ((b"~{1}", b"\0", b""), (ImapString(b"\0"),)),
    "a list": ((b"(a (b c) ())",), ((Atom(b"a"), (Atom(b"b"), Atom(b"c")), ()),)),
    "a literal in a list": ((b"({1}", b"a", b" b)"), ((ImapString(b"a"), Atom(b"b")),)),
    "a section": ((b"BODY[]",), (Section(b"BODY", ()),)),
    "a section with fields and a part": (
        (b"BODY.PEEK[1.HEADER.FIELDS (FROM)]<0.10>",),
        (Section(b"BODY.PEEK", (Atom(b"1.HEADER.FIELDS"), (Atom(b"FROM"),)), b"<0.10>"),),
    ),
    "a section with a literal": (
        (b"BODY[HEADER.FIELDS ({4}", b"FROM", b")]"),
        (Section(b"BODY", (Atom(b"HEADER.FIELDS"), (FROM,))),),
    ),
    "a mailbox whose name begins with a bracket": ((b"[Gmail]/Trash",), (Atom(b"[Gmail]/Trash"),)),
    "a wild pattern": ((b'"" *%',), (ImapString(b""), Atom(b"*%"))),
}


@pytest.mark.parametrize(("pieces", "wanted"), WORDS.values(), ids=WORDS)
def test_a_line_is_read_as_words(pieces, wanted):
    assert read_words(ImapLine(pieces)) == wanted


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"(a", "')' is missing"),
        (b"a)", "')' is one too many"),
        (b'"a', "a quoted string has no end"),
        (b"BODY[", "']' is missing"),
        (b"{", "'{' begins no word"),
        (b"\0", "'\\x00' begins no word"),
        (b"(" * 100 + b")" * 100, "its lists are too deep"),
    ],
)
def test_what_is_no_word_is_refused(text, reason):
    with pytest.raises(SyntaxProblem) as problem:
        read_words(ImapLine((text,)))

    assert str(problem.value) == reason


def test_a_literal_equals_the_same_string_in_quotes():
    quoted, literal = ImapString(b"a"), ImapString(b"a", is_literal=True)

    assert quoted == literal
    assert hash(quoted) == hash(literal)
    assert quoted != Atom(b"a")
