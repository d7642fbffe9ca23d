"""The lines with which a run opens."""

import io

from recproxy.report.opening import ProfileOpening, print_opening

PROFILES = [
    ProfileOpening(name="shop", mode="replay", address="SHOP_BASE_URL=http://127.0.0.1:1", recordings=2),
    ProfileOpening(name="a-bank", mode="record", address="through the proxy at 127.0.0.1:9\x1b[2J", recordings=0),
]


def printed(stream):
    print_opening(PROFILES, stream)
    return stream.getvalue()


def test_each_profile_is_a_line_in_columns():
    assert printed(io.StringIO()).splitlines() == [
        "recproxy: shop    replay  SHOP_BASE_URL=http://127.0.0.1:1      2 recordings",
        "recproxy: a-bank  record  through the proxy at 127.0.0.1:9\\x1b[2J  0 recordings",
    ]


def test_a_terminal_gets_the_same_words_in_colors(on_screen):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    drawn = printed(Terminal())

    assert "\x1b[32mreplay\x1b[0m" in drawn
    assert "\x1b[2m0 recordings\x1b[0m" in drawn
    assert "\\x1b[2J" in drawn


def test_profiles_that_are_only_installed_are_counted():
    stream = io.StringIO()

    print_opening(PROFILES[:1], stream, left_out=2)

    assert stream.getvalue().splitlines()[1:] == ["recproxy: 2 installed profiles"]
