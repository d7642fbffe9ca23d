"""What `pull`, `push` and `status` share."""

import pytest
from checkouts import said

from recproxy.cli.stored_recordings import finish
from recproxy.stores.transfers import Transferred


def test_a_project_without_a_store_is_told_how_to_have_one(tmp_path):
    for verb in ("pull", "push", "status"):
        code, _, error = said(tmp_path, verb)
        assert code == 2
        assert 'this project has no store: write recordings = "s3://BUCKET/FOLDER"' in error


def test_many_with_one_reason_are_one_line(capsys):
    result = Transferred(
        kept={f"shop/{number}.rec": "was never here" for number in range(1000)},
        problems=["a.rec: no network", "b.rec: no network", "c.rec: gone: to nowhere"],
    )
    with pytest.raises(SystemExit) as ended:
        finish(result, "pulled")

    assert ended.value.code == 2
    assert capsys.readouterr().err.splitlines() == [
        "recproxy: 0 recordings pulled, 0 bytes",
        "recproxy: shop/0.rec and 999 others: was never here",
        "recproxy: a.rec: no network",
        "recproxy: b.rec: no network",
        "recproxy: c.rec: gone: to nowhere",
    ]
