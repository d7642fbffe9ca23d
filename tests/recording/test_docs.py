from __future__ import annotations

import pathlib
import re

import pytest

from recproxy.errors import RecordingError
from recproxy.recording import dump, load
from recproxy.recording.directives import _DIRECTIVES

PAGE = (pathlib.Path(__file__).parents[2] / "docs" / "reference" / "rec-format.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```rec\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
[OLD] = re.findall(r"^```rec-2011\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_example_is_read_and_comes_back(example):
    got = load(example.encode())

    assert got.interactions
    assert load(dump(got)) == got


def test_the_example_of_2011_is_read():
    got = load(OLD.encode())

    assert got.format == 1
    assert got.interactions[0].response.body == b'{"id": 123}'


@pytest.mark.parametrize("name", _DIRECTIVES)
def test_each_directive_has_a_section_with_an_example(name):
    _, heading, section = PAGE.partition(f"\n### :{name}\n")

    assert heading
    assert re.search(rf"^```rec\n[^`]*^:{name} ", section.partition("\n#")[0] + section, re.MULTILINE)
    assert f"[`:{name}`](#{name})" in PAGE


def test_no_section_describes_a_directive_that_does_not_exist():
    assert set(re.findall(r"^### :(\w+)$", PAGE, re.MULTILINE)) == set(_DIRECTIVES)


def test_the_bodies_are_what_the_page_says():
    loaded = [load(example.encode()) for example in EXAMPLES]
    found = {
        example.partition("\n\n")[2].partition(" HTTP")[0]: each for example, each in zip(EXAMPLES, loaded, strict=True)
    }
    form = found["POST https://example.com/form"].interactions[0]
    readme = found["GET https://example.com/readme"].interactions[0]
    image, form_data, mail = found["PUT https://example.com/image"].interactions
    coded = next(each for each in loaded if each.interactions[0].response.encoding).interactions[0].response

    assert (form.request.body, form.response.body) == (b"a=b", b"ok\n")
    assert readme.response.body == b"Title\n=====\n\\===="
    assert image.request.body.startswith(b"GIF89a")
    assert form_data.request.body == (
        b'--4dbe2a\r\nContent-Disposition: form-data; name="title"\r\n\r\nA dot\r\n'
        b'--4dbe2a\r\nContent-Disposition: form-data; name="picture"; filename="dot.gif"\r\n'
        b"Content-Type: image/gif\r\n\r\n" + image.request.body + b"\r\n--4dbe2a--\r\n"
    )
    assert image.response.body == b'{"id": 1, "tags": ["\\u00e9t\\u00e9", "ma\\u00f1ana"]}\n'
    assert mail.request.body == b"Subject: hello\r\n\r\nFirst line"
    assert (mail.response.body, mail.response.omitted) == (b"", 734003200)
    assert coded.headers[1] == (b"Content-Length", b"25")
    assert coded.body == b"hello"


def test_the_message_is_what_the_page_says():
    [message] = re.findall(r"^```text\n(test_send\.rec:.*)\n```$", PAGE, re.MULTILINE)
    text = "#recproxy 2\n\n:scope a\n\nGET https://example.com/ HTTP/1.1\n\nabc\n"

    with pytest.raises(RecordingError) as caught:
        load(text.encode(), path="test_send.rec")
    assert caught.value.message == message
