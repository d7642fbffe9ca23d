"""Numbers as people are told them."""

import pytest

from recproxy.recording.counting import counted


@pytest.mark.parametrize(("number", "wanted"), [(0, "0 files"), (1, "1 file"), (2, "2 files")])
def test_one_is_one(number, wanted):
    assert counted(number, "file") == wanted
