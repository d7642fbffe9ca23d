"""The colours of recordings."""

import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from pygments.token import Comment, Error, Keyword, Name, Number, Operator, String, Text

from recproxy.recording.lexer import RecLexer, body_tokens

ROOT = Path(__file__).parents[2]
FOLDERS = [ROOT / "profiles", ROOT / "tests", ROOT.parent / "shared/corpus"]
FILES = [path for folder in FOLDERS for path in sorted(folder.rglob("*.rec"))]
TORN = [path for path in sorted((ROOT / "tests/fuzz/corpus").glob("*rec*/*")) if path.is_file()]


def tokens(text):
    return [(kind, piece) for _, kind, piece in RecLexer().get_tokens_unprocessed(text)]


def test_every_recording_keeps_its_text_and_has_no_error():
    assert len(FILES) > 150
    for path in (*FILES, *TORN):
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        at = 0
        for place, kind, piece in RecLexer().get_tokens_unprocessed(text):
            assert (place, kind in Error, text.startswith(piece, place)) == (at, False, True), path
            at += len(piece)
        assert at == len(text), path


def test_each_part_of_a_recording_has_its_kind():
    found = tokens(
        '#recproxy 2\n# why\n\n:scope a b\nPOST https://a.example/?q=XXX HTTP/1.1\nA: Bearer XXX[t]\n\n{"a": XXX}\n'
        "====\nHTTP/1.1 201 Created\n:chunks 3@0.5\n\nXXX XXX[t]\n\\====\n=======\n"
    )

    for wanted in (
        (Comment.Hashbang, "#recproxy 2"),
        (Comment.Single, "# why"),
        (Keyword.Declaration, ":scope"),
        (Name.Function, "POST"),
        (Name.Namespace, "https://a.example/?q="),
        (Name.Variable.Magic, "XXX[t]"),
        (Name.Tag, '"a"'),
        (Keyword, "===="),
        (Number.Integer, "201"),
        (Name.Exception, "Created"),
        (Number, "3@0.5"),
        (Text, "XXX "),
        (String.Escape, "\\"),
        (Keyword, "======="),
    ):
        assert wanted in found
    assert [piece for kind, piece in found if kind is Name.Variable.Magic] == ["XXX", "XXX[t]", "XXX", "XXX[t]"]


def test_the_wild_word_of_a_block_is_marked_in_it_alone():
    block = "GET https://a.example/ HTTP/1.1\n{}\nZZZ XXX\n====\n200 OK\n\n=======\n"

    found = tokens(f"#recproxy 2\n{block.format(':wild ZZZ' + chr(10))}{block.format('')}")

    assert [piece for kind, piece in found if kind is Name.Variable.Magic] == ["ZZZ", "XXX"]


def test_a_conversation_says_who_speaks():
    found = tokens("IMAP imap://a.example:143\n< * OK\n> A1 LOGIN XXX\n+ more\n:tls\n=======\n")

    assert [piece for kind, piece in found if kind is Keyword.Type] == ["<"]
    assert [piece for kind, piece in found if kind is Keyword] == [">", "+", "======="]
    assert (Name.Variable.Magic, "XXX") in found


def test_a_body_of_parts_shows_their_heads_and_one_in_base64_is_one_piece():
    head = "POST https://a.example/ HTTP/1.1\n:body {}\n\n"

    parts = tokens(head.format("parts") + "--x\nA: b\n:body base64\n\nAAAA\n--x--\n====\n")

    assert {(Keyword.Pseudo, "--x"), (Name.Attribute, "A"), (Keyword.Declaration, ":body")} <= set(parts)
    assert (String.Other, "AAAA\n") in tokens(head.format("base64") + "AAAA\n====\n")


@pytest.mark.parametrize(
    ("text", "media", "wanted"),
    [
        ("a=1&b", "application/x-www-form-urlencoded; charset=utf-8", (Operator, "&")),
        ("<a>&amp;", "application/atom+xml", (Name.Tag, "&amp;")),
        ("[1]", "text/plain", (Number.Integer, "1")),
        ("plain", "", (Text, "plain")),
        ("{" + " " * 1_000_000, "application/json", (Text, "{" + " " * 1_000_000)),
    ],
)
def test_a_body_is_read_by_its_media_type(text, media, wanted):
    found = list(body_tokens(text, media))

    assert wanted in found
    assert "".join(piece for _, piece in found) == text


def test_pygments_is_told_of_the_lexer():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    ((name, value),) = project["entry-points"]["pygments.lexers"].items()

    assert EntryPoint(name, value, "pygments.lexers").load() is RecLexer
    assert RecLexer.analyse_text("#recproxy 2\n") == 1.0
