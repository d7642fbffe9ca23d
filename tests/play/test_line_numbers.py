"""Where interactions stand in other tools' files."""

import pytest

from recproxy.play.line_numbers import placed
from recproxy.recording import Interaction, Recording, Request, Response

ONE = Interaction(request=Request(method="GET", url="https://a.example/"), response=Response(status=200))
YAML = b"interactions:\n- request:\n    a: b\n  response:\n    c: d\n- request:\n  response:\n"
JSON = b'[{"interactions": [\n{\n"request": {\n},\n"response": {\n}},\n{"request": {\n},\n"response":\n{}}]}]'


def places(text, *interactions):
    recording = placed(Recording(interactions=interactions), text.splitlines())
    return [(each.line, each.response_line) for each in recording.interactions]


@pytest.mark.parametrize(("text", "wanted"), [(YAML, [(2, 4), (6, 7)]), (JSON, [(3, 5), (7, 9)])])
def test_keys_tell_the_lines(text, wanted):
    assert places(text, ONE, ONE) == wanted


@pytest.mark.parametrize("text", [b"", JSON.replace(b"\n", b""), YAML + b"- request:\n"])
def test_where_keys_do_not_tell_there_are_no_lines(text):
    assert places(text, ONE, ONE) == [(0, 0), (0, 0)]
