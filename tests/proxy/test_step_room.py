"""The room for conversations that are under way: so many steps of one, so many bytes of all, and given back at its end."""

from recproxy.proxy.step_room import MOST_STEPS, StepRoom
from recproxy.recording import Act, Step

MESSAGE = Step(Act.CLIENT, bytes(100 << 20))


def test_a_conversation_has_so_many_steps():
    room = StepRoom()

    assert room.take(MOST_STEPS - 1, Step(Act.TLS)) == ""
    assert room.take(MOST_STEPS, Step(Act.TLS)) == (
        "a conversation of more than 250,000 commands and lines of answers is not recorded: "
        "use several connections, or run the test live"
    )


def test_all_conversations_have_so_many_bytes_which_are_given_back():
    room = StepRoom()

    assert [room.take(0, MESSAGE)[:51] for _ in range(6)] == [
        *[""] * 5,
        "the conversations under way have more than 512 MB, ",
    ]
    room.free([MESSAGE])
    assert room.take(0, MESSAGE) == ""
    room.free([MESSAGE] * 99)
    assert [bool(room.take(0, MESSAGE)) for _ in range(6)] == [*[False] * 5, True]


def test_a_message_of_the_largest_size_has_room():
    room = StepRoom(largest=200 << 20)

    assert [bool(room.take(0, MESSAGE)) for _ in range(8)] == [*[False] * 7, True]
