"""The decorator keeps the types of what it decorates."""

import re
import subprocess
import sys

import pytest
from deadlines import seconds

pytest.importorskip("mypy")

DECORATED = """\
from collections.abc import AsyncIterator, Iterator

from recproxy import recproxy


@recproxy("https", "twitter.com", "test_send.rec")
@recproxy("bitly", "v4_shorten.rec", "v4_expand.rec", "more.rec", mode="replay")
def test_function(word: str, *, times: int = 1) -> bytes:
    return word.encode() * times


@recproxy("twitter", "test_send.rec")
async def test_coroutine(word: str) -> int:
    async with recproxy("twitter", "other.rec"):
        return len(word)


@recproxy("twitter", "test_send.rec")
def fixture() -> Iterator[int]:
    with recproxy("twitter", "other.rec") as scope:
        reveal_type(scope)
        yield 1


@recproxy("twitter", "test_send.rec")
async def async_fixture() -> AsyncIterator[int]:
    yield 1


@recproxy("twitter", "test_send.rec")
class TestClass:
    @classmethod
    @recproxy("twitter", "test_send.rec")
    def setup_class(cls) -> None:
        cls.__doc__ = "ready"

    @recproxy("twitter", "test_send.rec")
    def test_method(self, word: str) -> str:
        return word


reveal_type(test_function)
reveal_type(test_coroutine)
reveal_type(fixture)
reveal_type(async_fixture)
reveal_type(TestClass().test_method)
reveal_type(TestClass)
test_function(1)
recproxy("twitter", 1)
"""
WANTED = """\
note: recproxy.client.decorator.recproxy
note: def (word: str, *, times: int =) -> bytes
note: def (word: str) -> Coroutine[Any, Any, int]
note: def () -> Iterator[int]
note: def () -> AsyncIterator[int]
note: def (word: str) -> str
note: def () -> TestClass
error: Argument 1 to "test_function" has incompatible type "int"; expected "str"
error: Argument 2 to "recproxy" has incompatible type "int"; expected "str"
"""


def test_mypy_sees_through_it(tmp_path):
    (tmp_path / "test_typed.py").write_text(DECORATED)

    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--python-version", "3.11", "test_typed.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=seconds(110),
        check=False,
    )

    said = re.sub(
        r"test_typed\.py:\d+: |Revealed type is |  \[[a-z-]+\]$|^Found.*\n", "", done.stdout, flags=re.MULTILINE
    )
    said = re.sub(r'note: "(.*)"$', r"note: \1", said, flags=re.MULTILINE)
    said = re.sub(r"\b(typing|builtins|collections\.abc|test_typed)\.|\?", "", said)
    assert said == WANTED
