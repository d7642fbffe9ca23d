"""The dataclasses of the package behave as those of the standard library."""

import copy
import dataclasses
import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError, field

import pytest

from recproxy.lazy.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Quick:
    """A value."""

    name: str
    size: int = 3
    tags: list[str] = field(default_factory=list)
    body: bytes = field(default=b"", repr=False)
    line: int = field(default=0, compare=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """The same."""

    name: str
    size: int = 3
    tags: list[str] = field(default_factory=list)
    body: bytes = field(default=b"", repr=False)
    line: int = field(default=0, compare=False)


@dataclass(slots=True)
class Counted:
    """A value that changes."""

    what: str
    count: int = 0
    more: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Empty:
    """No field."""


@dataclass(frozen=True, slots=True)
class Base:
    """One field by position."""

    first: int


@dataclass(frozen=True, slots=True)
class Derived(Base):
    """One more, and its own text."""

    second: int = 2

    def __repr__(self):
        return "its own"


@dataclass(slots=True, eq=False)
class Itself:
    """Equal to itself alone."""

    name: str


def test_repr_is_that_of_the_standard_library():
    assert repr(Quick(name="a", body=b"x")) == "Quick(name='a', size=3, tags=[], line=0)"
    assert repr(Quick(name="a")) == repr(Standard(name="a")).replace("Standard", "Quick")


def test_values_are_compared_by_the_compared_fields():
    assert Quick(name="a", line=1) == Quick(name="a", line=2)
    assert Quick(name="a") != Quick(name="a", size=4)
    assert Quick(name="a") != Standard(name="a")
    assert Base(1) != Derived(1)
    assert Empty() == Empty()


def test_a_frozen_value_is_hashed_by_its_compared_fields():
    assert {Base(1), Base(1), Base(2)} == {Base(1), Base(2)}
    assert hash(Derived(1)) == hash(Derived(1, 2))
    with pytest.raises(TypeError, match="unhashable"):
        hash(Counted("a"))


def test_a_value_without_comparison_is_equal_to_itself_alone():
    one, other = Itself("a"), Itself("a")
    assert one != other
    assert len({one, other}) == 2


def test_a_frozen_value_refuses_assignments():
    value = Quick(name="a")
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'name'"):
        value.name = "b"
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'name'"):
        del value.name


def test_a_value_that_changes_takes_assignments():
    value = Counted("a")
    value.count += 1
    value.more.append(2)
    assert value == Counted("a", 1, [2])
    assert Counted("b").more == []


def test_a_value_has_no_other_attributes():
    with pytest.raises(AttributeError):
        Counted("a").other = 1
    assert not hasattr(Quick(name="a"), "__dict__")


def test_each_value_gets_a_default_of_its_own():
    assert Quick(name="a").tags is not Quick(name="a").tags


def test_keyword_only_fields_are_refused_by_position():
    with pytest.raises(TypeError, match="positional"):
        Quick("a")
    with pytest.raises(TypeError, match=r"Quick\.__init__\(\) missing 1 required keyword-only argument: 'name'"):
        Quick()


def test_fields_of_a_base_class_come_first():
    assert (Derived(1).first, Derived(1).second) == (1, 2)
    assert repr(Derived(1)) == "its own"


def test_functions_of_the_standard_library_take_the_values():
    value = Quick(name="a")
    assert dataclasses.replace(value, size=5) == Quick(name="a", size=5)
    assert dataclasses.asdict(value) == {"name": "a", "size": 3, "tags": [], "body": b"", "line": 0}
    assert [each.name for each in dataclasses.fields(Quick)] == ["name", "size", "tags", "body", "line"]


@pytest.mark.parametrize("value", [Quick(name="a", tags=["b"], line=4), Counted("a", 2), Empty(), Derived(1)], ids=repr)
def test_values_are_copied(value):
    made = copy.deepcopy(value)
    assert (made, type(made)) == (value, type(value))


def test_messages_are_pickled():
    from recproxy.control.messages import Listen

    message = Listen(lane="default", endpoint=1)
    assert pickle.loads(pickle.dumps(message, protocol=5)) == message


def test_no_room_on_the_way_of_a_run_uses_the_dearer_one():
    program = """
import dataclasses, sys
made = []
real = dataclasses._process_class
def watched(cls, init, *rest, **more):
    if init and cls.__module__.startswith("recproxy."):
        made.append(cls.__module__)
    return real(cls, init, *rest, **more)
dataclasses._process_class = watched
import recproxy.proxy.forking, recproxy.orchestrator.run
print(sorted(set(made)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_first_object_of_a_class_is_made_as_all_others_are():
    @dataclass(frozen=True, slots=True)
    class Late:
        """Nothing was made of it."""

        name: str
        size: int = 3

    before = Late.__init__

    with pytest.raises(TypeError, match=r"Late\.__init__\(\) missing 1 required positional argument: 'name'"):
        Late()
    assert (Late("a"), Late("b", size=4).size) == (Late("a"), 4)
    assert Late.__init__ is not before
    assert Late.__init__.__qualname__ == before.__qualname__
