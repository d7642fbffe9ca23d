"""Names as a profile lists them: whole, or by their last words in brackets."""

import pytest

from recproxy.recording.field_names import is_listed

LISTED = frozenset({b"account_number", b"card[number]"})


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("account_number", True),
        ("Account_Number", True),
        ("bank_account[account_number]", True),
        ("payment_method_data[us_bank_account][account_number]", True),
        ("account_number[]", True),
        ("accounts[0][account_number]", True),
        ("accounts[0][card][1][number]", True),
        ("account_number[0]", True),
        ("account_number[type]", False),
        ("my_account_number", False),
        ("number", False),
        ("card[number]", True),
        ("source[card][number]", True),
        ("invoice[number]", False),
        ("gift_card[number]", False),
        ("[account_number]", True),
        ("[]", False),
        ("]", False),
        ("", False),
    ],
)
def test_a_name_is_listed_as_a_whole_or_by_its_last_words(name, listed):
    assert is_listed(name.encode(), LISTED) is listed


def test_in_an_empty_list_nothing_is():
    assert not is_listed(b"card[number]", frozenset())
