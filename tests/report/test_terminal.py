"""Whether a report is drawn."""

import io

from recproxy.report.terminal import console_on, is_drawn_on


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_only_a_terminal_is_drawn_on_whose_user_wants_colors(on_screen):
    assert is_drawn_on(Terminal())
    assert not is_drawn_on(io.StringIO())

    on_screen.setenv("NO_COLOR", "")
    assert is_drawn_on(Terminal())
    on_screen.setenv("NO_COLOR", "1")
    assert not is_drawn_on(Terminal())
    on_screen.delenv("NO_COLOR")
    on_screen.setenv("TERM", "dumb")
    assert not is_drawn_on(Terminal())


def test_without_colors_a_console_writes_no_codes_at_all(on_screen):
    stream = Terminal()
    console_on(stream).print("[bold red]a[/]")
    assert "\x1b[" in stream.getvalue()

    on_screen.setenv("NO_COLOR", "1")
    stream = Terminal()
    console_on(stream).print("[bold red]a[/]")
    assert stream.getvalue() == "a\n"
