"""Each fuzz target with what it is known to take, what once was trouble, and a few inputs more; and the campaign itself."""

import json
import random
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))  # for the targets

import campaign
import mutation
from fuzz_target import HERE, Found, Target, try_input
from targets import TARGETS

from recproxy.errors import RecordingError

#: An input here is small, and a test is no measurement: this only ends what hangs.
PATIENT = 60.0


@pytest.mark.parametrize("name", TARGETS)
def test_known_inputs_are_no_trouble(name):
    target = TARGETS[name]

    for data in (b"", b"\0", *target.seeds, *target.corpus):
        try_input(target, data, PATIENT)


@pytest.mark.parametrize("name", TARGETS)
@examples(max_examples=10)
@given(number=st.integers(0, 1 << 32))
def test_changed_inputs_are_no_trouble(name, number):
    target, source = TARGETS[name], random.Random(number)
    known = [*target.seeds, *target.corpus]

    try_input(target, mutation.mutated(target, source.choice(known), source, known), PATIENT)


def test_every_folder_of_the_corpus_is_of_a_target():
    assert {path.name for path in (HERE / "corpus").iterdir()} <= set(TARGETS)


def test_the_page_counts_what_the_corpus_holds():
    page = (HERE.parents[1] / "docs/explanation/reliability.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([\w-]+) \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \| (\d+) \|$", page, re.MULTILINE)

    assert {name: int(found) for name, *_, found in rows} == {
        name: len([*(HERE / "corpus" / name).glob("found-*")]) for name in TARGETS
    }
    inputs = sum(int(count.replace(",", "")) for _, *counts, _ in rows for count in counts)
    assert f"{inputs:,} inputs in all" in page


def fails(data):
    if b"bad" in data:
        raise KeyError(data)
    if b"two" in data:
        raise RecordingError("one\ntwo")
    raise RecordingError("one")


def target(run=fails, seed=b"not ba nor tw"):
    return Target(name="made up", run=run, seeds=(seed,), tokens=(b"bad", b"two"))


@pytest.mark.parametrize(("data", "kind"), [(b"a bad one", "KeyError at "), (b"two", "a message of several lines")])
def test_what_nobody_should_see_is_trouble(data, kind):
    with pytest.raises(Found) as found:
        try_input(target(), data, PATIENT)

    assert found.value.kind.startswith(kind)


def test_what_takes_too_long_is_trouble_unless_it_is_large():
    with pytest.raises(Found, match="for 1 bytes"):
        try_input(target(len), b"a", -1)
    try_input(target(len), bytes(100_001), -1)


def test_a_campaign_keeps_the_least_of_each_trouble(tmp_path):
    trouble = campaign.Trouble(target(), tmp_path)
    for data in (b"a long input that is bad in the middle of it", b"another bad one", b"12two45"):
        trouble.try_input(data, PATIENT)

    written = {path.read_bytes(): json.loads(path.with_suffix(".json").read_text()) for path in found_in(tmp_path)}
    assert sorted(written) == [b"bad", b"two"]
    assert written[b"two"] == ["a message of several lines", "'one\\ntwo'"]


def found_in(folder):
    return [path for path in folder.iterdir() if path.suffix != ".json"]


@pytest.mark.parametrize("large", [False, True])
def test_inputs_that_are_changed_at_random_find_what_is_planted(tmp_path, large):
    made = target(seed=b"not bad")

    count = campaign.unguided(made, campaign.Trouble(made, tmp_path), 0.05, tmp_path, large=large)

    assert count > 0
    assert b"bad" in {path.read_bytes() for path in found_in(tmp_path)}
