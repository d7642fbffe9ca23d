"""A scope in parts: what one process makes of it, whoever works on which part."""

import itertools
import pickle

from tables import RULES, by_name, known, linked, sessions

from recproxy.recording import Act, Interaction, Request, Response, Step
from recproxy.redaction.scope import redact_scope
from recproxy.redaction.scope_parts import redact_in_parts


def spread_over(count):
    """Parts that are worked on in turns; what travels between processes is pickled."""

    def spread(work, interactions, sizes):
        assert len(sizes) == len(interactions)
        size = -(-len(interactions) // count)
        parts = [work(interactions[at : at + size]) for at in range(0, len(interactions), size)]
        lessons = pickle.loads(pickle.dumps([next(part) for part in parts]))
        outcomes = []
        for number, part in enumerate(parts):
            try:
                part.send(lessons)
            except StopIteration as end:
                outcomes += pickle.loads(pickle.dumps(end.value)) if number else end.value
        return outcomes

    return spread


def test_each_session_is_redacted_as_by_one_process():
    for case in itertools.chain(sessions(), linked()):
        alone = redact_scope(case.interactions, case.rules)
        assert redact_in_parts(case.interactions, case.rules, spread_over(len(case.interactions))) == alone, case.id


def test_what_a_login_in_messages_of_a_websocket_hands_out_is_masked_in_all_parts():
    key = b"k9f8e7d6c5b4a3f2e1d0c9b8a7f6e5d4"
    said = (
        Step(Act.SERVER, b"earlier: " + key),
        Step(Act.CLIENT, b'{"op":"login","password":"hunter2-secret-pw"}'),
        Step(Act.SERVER, b'{"key":"' + key + b'"}'),
    )
    socket = Interaction(
        request=Request(method="GET", url="wss://a.example/s", wild=None),
        response=Response(status=101, wild=None),
        steps=said,
    )
    later = Interaction(
        request=Request(method="GET", url=f"https://a.example/{key.decode()}", wild=None),
        response=Response(status=200, wild=None),
    )
    alone = redact_scope([socket, later], RULES)
    assert alone.learned.keys() == {key, b"hunter2-secret-pw"}
    for count in (1, 2, 5):
        assert redact_in_parts([socket, later], RULES, spread_over(count)) == alone


def test_many_interactions_with_thousands_of_values_are_redacted_as_by_one_process():
    interactions = tuple(
        itertools.chain.from_iterable(
            case.interactions for table in (sessions, by_name, linked, known) for case in table()
        )
    )[::3]
    alone = redact_scope(interactions, RULES)
    assert len(alone.learned) > 300 and len(alone.refusals) > 3
    for count in (1, 3):
        parts = redact_in_parts(interactions, RULES, spread_over(count))
        assert parts.interactions == alone.interactions
        assert (parts.refusals, parts.counts, parts.findings, parts.learned) == (
            alone.refusals,
            alone.counts,
            alone.findings,
            alone.learned,
        )
