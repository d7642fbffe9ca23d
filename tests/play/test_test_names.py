from __future__ import annotations

import pytest

from recproxy.play.test_names import is_gone, scope_of, with_scopes_renamed
from recproxy.recording import load


@pytest.mark.parametrize(
    ("name", "scope"),
    [
        ("test_m/test_one.rec", "test_m.test_one"),
        ("sub/test_m/TestSend.test_one[a.b]", "test_m.TestSend.test_one[a.b]"),
        ("tests.unit.test_m/test_one.rec", "test_m.test_one"),
        ("conftest/account.fixture.rec", "conftest.account"),
        ("conftest/account.fixture[1].rec", "conftest.account[1]"),
        ("default.rec", "default"),
    ],
)
def test_a_name_tells_the_scope_that_records_into_it(name, scope):
    assert scope_of(name) == scope


MODULE = """
from shared import Cases
import unittest

def helper():
    "once called test_commented"

class TestSend(unittest.TestCase):
    def test_one(self): ...  # was test_commented

class TestShared(Cases): ...

class TestOwn(TestSend): ...

globals()["test_made"] = helper
"""


@pytest.mark.parametrize(
    ("name", "is_so"),
    [
        ("sub/test_m/TestSend.test_one[a].rec", False),
        ("sub/test_m/TestSend.test_one[a_b]-0123abcd.rec", False),
        ("sub/test_m/TestSend.test_two.rec", True),
        ("sub/test_m/TestSend.test_two[a_b]-0123abcd.rec", True),
        ("sub/test_m/TestGone.test_one.rec", True),
        ("sub/test_m/TestOwn.test_two.rec", True),
        ("sub/test_m/test_commented.rec", True),
        ("sub/test_m/test_made.rec", False),
        ("sub/test_m/test_two-0123abcd.rec", True),
        ("sub/test_n/test_one.rec", True),
        ("unit.test_m/test_one.rec", False),
        ("unit.test_m/test_two.rec", True),
        ("unit.test_n/test_two.rec", True),
        ("test_root/test_one.rec", False),
        ("test_root/test_two.rec", True),
        ("test_gone/test_one.rec", True),
        ("broken/test_one.rec", False),
        ("broken/test_two.rec", True),
        # What cannot be seen is not said to be gone.
        ("other.test_m/test_two.rec", False),
        ("sub/test_v1_2-0123abcd/test_one.rec", False),
        ("sub/test_m/TestShared.test_two.rec", False),
        ("sub/test_m/account.fixture.rec", False),
        ("default.rec", False),
    ],
)
def test_a_test_is_gone_where_its_module_does_not_define_it(tmp_path, name, is_so):
    top = tmp_path / "tests"
    for path, text in (
        ("tests/sub/test_m.py", MODULE),
        ("unit/test_m.py", "def test_one(): ...\n"),
        ("test_root.py", "def test_one(): ...\n"),
        ("tests/broken.py", "def test_one(:\n"),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)

    assert is_gone(name, top / "recordings", tmp_path) is is_so


def test_scopes_are_renamed_where_they_are_directives_and_nowhere_else():
    one = "\n:scope m.old\n# a comment\n:recorded 2026-01-01\nGET https://a.com/{} HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n:scope m.old\n=======\n"
    text = (
        "#recproxy 2\n" + one.format(1) + one.format(2).replace("\n:scope m.old\n#", "\n:scope m.other\n#", 1)
    ).encode()
    lines = [each.line for each in load(text).interactions if each.scope == "m.old"]

    after = load(with_scopes_renamed(text, lines, "m.old", "m.new"))

    assert [each.scope for each in after.interactions] == ["m.new", "m.other"]
    assert {each.response.body for each in after.interactions} == {b":scope m.old"}
