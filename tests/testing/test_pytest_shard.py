"""Which tests pytest-split is to choose."""

from types import SimpleNamespace

import pytest

from recproxy.testing.pytest_shard import EmptyShard, choose_shard


def chosen(monkeypatch, shard, **options):
    if shard is None:
        monkeypatch.delenv("RECPROXY_SHARD", raising=False)
    else:
        monkeypatch.setenv("RECPROXY_SHARD", shard)
    config = SimpleNamespace(option=SimpleNamespace(**options), pluginmanager=pytest.PytestPluginManager())
    choose_shard(config)
    return vars(config.option)


def test_a_part_of_the_suite_is_that_of_pytest_split(monkeypatch):
    assert chosen(monkeypatch, "2/4", splits=None, group=None) == {"group": 2, "splits": 4}


def test_tests_in_random_order_have_one_order_in_all_shards(monkeypatch):
    for shard in ("1/4", "2/4"):
        assert chosen(monkeypatch, shard, splits=None, group=None, randomly_seed="default")["randomly_seed"] == 1
    for seed in (7, "last"):
        assert chosen(monkeypatch, "1/4", splits=None, group=None, randomly_seed=seed)["randomly_seed"] == seed
    assert chosen(monkeypatch, "linux", splits=None, randomly_seed="default")["randomly_seed"] == "default"


def test_what_the_command_says_itself_stays(monkeypatch):
    assert chosen(monkeypatch, "2/4", splits=3, group=1) == {"group": 1, "splits": 3}


def test_another_name_chooses_nothing(monkeypatch):
    for name in (None, "", "linux"):
        assert chosen(monkeypatch, name, splits=None, group=None) == {"group": None, "splits": None}
        assert chosen(monkeypatch, name) == {}


def test_what_cannot_be_chosen_is_a_usage_error(monkeypatch):
    with pytest.raises(pytest.UsageError, match="splits the suite with pytest-split, which is not installed"):
        chosen(monkeypatch, "2/4")
    with pytest.raises(pytest.UsageError, match="with K from 1 to N"):
        chosen(monkeypatch, "5/4", splits=None)


@pytest.mark.parametrize(
    ("deselected", "code", "ends"),
    [
        # pytest-split deselects last: what it leaves to other shards.
        ([[1, 2]], 5, 0),
        ([[1], []], 5, 5),
        ([[1], [2]], 1, 1),
        ([], 5, 5),
    ],
)
def test_a_shard_without_tests_passes_where_others_have_some(deselected, code, ends):
    shard, session = EmptyShard(), SimpleNamespace(config=SimpleNamespace(), exitstatus=code)
    worker, controller = EmptyShard(), EmptyShard()
    output = {}
    for items in deselected:
        shard.pytest_deselected(items)
        worker.pytest_deselected(items)

    shard.pytest_sessionfinish(session, code)
    assert session.exitstatus == ends
    session.exitstatus = code
    worker.pytest_sessionfinish(SimpleNamespace(config=SimpleNamespace(workeroutput=output)), code)
    controller.pytest_testnodedown(SimpleNamespace(workeroutput=output))
    controller.pytest_sessionfinish(session, code)
    assert session.exitstatus == ends
