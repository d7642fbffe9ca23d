"""Text from traffic that acts on a terminal."""

import pytest

from recproxy.recording.printable import printable


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", ""),
        ("plain", "plain"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("caf\xe9 \u65e5\u672c \U0001f469\u200d\U0001f4bb", "caf\xe9 \u65e5\u672c \U0001f469\u200d\U0001f4bb"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("over\rwritten", "over\\x0dwritten"),
        ("\x9b2J", "\\x9b2J"),
        ("\x7f\x00", "\\x7f\\x00"),
        ("user\u202egnp.exe", "user\\u202egnp.exe"),
        ("\u2066a\u2069", "\\u2066a\\u2069"),
        ("a\u2028b", "a\\u2028b"),
        ("\udc80", "\\udc80"),
        ("a\u200bb\ufeff", "a\\u200bb\\ufeff"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_only_what_acts_on_a_terminal_is_escaped(text, wanted):
    assert printable(text) == wanted
