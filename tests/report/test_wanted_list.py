"""The list of what is wanted: written, read, and refused where it is not one of ours."""

import json

import pytest

from recproxy.errors import ConfigurationError
from recproxy.report.wanted_list import (
    LARGEST_LIST,
    WantedList,
    WantedRequest,
    WantedTest,
    is_choosable,
    read_wanted,
    wanted_values,
)

TEST = WantedTest(
    test="test_orders.TestOrder.test_new[a/b::c]",
    profiles=("shop", "bank"),
    file="tests/test_orders.py",
    sha256="0" * 64,
    names=("TestOrder", "test_new[a/b::c]"),
    keyword="*test_orders.TestOrder.test_new",
    requests=(
        WantedRequest(profile="shop", method="GET", url="https://a.example/?key=XXX", count=2, closest="a.rec:3"),
        WantedRequest(profile="bank", method="POST", url="https://b.example/", differences=("query a: 1, 2",)),
    ),
    recordings=("tests/functional/recordings/shop/test_orders/TestOrder.test_new.rec",),
    shared_with=("test_orders.test_old",),
)
LIST = WantedList(recproxy="0.2.0", tests=(TEST, WantedTest(test="run", profiles=("bank",))))


def written(**changes):
    values = json.loads(json.dumps(wanted_values(LIST)))
    values["tests"][0] |= changes
    return json.dumps(values).encode()


def test_a_list_is_read_as_it_was_written():
    read = read_wanted(written(), "w.json")

    assert read == LIST
    assert (read.profiles, read.requests) == (("shop", "bank"), 2)
    assert TEST.node == "tests/test_orders.py::TestOrder::test_new[a/b::c]"
    assert read.tests[1].node == ""


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"file": "-p/evil.py"}, "tests[0].file is '-p/evil.py'"),
        ({"file": "/etc/passwd.py"}, "tests[0].file is"),
        ({"file": "a/../../b.py"}, "tests[0].file leads out of the project"),
        ({"file": "a b.py"}, "tests[0].file is"),
        ({"file": "$(touch x).py"}, "tests[0].file is"),
        ({"names": ["--rootdir=/"]}, "tests[0].names are no classes and test"),
        ({"names": ["test_a; rm -rf ."]}, "tests[0].names are no classes and test"),
        ({"names": ["test_a[1", "test_b"]}, "tests[0].names are no classes and test"),
        ({"names": ["test_\x1b[2J]"]}, "tests[0].names is no short text"),
        ({"names": "test_a"}, "tests[0].names must be a list of at most 1000"),
        ({"keyword": "-c"}, "tests[0].keyword is '-c'"),
        ({"keyword": "*a b"}, "tests[0].keyword is"),
        ({"keyword": "*t"}, "tests[0].keyword is '*t'"),
        ({"keyword": "*.*"}, "tests[0].keyword is '*.*'"),
        ({"keyword": "*a.*.b"}, "tests[0].keyword is"),
        ({"profiles": []}, "tests[0].profiles is empty"),
        ({"profiles": ["--any-host"]}, "tests[0].profiles is '--any-host'"),
        ({"profiles": ["../shop/profile.toml"]}, "tests[0].profiles is"),
        ({"sha256": "0"}, "tests[0].sha256 is '0'"),
        ({"test": "a\nb"}, "tests[0].test is no short text"),
        ({"test": "a" * 5000}, "tests[0].test is no short text"),
        ({"test": 3}, "tests[0].test is no short text"),
        ({"requests": [1]}, "tests[0].requests must hold objects"),
        ({"requests": [{"profile": "shop", "count": -1}]}, "tests[0].requests[0].count must be a whole number"),
        ({"requests": [{"url": "\x9b"}]}, "tests[0].requests[0].url is no short text"),
    ],
)
def test_what_no_list_of_ours_holds_refuses_all_of_it(changes, what):
    with pytest.raises(ConfigurationError) as caught:
        read_wanted(written(**changes), "w.json")

    assert str(caught.value).startswith(f"w.json: {what}")
    assert "\n" not in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "is no JSON"),
        (b"\xff", "is no JSON"),
        (b"[" * 100_000, "is no JSON"),
        (b"[]", "is no list of wanted recordings"),
        (b'{"format": "recproxy-wanted", "version": 2}', "has version '2' of the format"),
        (b'{"format": "recproxy-wanted", "version": 1}', "wants no test"),
        (b'{"format": "recproxy-wanted", "version": 1, "tests": {}}', "tests must be a list of at most 1000"),
        (b" " * (LARGEST_LIST + 1), "is larger than 1048576 bytes"),
    ],
)
def test_what_is_no_list_is_refused(data, what):
    with pytest.raises(ConfigurationError, match=r"^w\.json: ") as caught:
        read_wanted(data, "w.json")

    assert what in str(caught.value)


def test_only_classes_and_a_test_in_a_file_of_the_project_are_chosen():
    assert is_choosable("tests/test_a.py", ["TestA", "test_b[x]"])
    assert not is_choosable("../test_a.py", ["test_b"])
    assert not is_choosable("tests/test_a.py", [])
    assert not is_choosable("tests/test_a.py", ["test_b[\x1b]"])
    assert not is_choosable("tests/page.md", ["test_b"])
