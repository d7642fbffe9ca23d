"""Messages: values that travel, and what of them a log may show."""

import dataclasses
import pickle

import pytest

from recproxy.control import Connect, Recorded, Return, Setup, messages
from recproxy.recording import Interaction, Request, Response

SECRET = "the-value-of-a-credential"
VALUES = {"str": "x", "int": 1, "bool": True, "float": 1.0, "bytes": b"x"}


def kinds():
    return [kind for name in messages.__all__ if name != "Message" for kind in (getattr(messages, name),)]


def filled(kind):
    """One of a kind, its required fields filled."""
    wanted = [
        field
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]
    interaction = Interaction(request=Request(method="GET", url="/"), response=Response(status=200))
    values = VALUES | {"Interaction": interaction, "Outcome": messages.Outcome(scope="s"), "tuple[str, ...]": ("x",)}
    return kind(**{field.name: values.get(field.type, {}) for field in wanted})


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_every_message_travels_and_cannot_be_changed(kind):
    message = filled(kind)

    assert pickle.loads(pickle.dumps(message, protocol=5)) == message
    with pytest.raises((dataclasses.FrozenInstanceError, TypeError)):
        message.lane = "another"


@pytest.mark.parametrize(
    "message",
    [
        Setup(profile={}, owners={}, mode="record", secrets=(SECRET,), key=SECRET.encode(), certificates={"a": b"x"}),
        Connect(lane="default", held=SECRET.encode()),
        Return(lane="default", held=SECRET.encode()),
        Recorded(
            order=1,
            lane="default",
            scope=1,
            interaction=Interaction(
                request=Request(method="GET", url="https://a.example/", body=SECRET.encode()),
                response=Response(status=200, body=SECRET.encode()),
            ),
            begun=0.0,
            ended=0.0,
        ),
    ],
    ids=lambda message: type(message).__name__,
)
def test_what_may_hold_a_secret_is_not_shown(message):
    assert SECRET not in repr(message)
