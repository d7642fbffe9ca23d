"""What scopes of a run have shown to be secret, and with how much of it each was masked."""

import pytest

from recproxy.control.redaction_messages import LearnedValue
from recproxy.orchestrator.run_secrets import RunSecrets, TooManySecretsError


def value(text, *, field=False):
    return LearnedValue(text, "handed out", "token", field, alone=False)


ONE, TWO = value(b"one"), value(b"two")


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


@pytest.mark.parametrize(
    ("limits", "too_many", "problem"),
    [
        ({"most": 2}, (value(b"three"),), "more than 2 secret values"),
        ({"most": 9, "most_bytes": 8}, (value(b"three"),), "more than 8 bytes of secret values"),
        (
            {"most": 20_000, "most_bytes": 4_000_000},
            (value(b"3" * 4_000_000),),
            "more than 4,000,000 bytes of secret values",
        ),
    ],
)
def test_values_beyond_what_can_be_looked_for_are_an_error_and_none_of_them_is_kept(limits, too_many, problem):
    secrets = RunSecrets(**limits)
    secrets.add((ONE, TWO), 0)
    with pytest.raises(TooManySecretsError) as caught:
        secrets.add(too_many, 2)
    assert caught.value.message == problem
    assert secrets.since(0) == (ONE, TWO)
    assert secrets.add((ONE,), 2) == 2


def test_what_is_no_text_does_not_count_as_a_secret_value():
    secrets = RunSecrets(most=2)
    secrets.add((ONE, value(b"\xd9\x81\x00\xfe"), value(b"\x01\x02"), value(b"\xff\xfe")), 0)
    assert secrets.add((TWO,), 4) == 5


def test_nothing_of_a_value_is_shown():
    secrets = RunSecrets()
    secrets.add((value(b"hidden-value"),), 0)
    assert "hidden" not in repr(secrets) + repr(secrets.since(0))


def test_what_is_told_after_a_run_holds_nothing_that_it_has_shown():
    secrets = RunSecrets()
    line = 'GET https://a.example/x/0123456789abcdef-late?n=1, got "0123456789abcdef-late"'
    assert secrets.masked(line) == line

    secrets.add((value(b"0123456789abcdef-late"),), 0)
    assert secrets.masked(line) == 'GET https://a.example/x/XXX?n=1, got "XXX"'
    secrets.add((value(b"another-0123456789"),), 1)
    assert secrets.masked("another-0123456789, 0123456789abcdef-late") == "XXX, XXX"


@pytest.mark.parametrize(("most", "complete"), [(1, True), (9, False)])
def test_where_scopes_that_record_nothing_show_too_much_no_text_is_told(most, complete):
    secrets = RunSecrets(most=most)
    secrets.know((value(b"first-long-token"),), complete=True)
    assert secrets.masked("GET /items/first-long-token/7") == "GET /items/XXX/7"

    secrets.know((value(b"second-long-token"),), complete=complete)

    assert secrets.masked("GET /items/7") == "XXX"
