"""The line of a secret."""

import pytest

from recproxy.play.secret_lines import secret_line, value_line
from recproxy.recording import load
from recproxy.redaction.masking import Finding

TEXT = b"""#recproxy 2

GET https://a.example/ HTTP/1.1
Cookie: s=abc

====
HTTP/1.1 200 OK
Set-Cookie: s=abc

abc
=======

GET https://a.example/b HTTP/1.1

====
HTTP/1.1 200 OK

abc
=======
"""
INTERACTIONS = load(TEXT).interactions
LINES = TEXT.splitlines()


@pytest.mark.parametrize(
    ("position", "place", "value", "line"),
    [
        (0, "request header Cookie", b"abc", 4),
        (0, "response header Set-Cookie", b"abc", 8),
        (0, "request url", b"spelt otherwise", 3),
        (1, "response body", b"ab\nabc", 18),
    ],
)
def test_a_secret_is_on_the_first_line_of_its_block_that_holds_it(position, place, value, line):
    finding = Finding(rule="a rule", place=place, value=value, position=position)

    assert secret_line(finding, INTERACTIONS, LINES) == line


def test_a_value_is_looked_for_in_all_of_an_interaction():
    assert [value_line(position, INTERACTIONS, LINES, b"abc") for position in (0, 1)] == [4, 18]
