"""The declarations of profile.toml: every key says what it is for, and a bad word can be told."""

import pytest

from recproxy.config.declared import Keys, leaves
from recproxy.config.profile import PROFILE


def tables(keys):
    yield keys
    for key in keys.keys.values():
        if isinstance(key, Keys):
            yield from tables(key)


@pytest.mark.parametrize(
    ("path", "key"), list(leaves(PROFILE)), ids=lambda each: ".".join(each) if isinstance(each, tuple) else ""
)
def test_each_key_says_what_it_is_for(path, key):
    assert key.says.endswith(".")
    assert bool(key.pattern) == bool(key.wrong)
    assert bool(key.choices) == (key.kind == "choice")


def test_each_table_says_what_it_is_for_and_requires_only_what_it_has():
    for table in tables(PROFILE):
        assert table.says.endswith(".")
        assert set(table.required) <= set(table.keys)
