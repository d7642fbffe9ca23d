"""What a unit test calls, and what it costs before."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

import recproxy
from recproxy import inprocess
from recproxy.errors import ConfigurationError

PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[1])
import recproxy.inprocess
print(json.dumps(sorted({"responses", "requests", "vcr", "yaml"} & set(sys.modules))))
"""


def test_the_libraries_are_imported_only_when_they_are_asked_for():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(Path(recproxy.__file__).parents[1])], capture_output=True, check=True
    )

    assert json.loads(done.stdout) == []


@pytest.mark.parametrize(
    ("door", "package", "extra"),
    [(inprocess.requests_mock, "responses", "responses"), (inprocess.vcrpy_cassette, "vcr", "vcrpy")],
)
def test_a_missing_library_is_one_line_with_the_extra(monkeypatch, door, package, extra):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name == package else find(name, *more))

    with pytest.raises(ConfigurationError) as caught:
        door("a.rec")

    assert caught.value.message == (
        f"{extra} is not installed: answers in the process need it: pip install 'recproxy[{extra}]'"
    )
