from recproxy.http.h2.states import READ_STATES, Read, ReadState


def test_each_state_has_a_row_and_can_be_broken_off():
    assert set(READ_STATES) == set(ReadState)
    assert all({Read.END, Read.BREAK} <= set(row) for row in READ_STATES.values())


def test_each_event_leads_somewhere_and_each_state_can_be_reached():
    assert {event for row in READ_STATES.values() for event in row} == set(Read)
    assert {state for row in READ_STATES.values() for state in row.values()} == set(ReadState)
