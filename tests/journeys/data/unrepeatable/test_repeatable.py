"""Tests that replay, although each has something of those that do not."""

import random
import time
import unittest
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from shop import ask, ask_patiently


@pytest.fixture(scope="module")
def catalogue():
    return ask("/catalogue")


@pytest.mark.parametrize("number", range(20))
def test_items(number):
    assert ask(f"/items/{number}")["path"] == f"/items/{number}"


@pytest.mark.parametrize("chosen", random.Random(7).sample(range(100), 8))
def test_a_choice_that_is_seeded(chosen):
    assert ask("/orders", {"item": chosen})["n"]


@pytest.mark.parametrize("page", ["first", "second", "third"])
def test_with_a_fixture_of_the_module(catalogue, page):
    assert catalogue["n"]
    assert ask(f"/catalogue?page={page}")["n"]


def test_equal_requests_one_after_another():
    first, second, third = (ask("/next")["n"] for _ in range(3))
    assert first < second < third


def test_equal_requests_at_the_same_time_with_equal_answers():
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(ask, ["/together/same"] * 2)
    assert one == other


def test_other_requests_at_the_same_time():
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(ask, ["/together/left", "/together/right"]))
    assert [answer["path"] for answer in answers] == ["/together/left", "/together/right"]


def test_a_retry_that_the_service_asks_for():
    assert ask_patiently("/busy")["n"]


def test_a_random_value_that_the_profile_ignores():
    assert ask("/orders", {"item": 2, "nonce": str(uuid.uuid4())})["n"]


def test_an_id_that_recording_names():
    assert ask("/orders", {"item": 3, "key": str(uuid.uuid4())})["n"]


def test_a_time_that_does_not_leave_the_test():
    begun = time.time()
    ask("/items/21")
    assert time.time() >= begun


def test_a_path_that_does_not_leave_the_test(tmp_path):
    kept = tmp_path / "answer.txt"
    kept.write_text(str(ask("/items/22")["n"]))
    assert kept.read_text()


def test_sorted_names():
    assert ask("/names", sorted({f"name-{number}" for number in range(12)}))["n"]


def test_without_a_request():
    assert True


@pytest.mark.xfail(reason="the shop has no such item")
def test_that_is_expected_to_fail():
    assert ask("/items/23")["n"] == 0


@pytest.mark.skip(reason="not today")
def test_that_is_skipped():
    ask("/items/24")


class TestWithUnittest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.settings = ask("/settings?of=class")

    def test_one(self):
        self.assertTrue(ask("/items/25")["n"])
        self.assertTrue(self.settings["n"])

    def test_two(self):
        self.assertTrue(ask("/items/26")["n"])

    def test_three(self):
        self.assertTrue(ask("/items/27", method="DELETE")["n"])


def test_two_services_of_one_profile():
    assert [ask(path)["path"] for path in ("/left", "/right")] == ["/left", "/right"]


def test_polling():
    while ask("/polled")["n"] % 3:
        pass


def test_a_model():
    assert ask("/usage")["usage"] == {"input_tokens": 30, "output_tokens": 12}
