"""What scopes of a run have shown to be secret, and with how much of it each was masked."""

import pytest

from recproxy.control.redaction_messages import LearnedValue
from recproxy.errors import RecordingError
from recproxy.orchestrator.run_secrets import RunSecrets


def value(text, *, field=False):
    return LearnedValue(text, "handed out", "token", field, alone=False)


ONE, TWO, THREE = value(b"one"), value(b"two"), value(b"three")


def test_a_scope_that_was_alone_knows_what_it_has_shown_itself():
    secrets = RunSecrets()
    assert secrets.add((ONE,), 0) == 1
    assert secrets.add((ONE, TWO), 1) == 2
    assert secrets.since(1) == (TWO,)


def test_a_scope_beside_which_another_ended_is_masked_with_what_it_began_with():
    secrets = RunSecrets()
    secrets.add((ONE,), 0)
    assert secrets.add((TWO,), 0) == 0
    assert secrets.since(0) == (ONE, TWO)


def test_a_value_that_is_to_be_found_in_more_places_is_told_again():
    secrets = RunSecrets()
    secrets.add((value(b"one", field=True),), 0)
    assert secrets.add((ONE, value(b"one", field=True)), 1) == 2
    assert secrets.since(1) == (ONE,)


def test_more_values_than_can_be_looked_for_are_an_error():
    secrets = RunSecrets(most=2)
    secrets.add((ONE, TWO), 0)
    with pytest.raises(RecordingError, match="more than 2 secret values"):
        secrets.add((THREE,), 2)


def test_nothing_of_a_value_is_shown():
    secrets = RunSecrets()
    secrets.add((value(b"hidden-value"),), 0)
    assert "hidden" not in repr(secrets) + repr(secrets.since(0))
