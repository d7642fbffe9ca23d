"""What is wrong with a text that is being typed."""

import pytest

from recproxy.lsp.findings import findings_in

BLOCK = (
    "POST https://api.shop.example/x HTTP/1.1\nAuthorization: Bearer XXX\n\n{}\n====\nHTTP/1.1 200 OK\n\n{}\n=======\n"
)
SECRET = "sk_" + "live_" + "4eC39HqLyjWDarjtT1zdp7dc"
PROJECT = """max_age = 10
[profiles.shop]
credentials = ["SHOP_KEY"]
[[profiles.shop.endpoints]]
hosts = ["api.shop.example"]
"""


@pytest.fixture
def recording(tmp_path):
    (tmp_path / "recproxy.toml").write_text(PROJECT)
    return tmp_path / "tests/functional/recordings/shop/a.rec"


def found(path, text, **environment):
    return [(each.line, each.kind, each.is_error) for each in findings_in(path, text, environment)]


def test_a_good_recording_that_is_on_no_disk_has_nothing(recording):
    assert findings_in(recording, "#recproxy 2\n\n" + BLOCK.format("a", "b"), {}) == []
    assert not recording.exists()


def test_what_cannot_be_read_is_an_error_at_its_line(recording):
    (finding,) = findings_in(recording, "#recproxy 2\n\n" + BLOCK.format("a", "b").replace("====\nHTTP", "HTTP"), {})

    assert (finding.line, finding.kind, finding.is_error) == (10, "unreadable", True)
    assert finding.message.startswith("expected '====' at the end of the request of line 3")


def test_check_and_scan_speak_with_the_profile_of_the_file(recording):
    text = "#recproxy 2\n\n:recorded 2020-01-01\n" + BLOCK.format(
        "XXX", f'{{"key": "{SECRET}", "own": "value-of-mine"}}'
    )

    assert found(recording, text, SHOP_KEY="value-of-mine") == [
        (4, "swallows", False),
        (4, "age", False),
        (11, "secret", False),
        (11, "secret", False),
    ]
    assert all(SECRET not in each.message for each in findings_in(recording, text, {}))


def test_a_wrong_key_of_a_profile_is_an_error_at_its_line(tmp_path):
    text = 'schema = 1\nname = "shop"\nsumary = "x"\n\n[[endpoints]]\nhosts = ["shop.example"]\n'

    (finding,) = findings_in(tmp_path / "profile.toml", text)

    assert (finding.line, finding.is_error) == (3, True)
    assert "summary" in finding.message
    assert findings_in(tmp_path / "profile.toml", text.replace("sumary", "summary")) == []
    assert [each.line for each in findings_in(tmp_path / "profile.toml", "schema = 1\nname = \n")] == [2]


def test_a_broken_project_leaves_the_rules_that_every_recording_has(recording):
    (recording.parents[4] / "recproxy.toml").write_text("[")

    assert found(recording, "#recproxy 2\n\n" + BLOCK.format("a", SECRET)) == [(10, "secret", False)]


def test_half_of_a_character_is_said_in_one_line(tmp_path):
    (found,) = findings_in(tmp_path / "a.rec", "#recproxy 2\n# \ud800\n", {})

    assert (found.line, found.is_error) == (2, True)
    assert found.message.startswith("holds half of a character")


def test_a_recording_that_takes_minutes_to_check_is_left_to_the_commands(recording):
    text = "#recproxy 2\n" + "".join(f"\n:scope t{each}\n{BLOCK.format('a', SECRET)}" for each in range(2001))

    assert [(each.line, each.kind) for each in findings_in(recording, text, {})] == [(1, "large")]
    assert "recproxy check" in findings_in(recording, text, {})[0].message
