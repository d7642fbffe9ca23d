"""What a word of a recording means."""

import pytest

from recproxy.lsp import help as module
from recproxy.lsp.help import help_at
from recproxy.recording import directives


def test_each_directive_is_explained_in_the_words_of_the_reference():
    for name in directives._DIRECTIVES:
        assert help_at(f":{name} x", 0).startswith(f"`:{name}"), name


@pytest.mark.parametrize(
    ("line", "column", "wanted"),
    [
        (":tls", 2, "`:tls`: TLS begins here, after STARTTLS"),
        ('{"a": "XXX[name]"}', 9, "`XXX` in a request matches any text"),
        ("Authorization: Bearer XXX", 25, "`XXX` in a request matches any text"),
        ("Authorization: Bearer XXX", 3, ""),
        (":unknown", 1, ""),
        ("", 0, ""),
    ],
)
def test_wildcards_and_lines_of_conversations_are_explained_and_nothing_else(line, column, wanted):
    assert help_at(line, column).startswith(wanted)
    assert bool(help_at(line, column)) is bool(wanted)
    assert "](" not in help_at(line, column)


def test_without_the_pages_there_is_no_help(monkeypatch, tmp_path):
    module._page.cache_clear()
    monkeypatch.setattr(module, "documentation_folder", lambda: tmp_path)

    assert help_at(":wild ZZZ", 0) == ""
    module._page.cache_clear()
