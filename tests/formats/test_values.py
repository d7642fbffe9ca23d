"""The values that formats give: what they hold is not shown by accident."""

from recproxy.formats import Dumped


def test_what_is_written_is_not_shown():
    assert "secret" not in repr(Dumped(data=b"secret"))
