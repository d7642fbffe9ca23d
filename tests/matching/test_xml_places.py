from __future__ import annotations

import pytest

from recproxy.matching.xml_places import read_xml


def values(text):
    read = read_xml(text)
    return None if read is None else {place.path: text[place.start : place.end] for place in read.places}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('<e:Envelope><e:Id a="1">7</e:Id></e:Envelope>', {"Envelope/Id/@a": "1", "Envelope/Id": "7"}),
        ("<a><b>1</b><b>2</b><b></b></a>", {"a/b": "1", "a/b[2]": "2", "a/b[3]": ""}),
        ("\ufeff<?xml version='1.0'?>\n<!-- <x> -->\n<a x='1' n:y = \"2\"/>", {"a/@x": "1", "a/@y": "2"}),
        ("<a><![CDATA[<b>1</b>]]></a>", {"a": "<b>1</b>"}),
        ('<!DOCTYPE a><a t="x > y">1</a>', {"a/@t": "x > y", "a": "1"}),
        ("<a>text <b>1</b> more</a>", {"a/b": "1"}),
        ("<a/>", {}),
    ],
)
def test_values_of_innermost_elements_and_attributes(text, wanted):
    assert values(text) == wanted


@pytest.mark.parametrize(
    "text", ["", "plain", "{}", "<a>", "<a></b>", "</a>", "<a", "<a b='>", "<a>1 < 2</a>", "<!-- <a/>", "<![CDATA[x"]
)
def test_what_is_no_xml_has_none(text):
    assert values(text) is None


def test_what_stands_around_the_values_is_the_same_for_texts_that_differ_in_values_alone():
    one, other, third = (read_xml(text) for text in ("<a>x<b>1</b></a>", "<a>x<b>22</b></a>", "<a>y<b>1</b></a>"))

    assert one.frame == other.frame
    assert one.frame != third.frame


@pytest.mark.parametrize("begun", ["<!--x>", "<![CDATA[x>", "<?x>", "</!x>", "<!>"])
def test_the_first_that_is_begun_and_not_ended_ends_the_reading(begun):
    assert values(f"<a>{begun}</a>") is None
    assert values("<a>" + begun * 10_000) is None


@pytest.mark.parametrize("piece", ["<!--", "<a ", "<![CDATA[", '<a b="', "<a>", "<?", "<!D>"])
def test_a_long_text_is_read_in_linear_time(piece):
    assert values("<a>" + piece * 20_000) is None


@pytest.mark.parametrize("rest", ["x" * 100_000, "x " * 50_000, "x" + " " * 100_000, '"x=\'"' * 20_000])
def test_long_attributes_are_read_in_linear_time(rest):
    assert values(f"<a {rest} b='1'/>")["a/@b"] == "1"


def test_an_element_whose_path_would_be_long_is_not_read():
    name, longer = "x" * 1022, "x" * 1023

    assert values(f"<{name}><b>1</b></{name}>") == {f"{name}/b": "1"}
    assert values(f"<{longer}><b>1</b></{longer}>") is None


def test_a_very_long_text_is_not_read():
    assert values("<a>" + "x" * (1 << 17) + "</a>") is None
