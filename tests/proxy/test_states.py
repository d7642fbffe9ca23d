"""The tables hold for all of a machine: no state is missing, or out of reach, or a trap."""

import pytest

from recproxy.proxy.states import ANSWERING, ASKING, STAGES, Answered, Answering, Asked, Asking, Passed, Stage

MACHINES = [
    (ASKING, Asking, Asked, Asking.BETWEEN, {Asking.OVER}),
    (ANSWERING, Answering, Answered, Answering.READY, {Answering.GONE}),
    (STAGES, Stage, Passed, Stage.REQUESTING, {Stage.OVER}),
]


def reached(table, start):
    states = {start}
    while more := {after for state in states for after in table[state].values()} - states:
        states |= more
    return states


@pytest.mark.parametrize(("table", "states", "events", "start", "ends"), MACHINES)
def test_every_state_is_reached_and_gets_to_an_end(table, states, events, start, ends):
    assert set(table) == set(states)
    assert {event for row in table.values() for event in row} == set(events)
    assert reached(table, start) == set(states)
    assert [state for state in states if not reached(table, state) & ends] == []
    assert [state for state in ends if reached(table, state) != {state}] == []


def test_a_connection_can_be_lost_and_stopped_at_any_time():
    assert [state for state in Answering if Answered.LOSE not in ANSWERING[state]] == []
    assert [state for state in Asking if Asked.STOP not in ASKING[state]] == []
