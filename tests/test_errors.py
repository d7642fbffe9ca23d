"""Errors for the user: one base, and what the command line ends with."""

import pytest

from recproxy import errors
from recproxy.errors import RecproxyError

CLASSES = [name for name in errors.__all__ if isinstance(getattr(errors, name), type)]


@pytest.mark.parametrize("name", [name for name in CLASSES if name != "RecproxyError"])
def test_every_error_is_one_for_the_user_and_says_what_it_is_for(name):
    error = getattr(errors, name)

    assert error.__base__ is RecproxyError
    assert error.__doc__


def test_an_error_is_its_message_with_a_hint_apart():
    error = errors.ProxyError("it died", hint="its last lines")

    assert (str(error), error.message, error.hint) == ("it died", "it died", "its last lines")
    assert RecproxyError("nothing to add").hint is None


def test_exit_codes_tell_misses_and_dead_proxies_from_mistakes():
    codes = {name: getattr(errors, name).exit_code for name in CLASSES}

    assert {name: code for name, code in codes.items() if code != 2} == {"NoMatch": 3, "ProxyError": 4}


def test_a_defect_is_told_with_its_kind_and_words():
    assert errors.defect_text(KeyError("x")) == "a defect of recproxy: KeyError: 'x'"
