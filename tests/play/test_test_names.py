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


def test_a_test_is_gone_where_its_module_does_not_name_it(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/test_m.py").write_text("class TestSend:\n    def test_one(self): ...\n")
    recordings = tmp_path / "recordings"

    def gone(name):
        return is_gone(name, recordings)

    assert not gone("sub/test_m/TestSend.test_one[a].rec")
    assert gone("sub/test_m/TestSend.test_two.rec")
    assert gone("sub/test_n/test_one.rec")
    # What cannot be seen is not said to be gone.
    assert not gone("other.test_m/test_two.rec")
    assert not gone("sub/test_m/account.fixture.rec")
    assert not gone("sub/test_m/test_two-0123abcd.rec")


def test_scopes_are_renamed_where_they_are_directives_and_nowhere_else():
    one = "\n:scope m.old\n# a comment\n:recorded 2026-01-01\nGET https://a.com/{} HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n:scope m.old\n=======\n"
    text = (
        "#recproxy 2\n" + one.format(1) + one.format(2).replace("\n:scope m.old\n#", "\n:scope m.other\n#", 1)
    ).encode()
    lines = [each.line for each in load(text).interactions if each.scope == "m.old"]

    after = load(with_scopes_renamed(text, lines, "m.old", "m.new"))

    assert [each.scope for each in after.interactions] == ["m.new", "m.other"]
    assert {each.response.body for each in after.interactions} == {b":scope m.old"}
