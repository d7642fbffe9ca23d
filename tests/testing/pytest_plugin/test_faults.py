"""Faults that a test asks for, by a marker or the decorator: played in that test alone, in every lane."""

import pytest

SUITE = """
import unittest
import urllib.error

import pytest

import recproxy
from asking import get

def lost():
    try:
        return get("item")
    except OSError as problem:
        return type(problem).__name__, str(problem)

GOOD, RESET = "first", ("URLError", "<urlopen error EOF occurred in violation of protocol (_ssl.c")

def is_reset(got):
    return got != GOOD and ("EOF" in str(got) or "reset" in str(got) or "closed" in str(got))

pytestmark = pytest.mark.recproxy("shop", "two.rec")

@pytest.mark.recproxy_fault("shop", "reset")
def test_a_marker():
    assert is_reset(lost())

def test_nothing_is_left_of_it():
    assert lost() == GOOD

@recproxy.fault("shop", "reset", times=1)
def test_a_decorator():
    assert [is_reset(lost()), lost()] == [True, GOOD]

@recproxy.recproxy.fault("api.shop.example", "reset", interaction=2)
@recproxy.recproxy("shop", "two.rec")
def test_with_a_recording_of_its_own():
    assert [lost(), is_reset(lost())] == [GOOD, True]

@pytest.mark.recproxy_fault("shop", "tls expired")
def test_of_tls():
    assert "certificate has expired" in str(lost())

@pytest.mark.recproxy_fault("shop", "reset after 1", times=1)
@recproxy.fault("shop", "delay 0")
def test_several():
    with pytest.raises((OSError, Exception)):
        get("item")
    assert lost() == GOOD

class TestCase(unittest.TestCase):
    @recproxy.fault("shop", "reset")
    def test_in_a_class(self):
        assert is_reset(lost())

    def test_beside_it(self):
        assert lost() == GOOD

@recproxy.fault("shop", "reset")
class TestAll:
    def test_one(self):
        assert is_reset(lost())
"""
UNITTEST = """
import unittest

import recproxy
from asking import get

class TestCase(unittest.TestCase):
    @recproxy.fault("shop", "tls untrusted")
    @recproxy.recproxy("shop", "two.rec")
    def test_a(self):
        with self.assertRaisesRegex(OSError, "certificate verify failed"):
            get("item")

    @recproxy.recproxy("shop", "two.rec")
    def test_b(self):
        assert get("item") == "first"
"""
BAD = """
import pytest
import recproxy

@pytest.mark.recproxy_fault("shop", "explode")
def test_words(): pass

@pytest.mark.recproxy_fault("shop")
def test_too_few(): pass

@pytest.mark.recproxy_fault("shop", "reset", times=0)
def test_times(): pass

def test_a_decorator():
    with pytest.raises(ValueError, match="recproxy.fault: 'explode' is no fault: known are reset, "):
        recproxy.fault("shop", "explode")
    with pytest.raises(TypeError, match="no context manager"):
        recproxy.fault("shop", "reset").__enter__()
"""


@pytest.mark.parametrize(
    ("run", "words"), [(False, ()), (True, ("-n", "2", "-p", "xdist"))], ids=["plainly", "in lanes"]
)
def test_a_fault_belongs_to_its_test(project, run, words):
    project.record("two.rec", ("item", "first"), ("item", "first"))
    project.write("test_it.py", SUITE)

    outcomes = project.pytest("-q", *words, run=run)

    assert (outcomes.code, outcomes.counts) == (0, {"passed": 9}), outcomes.out


def test_under_unittest(project):
    project.record("two.rec", ("item", "first"))
    project.write("test_it.py", UNITTEST)

    code, out = project.unittest("test_it")

    assert (code, "Ran 2 tests" in out) == (0, True), out


def test_what_is_no_fault_is_one_line(project):
    project.write("test_it.py", BAD)

    outcomes = project.pytest("-q", "-rf")

    assert outcomes.counts == {"passed": 1, "error": 3}, outcomes.out
    for line in (
        "recproxy: recproxy.fault: 'explode' is no fault: known are reset, reset after BYTES",
        'recproxy: recproxy_fault takes (profile, fault), and times= or interaction=: ("twitter", "reset")',
        "recproxy: recproxy.fault: times=0: write 1 or more, or leave it out",
    ):
        assert line in outcomes.out
