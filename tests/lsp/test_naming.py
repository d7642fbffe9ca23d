"""Values that become wildcards."""

import pytest

from recproxy.lsp.naming import namings
from recproxy.recording import load

TEXT = """#recproxy 2

:scope order-4711
POST https://a.example/orders/4711?key=k-123456&n=1 HTTP/1.1
X-Request-Id: id-98765 tail

{"id": "id-98765", "count": 17, "note": "say \\"hi\\""}
====
HTTP/1.1 200 OK
:trailer X-Sum: id-98765

{"created": "id-98765", "other": "id-987655", "order": 4711}
=======

GET https://a.example/orders/4711 HTTP/1.1

====
HTTP/1.1 200 OK

id-98765
=======
"""


def changed(text, naming):
    for start, end in sorted(naming.places, reverse=True):
        text = text[:start] + naming.text + text[end:]
    return text


def at(word, number=0):
    """The place of a word's middle."""
    place = -1
    for _ in range(number + 1):
        place = TEXT.index(word, place + 1)
    return place + len(word) // 2


@pytest.mark.parametrize(
    ("place", "titles"),
    [
        (
            at("id-98765"),
            [
                "make this XXX[X-Request-Id], in 3 places of this interaction",
                "make this XXX[X-Request-Id] in the whole recording, 4 places",
                "make this XXX, which matches anything",
            ],
        ),
        (
            at("id-98765", 1),
            [
                "make this XXX[id], in 3 places of this interaction",
                "make this XXX[id] in the whole recording, 4 places",
                "make this XXX, which matches anything",
            ],
        ),
        (at("k-123456"), ["make this XXX[key]", "make this XXX, which matches anything"]),
        (at("17,"), ["make this XXX[count]", "make this XXX, which matches anything"]),
        (at("hi"), ["make this XXX[note]", "make this XXX, which matches anything"]),
        (at("id-987655"), ["make this XXX[other]"]),
        (at("order-4711"), []),
        (at("X-Sum"), []),
        (at("#recproxy"), []),
        (at("===="), []),
    ],
)
def test_the_value_at_a_place_gets_the_name_of_its_field(place, titles):
    assert [each.title for each in namings(TEXT, place, place)] == titles


def test_the_changed_recording_is_read_and_has_the_value_nowhere_in_the_interaction():
    here, everywhere, _ = namings(TEXT, at("id-98765", 1), at("id-98765", 1))

    one, all_of_it = changed(TEXT, here), changed(TEXT, everywhere)

    assert load(one.encode()).interactions[0].request.body.startswith(b'{"id": "XXX[id]"')
    assert b'"created": "XXX[id]", "other": "id-987655"' in load(one.encode()).interactions[0].response.body
    assert (one.count("XXX[id]"), all_of_it.count("XXX[id]")) == (3, 4)
    assert ":trailer X-Sum: id-98765\n" in all_of_it


def test_a_selection_is_taken_as_it_is():
    start = TEXT.index("/4711") + 1

    named, wild = namings(TEXT, start, start + 2)

    assert changed(TEXT, named).count("/XXX[value]11") == 1
    assert changed(TEXT, wild).count("/XXX11") == 1
    assert namings(TEXT, start, start + 200) == []


def test_a_name_that_is_taken_gets_a_number_and_a_wildcard_is_left_alone():
    text = TEXT.replace("k-123456", "XXX[id]")
    place = text.index('"id-98765"') + 3

    assert namings(text, place, place)[0].text == "XXX[id_2]"
    assert namings(text, text.index("XXX[id]") + 1, text.index("XXX[id]") + 1) == []


def test_the_wild_word_of_the_block_is_used():
    text = "#recproxy 2\n\nGET https://a.example/?q=value HTTP/1.1\n:wild ZZZ\n\n====\nHTTP/1.1 200 OK\n\n=======\n"

    assert [each.text for each in namings(text, text.index("value"), text.index("value"))] == ["ZZZ[q]", "ZZZ"]


ASK = "#recproxy 2\n\nPOST https://a.example/ HTTP/1.1\nContent-Type: text/plain\n{}\n{}\n====\nHTTP/1.1 200 OK\n\nok\n=======\n"


def test_nothing_is_named_inside_base64():
    text = ASK.format(":body base64\n", "AAECAwQFBgcICQoLDA0ODw==")

    assert load(text.encode())
    assert namings(text, text.index("AAEC") + 3, text.index("AAEC") + 3) == []


def test_a_line_of_a_body_is_no_directive():
    text = ASK.format("", ":wild q\nhello world here")
    found = namings(text, text.index("world"), text.index("world"))

    assert [each.text for each in found] == ["XXX[value]", "XXX"]
    assert load(changed(text, found[1]).encode()).interactions[0].request.body == b":wild q\nhello XXX here"
    assert [each.text for each in namings(text, text.index("q\n"), text.index("q\n"))] == ["XXX[value]", "XXX"]


@pytest.mark.parametrize(
    "body",
    [
        '{"a": "' + '\\"' * 100_000 + "x",
        '{"arguments": "{'
        + ",".join(f'\\"k{number}\\": \\"v\\"' for number in range(12_000))
        + '}", "model": "gpt-4o"}',
        "b" * 200_000,
        '{"a": [' + '"aaaa",' * 40_000 + '"aaaa"]}',
        '"a",' * 60_000 + '"a": "end"',
    ],
)
@pytest.mark.timeout(20)  # what is quadratic takes minutes
def test_a_long_line_is_looked_at_once(body):
    text = ASK.format("", body)
    place = text.index(body) + len(body) - 3

    assert all(first < last for each in namings(text, place, place) for first, last in each.places)


def test_nothing_is_looked_for_in_a_line_that_no_person_reads():
    text = TEXT.replace('"count"', f'"long": "{"k " * 30_000}", "count"')
    place = text.index("id-98765", text.index("{"))
    assert namings(TEXT, TEXT.index("count") + 9, TEXT.index("count") + 9)
    assert namings(text, place, place) == []
