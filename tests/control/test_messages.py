"""Messages: values that travel, and what of them a log may show."""

import dataclasses
import pickle

import pytest

from recproxy.control import messages, outcomes, redaction_messages
from recproxy.control.messages import Connect, Recorded, Return, Setup
from recproxy.control.redaction_messages import RedactionSetup, RedactScope, ScopeRedacted

SECRET = "the-value-of-a-credential"
VALUES = {"str": "x", "int": 1, "bool": True, "float": 1.0, "bytes": b"x"}


def kinds():
    modules = (messages, outcomes, redaction_messages)
    public = [getattr(module, name) for module in modules for name in module.__all__]
    return [each for each in public if dataclasses.is_dataclass(each)]


def filled(kind):
    """One of a kind, its required fields filled."""
    wanted = [
        field
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    ]
    values = VALUES | {"Outcome": outcomes.Outcome(scope="s"), "tuple[str, ...]": ("x",)}
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
        Recorded(order=1, scope=1, packed=SECRET.encode(), begun=0.0, ended=0.0),
        RedactionSetup(profile={}, secrets=(SECRET,), environment={"KEY": SECRET}),
        RedactScope(order=1, interactions=(SECRET.encode(),), lines=(SECRET,)),
        ScopeRedacted(order=1, interactions=(SECRET.encode(),)),
    ],
    ids=lambda message: type(message).__name__,
)
def test_what_may_hold_a_secret_is_not_shown(message):
    assert SECRET not in repr(message)
