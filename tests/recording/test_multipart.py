from __future__ import annotations

import pytest

from recproxy.recording.multipart import Parameter, parameters, read_part, read_parts, unquoted

BODY = (
    b"preamble\r\n"
    b'--b\r\nContent-Disposition: form-data;\r\n name="a"\r\nX-Key:  k \r\n\r\none\r\n'
    b"--b \r\n\r\n\r\ntwo\r\n"
    b"--b2 is no edge\r\n"
    b"--b\r\nContent-Type: text/plain\r\n"
    b"--b--\r\nepilogue\r\n--b\r\n\r\nno part"
)


def contents(body, content_type):
    found = read_parts(body, content_type)
    return None if found is None else ([body[part.start : part.end] for part in found.parts], found.complete)


@pytest.mark.parametrize("boundary", [b"b", b'"b"'])
def test_parts_are_read_between_the_lines_of_the_boundary(boundary):
    found = contents(BODY, b"multipart/mixed; boundary=" + boundary)

    assert found == ([b"one", b"\r\ntwo\r\n--b2 is no edge", b""], True)


def test_fields_have_the_offset_of_their_value_and_are_read_on_one_line():
    part = read_parts(BODY, b"multipart/mixed; boundary=b").parts[0]
    key = part.find(b"x-key")

    assert [field.name for field in part.fields] == [b"Content-Disposition", b"X-Key"]
    assert part.field(b"content-disposition") == b'form-data; name="a"'
    assert (key.value, BODY[key.start : key.start + len(key.value)]) == (b"k", b"k")
    assert part.find(b"x-other") is None
    assert part.field(b"x-other") == b""


@pytest.mark.parametrize("content_type", [b"", b"multipart/mixed", b"multipart/mixed; boundary=other"])
def test_a_boundary_that_the_content_type_does_not_tell_is_read_off_the_body(content_type):
    assert contents(b"\r\n--x\n\n1\n--x--", content_type) == ([b"1"], True)
    assert contents(b"1", content_type) is None


def test_a_body_that_breaks_off_has_the_parts_that_are_there():
    assert contents(b"--x\r\nA: b\r\n\r\n1\r\n--x\r\nA: c", b"; boundary=x") == ([b"1", b""], False)
    assert contents(b"--x", b"; boundary=x") == ([b""], False)
    assert contents(b"--x--", b"; boundary=x") == ([], True)


def test_a_part_that_is_multipart_is_read_from_its_content():
    inner = b"--i\r\nA: b\r\n\r\n1\r\n--i--\r\n"
    body = b"--o\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n" + inner + b"\r\n--o--"
    (part,) = read_parts(body, b"multipart/mixed; boundary=o").parts
    content = body[part.start : part.end]

    assert content == inner
    assert contents(content, part.field(b"content-type")) == ([b"1"], True)


def test_a_message_is_read_as_a_part():
    text = b"From: a@b.c\nSubject: x\n y\n\nbody\n"
    part = read_part(text)

    assert (part.field(b"subject"), text[part.start : part.end]) == (b"x y", b"body\n")
    assert read_part(b"From: a").fields == ((b"From", b"a", 6),)


def test_parameters_are_read_with_their_places():
    value = rb'form-data; Name="a\"b\c"; filename=x.png; filename*=utf-8' + b"''y; empty="

    assert parameters(value) == {
        b"name": Parameter(rb"a\"b\c", 17),
        b"filename": Parameter(b"x.png", 35),
        b"filename*": Parameter(b"utf-8''y", 52),
        b"empty": Parameter(b"", 68),
    }
    assert unquoted(rb"a\"b\c\\") == rb'a"b\c' + b"\\"


def test_parts_behind_the_end_mark_are_read_where_they_are_asked_for():
    found = read_parts(BODY, b"multipart/mixed; boundary=b", beyond=True)
    beyond = [(BODY[part.start : part.end], part.whole) for part in found.parts[3:]]

    assert beyond == [(b"", False), (b"no part", True)]
    assert found.complete


@pytest.mark.parametrize(("ragged", "content", "complete"), [(True, b"1", True), (False, b"1\n--x--more", False)])
def test_an_end_mark_with_more_on_its_line_ends_a_part_or_is_content(ragged, content, complete):
    body = b"--x\n\n1\n--x--more"
    found = read_parts(body, b"", ragged=ragged)

    assert ([body[part.start : part.end] for part in found.parts], found.complete) == ([content], complete)


def test_a_part_ends_where_the_body_breaks_off_in_the_boundary():
    assert contents(b"--x\n\n1\n--x-", b"") == ([b"1", b""], False)


def test_a_boundary_without_a_semicolon_is_read():
    assert contents(b"preamble\n--x\n\n1\n--x--", b"multipart/mixed, boundary=x") == ([b"1"], True)


def test_fields_are_read_from_careless_heads():
    part = read_part(b" A: 1\rB : 2\n\xc3\xa9 C: 3\nnothing\n D: 4\n\n")

    assert [(field.name, field.value) for field in part.fields] == [
        (b"A", b"1"),
        (b"B", b"2"),
        (b"C", b"3"),
        (b"D", b"4"),
    ]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (b"--b\r\n\r\none --b\r\n--b\r\n\r\ntwo\r\n--b--\r\n", [b"one --b", b"two"]),
        (b"--b\n\na--b--\n--b--", [b"a--b--"]),
        (b"--b\n--b\n\none\n--b--", [b"one"]),
        (b"--b\n\none\r\r\n--b--", [b"one\r"]),
    ],
)
def test_a_boundary_counts_at_the_start_of_a_line_only(body, wanted):
    found = contents(body, b"multipart/mixed; boundary=b")

    assert found == (wanted, True)
