"""Recording under pytest: each test into its own file, and only where it passed."""

import pytest

from recproxy.recording import load

SUITE = """
import http.client, os
from urllib.parse import urlsplit
import pytest
from recproxy import recproxy as decorator


def get(path):
    connection = http.client.HTTPConnection(urlsplit(os.environ["HTTP_PROXY"]).netloc)
    connection.request("GET", f"http://api.shop.example/{path}")
    body = connection.getresponse().read().decode()
    connection.close()
    return body


@pytest.fixture(scope="session")
@decorator("shop", "account")
def account():
    yield get("balance")
    assert get("balance") == "balance 2"


@pytest.fixture(scope="module")
def plain():
    return get("module")


def test_its_own(account, plain, recproxy):
    assert [account, get("item"), get("item")] == ["balance 1", "item 1", "item 2"]


@pytest.mark.recproxy("shop", "named")
def test_named(account):
    assert get("other") == "other 1"


@pytest.mark.recproxy("shop", "failed")
def test_failed():
    assert get("third") == "something"


@decorator("shop", "down", mode="replay")
def test_bad_behaviour():
    assert get("item") == "out of order"
    with decorator("shop", "worse"):
        assert get("item") == "on fire"


@pytest.mark.recproxy(mode="replay")
class TestBadBehaviour:
    @pytest.mark.recproxy("shop", "down")
    def test_of_a_class(self, plain):
        assert [plain, get("item")] == ["module 1", "out of order"]
"""


@pytest.mark.parametrize("workers", [0, 2])
def test_what_was_recorded_is_replayed(project, origin, workers):
    profile = project.root / "shop/profile.toml"
    profile.write_text(f'{profile.read_text()}\n[upstream]\naddress = "127.0.0.1:{origin.server_port}"\n')
    project.record("recordings/shop/down.rec", ("item", "out of order"))
    project.record("recordings/shop/worse.rec", ("item", "on fire"))
    by_hand = (project.root / "recordings/shop/down.rec").read_bytes()
    suite = SUITE if not workers else SUITE.replace('scope="session"', 'scope="module"')
    project.write("test_shop.py", suite)
    words = ("-n", str(workers), "--dist", "loadfile", "-p", "no:randomly", "test_shop.py")

    recorded = project.pytest("--recproxy-mode=record", *words)

    assert recorded == {"failed": 1, "passed": 4}, recorded
    told = "wrote no recording; the captured traffic is in recordings/shop/failed.failed.rec: 1 interaction\n"
    assert told in recorded.out.partition("= recproxy =")[2]
    folder = project.root / "recordings/shop"
    assert (folder / "down.rec").read_bytes() == by_hand
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*.rec")) == [
        "account.rec",
        "down.rec",
        "failed.failed.rec",
        "named.rec",
        "test_shop/plain.fixture.rec",
        "test_shop/test_its_own.rec",
        "worse.rec",
    ]
    account = load((folder / "account.rec").read_bytes())
    assert [each.scope for each in account.interactions] == ["test_shop.account", "test_shop.account teardown"]

    origin.asked.clear()
    replayed = project.pytest(*words, "--deselect", "test_shop.py::test_failed")

    assert replayed == {"passed": 4}, replayed
    assert "replay: 4 tests, 9 requests played, 0 recorded, 0 missed, 0 recorded interactions unused" in replayed.out
    assert origin.asked == {}


EXPECTED = """
import unittest
import pytest
from asking import get
from recproxy import recproxy as decorator


@pytest.mark.recproxy("shop", "skipped")
def test_skipped():
    if get("version") == "version 1":
        pytest.skip("no such feature")


@pytest.mark.xfail
def test_expected_to_fail(recproxy):
    assert get("wrong") == "right"


def test_xfail_from_inside(recproxy):
    get("inside")
    pytest.xfail("not yet")


@pytest.mark.xfail(strict=True)
def test_passes_against_a_strict_mark(recproxy):
    get("strict")


@pytest.mark.parametrize("word", ["a/b", "c/d", "c-d"])
def test_imported(word, recproxy):
    get("imported")


@decorator("shop", "of_unittest")
class TestUnittest(unittest.TestCase):
    def test_skips_itself(self):
        get("first")
        self.skipTest("no such feature")

    @unittest.expectedFailure
    def test_expected_failure(self):
        assert get("second") == "right"
"""


def of_service(project, origin):
    profile = project.root / "shop/profile.toml"
    profile.write_text(f'{profile.read_text()}\n[upstream]\naddress = "http://127.0.0.1:{origin.server_port}"\n')


def test_tests_that_skip_or_fail_as_expected_are_recorded_and_replayed(project, origin):
    of_service(project, origin)
    project.write("test_shop.py", EXPECTED)
    for word in ("a-b", "c-d"):  # as pytest-recording writes a/b, and c/d like another test
        project.record(f"recordings/shop/test_shop/test_imported[{word}].rec", ("imported", "of old"))
    counts = {"passed": 3, "skipped": 2, "xfailed": 3, "failed": 1}

    recorded = project.pytest("--recproxy-mode=record", "-p", "no:randomly", "test_shop.py")

    assert recorded == counts, recorded
    folder = project.root / "recordings/shop"
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*.rec")) == [
        "of_unittest.rec",
        "skipped.rec",
        "test_shop/test_expected_to_fail.rec",
        "test_shop/test_imported[a-b].rec",
        "test_shop/test_imported[c-d].rec",
        "test_shop/test_imported[c_d]-960a3fac.rec",
        "test_shop/test_passes_against_a_strict_mark.failed.rec",
        "test_shop/test_xfail_from_inside.rec",
    ]
    imported = load((folder / "test_shop/test_imported[a-b].rec").read_bytes())
    assert [each.scope for each in imported.interactions] == ["test_shop.test_imported[a/b]"]

    origin.asked.clear()
    replayed = project.pytest(
        "-p", "no:randomly", "test_shop.py", "--deselect", "test_shop.py::test_passes_against_a_strict_mark"
    )

    assert replayed == {"passed": 3, "skipped": 2, "xfailed": 3}, replayed
    assert "8 requests played, 0 recorded, 0 missed" in replayed.out
    assert origin.asked == {}


def test_unittest_records_tests_that_skip_or_fail_as_expected(project, origin):
    of_service(project, origin)
    project.write("test_shop.py", EXPECTED)

    code, out = project.unittest("test_shop", PROXY="1")

    assert code == 0, out
    assert "OK (skipped=1, expected failures=1)" in out
    recording = load((project.root / "recordings/shop/of_unittest.rec").read_bytes())
    assert sorted(each.request.url.rpartition("/")[2] for each in recording.interactions) == ["first", "second"]
