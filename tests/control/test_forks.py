"""The words between the orchestrator and its fork server."""

import pytest

from recproxy.control.forks import ForkEvent, ForkOrder, fork_order, fork_report, read_fork_order, read_fork_report


@pytest.mark.parametrize("kind", ForkOrder)
@pytest.mark.parametrize("value", ["shop 2", "/tmp/a folder\nwith a line\udcff"])
def test_an_order_is_read_as_it_was_written(kind, value):
    assert read_fork_order(fork_order(kind, value).removesuffix(b"\0")) == (kind, value)


@pytest.mark.parametrize("event", ForkEvent)
def test_a_report_is_read_as_it_was_written(event):
    assert read_fork_report(fork_report(event, 256, "shop 2").removesuffix(b"\n")) == (event, 256, "shop 2")


def test_the_words_are_these():
    assert fork_order(ForkOrder.REDACTION_WORKER, "shop 1") == b"redact shop 1\0"
    assert fork_report(ForkEvent.EXITED, 9, "shop") == b"exited 9 shop\n"
