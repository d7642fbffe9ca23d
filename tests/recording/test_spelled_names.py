"""Places that spell the value of another one."""

import pytest

from recproxy.recording.spelled_names import spelled, spelled_name, spellings


def test_a_value_has_the_spellings_that_change_it():
    assert spellings(b"aB-1") == {
        ".as-upper": b"AB-1", ".as-lower": b"ab-1", ".as-bare": b"aB1", ".as-base64": b"YUItMQ==",
    }  # fmt: skip
    assert spellings(b"a+/=")[".as-escaped"] == b"a%2B%2F%3D"


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("id.new-uuid.as-upper", ("id.new-uuid", ".as-upper")),
        ("id.new-uuid", ("id.new-uuid", "")),
        ("id.as-other", ("id.as-other", "")),
        (".as-upper", (".as-upper", "")),
    ],
)
def test_a_name_says_whose_value_it_spells(name, wanted):
    assert spelled_name(name) == wanted


def test_an_ending_says_how():
    assert spelled(".as-bare", b"a-b") == b"ab"
