"""The name of a shard."""

import re

import pytest

from recproxy.control.shards import part_of_suite
from recproxy.errors import ConfigurationError


def test_k_of_n_is_a_part_and_another_name_is_none():
    assert part_of_suite("2/4") == (2, 4)
    assert part_of_suite("1/1") == (1, 1)
    for name in ("linux", "", "a/4", "2/linux", "2026-01", "3.11/linux"):
        assert part_of_suite(name) is None, name


@pytest.mark.parametrize(
    "name", ["0/4", "5/4", "0/0", "2/4/1", "01/4", "1/04", "-1/4", "1.5/4", "1 / 4", "1/", "/4", "٢/٤", "1/9999999"]
)
def test_a_part_that_there_is_not_is_refused(name):
    with pytest.raises(ConfigurationError, match=rf"--shard {re.escape(name)}: write it as K/N, with K from 1 to N"):
        part_of_suite(name)
