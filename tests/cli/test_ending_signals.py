import signal

import pytest

from recproxy.cli.ending_signals import ended_by_signals, signals_wait


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_is_ignored_stays_ignored(number):
    """As SIGHUP under nohup."""
    before = signal.signal(number, signal.SIG_IGN)
    try:
        with ended_by_signals():
            signal.raise_signal(number)
        assert signal.getsignal(number) == signal.SIG_IGN
    finally:
        signal.signal(number, before)


@pytest.mark.parametrize(
    ("number", "others"), [(signal.SIGTERM, ()), (signal.SIGHUP, ()), (signal.SIGINT, (signal.SIGINT,))]
)
def test_a_signal_that_waits_comes_at_the_end(number, others):
    heard = []
    before = signal.signal(number, lambda *_: heard.append(number))
    try:
        with signals_wait(*others):
            signal.raise_signal(number)
            assert heard == []
        assert heard == [number]
    finally:
        signal.signal(number, before)
