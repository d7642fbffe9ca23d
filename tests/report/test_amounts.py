"""Sizes and durations as people read them."""

import pytest

from recproxy.report.amounts import duration, size


@pytest.mark.parametrize(
    ("count", "wanted"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (9949, "9.9 kB"),
        (9950, "10 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (23_000_000, "23 MB"),
        (5_000_000_000_000_000, "5000 TB"),
    ],
)
def test_a_size_has_two_digits_at_least(count, wanted):
    assert size(count) == wanted


@pytest.mark.parametrize(
    ("seconds", "wanted"),
    [(0, "0 ms"), (0.00044, "0.4 ms"), (0.0123, "12 ms"), (0.9994, "999 ms"), (0.9996, "1.00 s"), (75.5, "75.50 s")],
)
def test_a_duration_is_in_milliseconds_or_seconds(seconds, wanted):
    assert duration(seconds) == wanted
