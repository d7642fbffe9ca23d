"""The modes, and the words that mean them."""

import pytest

from recproxy.control.modes import MODES, VCRPY_MODES, credentials_missing, explained_mode, mode_named


@pytest.mark.parametrize("word", MODES)
def test_our_own_words_need_no_explaining(word):
    assert (mode_named(word), explained_mode(word)) == (word, "")


@pytest.mark.parametrize(("word", "mode"), VCRPY_MODES.items())
def test_vcrpys_words_are_taken_and_explained(word, mode):
    assert mode_named(word) == mode
    assert explained_mode(word) == f"mode {word!r} is vcrpy's name for {mode}"


def test_other_words_mean_no_mode():
    assert (mode_named("rewind"), explained_mode("rewind")) == (None, "")


def test_what_a_profile_lacks_is_named():
    assert credentials_missing("shop", "live", ("A", "B")) == "profile 'shop' cannot be run in mode live: set A, B"
