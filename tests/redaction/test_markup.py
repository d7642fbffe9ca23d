from __future__ import annotations

import pytest

from recproxy.redaction.markup import html_spans, xml_spans
from recproxy.redaction.spans import Span

#: Minutes to hours, where each that begins is followed to the end of the text.
MANY = 30_000


def nothing(_):
    return ()


def scripts(text):
    """What is handed on as the data of a script."""
    return [span.value for span in html_spans(text, nothing, lambda data: [Span(0, 1, "json", "x", value=data)])]


def values(text):
    return [(text[span.start : span.end], span.value) for span in xml_spans(text, nothing)]


def test_scripts_of_data_are_read():
    text = b"<SCRIPT id='a' type='application/ld+json'>{1}</script><script>{2}</script><script type=application/json>{3}</SCRIPT>"

    assert scripts(text) == [b"{1}", b"{3}"]


@pytest.mark.parametrize("begun", [b"<script ", b"<script type=application/json>", b"<script type=application/"])
def test_scripts_that_do_not_end_are_read_in_linear_time(begun):
    assert list(html_spans(begun * MANY, nothing, nothing)) == []


@pytest.mark.parametrize("space", [b"", b" ", b"\n\t " * MANY])
def test_space_around_a_secret_of_an_element_is_no_part_of_it_and_is_read_in_linear_time(space):
    text = b"<a>" + space + b"<password>" + space + b"hunter22" + space + b"</password>" + space + b"<b/></a>"

    assert values(text) == [(b"hunter22", b"hunter22")]


@pytest.mark.parametrize("begun", [b"<a><![CDATA[", b"<a><![CDATA[x]]>y"])
def test_sections_that_end_no_element_are_read_in_linear_time(begun):
    secret = b"<password><![CDATA[hunter]]><![CDATA[22]]></password>"

    assert values(secret + begun * MANY) == [(b"hunter]]><![CDATA[22", b"hunter]]><![CDATA[22")]


@pytest.mark.parametrize("text", [b"a", b"a:a", b"1a", b"-data-a", b"data-", b"xdata-a"])
@pytest.mark.parametrize(("before", "behind"), [(b"<input ", b">"), (b"<a ", b">"), (b"", b"")])
def test_names_without_a_value_are_read_in_linear_time(before, text, behind):
    page = before + text * MANY + behind

    assert list(html_spans(page, nothing, nothing)) == []
    assert values(page) == []


@pytest.mark.parametrize("begun", [b"<key>a</key><string><![CDATA[", b"<key>a</key><string><![CDATA[x]]>"])
def test_sections_of_a_property_list_that_do_not_end_are_read_in_linear_time(begun):
    secret = b"<dict><key>api_token</key><string><![CDATA[hunter\n]]><![CDATA[22]]></string></dict>"

    assert values(secret + begun * MANY) == [(b"hunter\n]]><![CDATA[22", b"hunter\n]]><![CDATA[22")]


@pytest.mark.parametrize("name", [b"href", b"x-src", b"data-url", b"my-data-url", b"1data-url", b"data-x-data-y"])
def test_links_are_found_in_attributes_of_these_names(name):
    found = []
    list(html_spans(b"<a " + name + b" = 'https://a.example/?a=b'>", lambda link: found.append(link) or [], nothing))

    assert found == [b"https://a.example/?a=b"]


@pytest.mark.parametrize("name", [b"password", b"1password", b"-x:password", b"a.password"])
def test_an_attribute_is_found_by_the_name_behind_what_begins_none(name):
    assert values(b"<a " + name + b"='hunter22'/>") == [(b"hunter22", b"hunter22")]
