"""Why a request is another one in each run, told by the values that differ."""

import time

import pytest

from recproxy.matching.differences import Difference
from recproxy.matching.run_changes import RunChange, run_change

NOW = str(int(time.time()))


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ([("4a1e7a61-f12a-49a6-b840-a009d8aa663a", "3942b05c-9031-4008-ad02-70e93bbac54e")], RunChange.RANDOM),
        ([("k7Gt_81xQ-", "p0Zz_44aB-")], RunChange.RANDOM),
        ([("819233", "100271")], RunChange.RANDOM),
        ([("0.6805181353419536", "0.65143042")], RunChange.RANDOM),
        ([("1.5", "2.5")], RunChange.OTHER),
        ([(NOW, NOW)], RunChange.TIME),
        (
            [("Sun, 29 Nov 2026 12:00:00 GMT", time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime()))],
            RunChange.TIME,
        ),
        ([('"b"', '"a"'), ('"a"', '"b"')], RunChange.SEQUENCE),
        ([("tea,milk", "milk,tea")], RunChange.SEQUENCE),
        ([("/tmp/pytest-of-me/pytest-1/a.csv", "/tmp/pytest-of-me/pytest-2/a.csv")], RunChange.FOLDER),
        ([("/var/cache/x1/tmpab12cd34", "/tmp/tmpzz98yy76")], RunChange.FOLDER),
        ([("1", "2")], RunChange.STATE),
        ([("41", "43"), ("1", "2")], RunChange.STATE),
        ([("2", "1")], RunChange.OTHER),
        ([("red", "green")], RunChange.OTHER),
        ([("red", None)], RunChange.OTHER),
        ([("template/one", "template/two")], RunChange.OTHER),
        ([], RunChange.OTHER),
    ],
)
def test_the_kind_is_that_of_all_differences(values, wanted):
    differences = [Difference(f"json /{number}", *each) for number, each in enumerate(values)]

    assert run_change(differences) is wanted


def test_random_and_timed_values_together_are_random():
    differences = [Difference("query nonce", "a", "b"), Difference("query at", NOW, NOW)]

    assert run_change(differences) is RunChange.RANDOM
