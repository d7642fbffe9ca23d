"""The table `match`: what is linked when recording, and which values are constants."""

from recproxy.config.ignore_table import IgnoreTable
from recproxy.config.layers import build
from recproxy.config.match_table import Match


def test_what_a_program_makes_anew_is_linked_unless_the_profile_says_otherwise():
    assert (Match().correlate, Match().constants) == (True, ())


def test_a_table_comes_back_from_its_plain_form():
    plain = {"correlate": False, "constants": ("order_id",), "ignore": {"query": ("nonce",)}}

    assert build(Match, plain) == Match(correlate=False, constants=("order_id",), ignore=IgnoreTable(query=("nonce",)))
