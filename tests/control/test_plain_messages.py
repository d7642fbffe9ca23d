"""Messages as plain tuples: each comes back as it was, and its tuple names no class."""

import pickle
import typing

import pytest

from recproxy.control.messages import Began, Begin, Ended, EndScope, Message, Playing
from recproxy.control.outcomes import Missed, Outcome, Unused
from recproxy.control.plain_messages import plain_message, restored_message
from recproxy.control.scope_options import ScopeFault

OUTCOME = Outcome(
    scope="test",
    played=2,
    missed=(Missed(method="GET", url="https://api.shop.example/", text="no recorded interaction fits"),),
    unused=(Unused(where="a.rec:3", request="GET /", position=1),),
    plays=(2, 0),
    files=(("a.rec", 2),),
)
MESSAGES = [
    Begin(order=1, lane="default", scope="test"),
    Begin(
        order=1,
        lane="default",
        scope="test",
        recordings=("a.rec",),
        match_on=("method",),
        ignore={"query": ("nonce",)},
        plays=(1, 0),
        faults=(ScopeFault("reset", 1, 2),),
    ),
    Began(order=1, interactions=3, recorded_at=1_700_000_000),
    EndScope(order=2, lane="default"),
    Ended(order=2, outcome=OUTCOME, complete=False),
    Playing(order=3, outcome=OUTCOME),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_comes_back_as_it_was(message):
    got = restored_message(pickle.loads(pickle.dumps(plain_message(message), protocol=5)))

    assert got == message
    assert type(got) is type(message)


@pytest.mark.parametrize(
    "message", [MESSAGES[0], *MESSAGES[2:4], Ended(order=1, outcome=Outcome(scope="test"))], ids=repr
)
def test_what_each_scope_sends_names_no_class(message):
    assert b"recproxy" not in pickle.dumps(plain_message(message), protocol=5)


def test_every_kind_of_message_has_a_plain_form():
    for kind in typing.get_args(Message):
        assert kind.__getstate__ is not object.__getstate__, kind
