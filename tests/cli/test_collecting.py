import gc

import pytest

from recproxy.cli.collecting import collecting_seldom


def test_collections_are_as_often_as_before_behind_it():
    before = gc.get_threshold()
    with pytest.raises(KeyError), collecting_seldom():
        assert gc.get_threshold()[0] > before[0]
        raise KeyError
    assert gc.get_threshold() == before
