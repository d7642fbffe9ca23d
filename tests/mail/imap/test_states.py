import pytest

from recproxy.mail.imap.states import AFTER_OK, READINGS, Login, Reading, Turn


def test_every_state_has_its_row():
    assert list(READINGS) == list(Reading)
    assert set(AFTER_OK) == set(Login)


@pytest.mark.parametrize("state", [each for each in Reading if each is not Reading.CLOSED])
def test_a_server_can_end_a_conversation_in_every_state(state):
    assert READINGS[state][Turn.CLOSED] is Reading.CLOSED


@pytest.mark.parametrize("state", [each for each in Login if each is not Login.LOGOUT])
def test_a_client_can_log_out_in_every_state(state):
    assert AFTER_OK[state][b"LOGOUT"] is Login.LOGOUT


def test_nothing_follows_the_end():
    assert (AFTER_OK[Login.LOGOUT], READINGS[Reading.CLOSED]) == ({}, {})
