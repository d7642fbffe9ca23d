"""The plugin: which recordings answer a test, and what fails it."""

import json
import sys

import pytest
from client_project import ClientProject
from plugins import without_plugins

from recproxy.client.names import recording_of_test

ITEMS = (("item", "first"), ("item", "second"))
IMPORTS = "import pytest\nfrom asking import get\nfrom recproxy import recproxy as decorator\n\n"


@pytest.fixture
def suite(project):
    project.record("two.rec", *ITEMS)
    return project


@pytest.fixture(params=[False, True], ids=["plainly", "in a run"])
def run(request):
    return request.param


WAYS = """
@pytest.mark.recproxy("shop", "two.rec")
def test_the_marker():
    assert [get("item"), get("item")] == ["first", "second"]

@pytest.mark.recproxy("https", "api.shop.example", "two.rec")
def test_the_marker_with_a_host():
    assert get("item") == "first"

@decorator("shop", "two.rec")
def test_the_decorator():
    assert [get("item"), get("item")] == ["first", "second"]

@pytest.mark.recproxy("shop", "other.rec")
@decorator("shop", "two.rec")
def test_both_make_one_scope(recproxy):
    assert [get("item"), get("other"), get("item")] == ["first", "other", "second"]
    assert recproxy.played == 3

def test_its_own_recording(recproxy):
    assert get("mine") == "of this test"

class TestClass:
    def test_its_own_recording(self, recproxy):
        assert get("mine") == "of this method"

@pytest.mark.parametrize("word", ["a", "B", "b", "c/d"])
def test_parameters(word, recproxy):
    assert get("mine") == f"of {word}"

def test_the_fixture(recproxy):
    assert recproxy.mode == "replay"
    assert set(recproxy.addresses) == {"gateway", "SHOP_BASE_URL", "BANK_BASE_URL"}
    assert recproxy.requests("shop") == ()
    recproxy.add("shop", "two.rec")
    assert get("item") == "first"
    recproxy.add("shop", "other.rec")
    assert [get("other"), get("item")] == ["other", "second"]
    url = "GET https://api.shop.example"
    assert recproxy.requests("shop") == (f"{url}/item", f"{url}/other", f"{url}/item")
    assert recproxy.plays("shop") == (1, 1, 1)
    assert recproxy.missed == ()

@decorator("shop", "two.rec")
class TestDecorated:
    def test_one(self):
        assert get("item") == "first"

    def test_two(self):
        with decorator("shop", "other.rec"):
            assert get("other") == "other"
        assert get("item") == "first"
"""


def record_ways(suite):
    suite.record("other.rec", ("other", "other"))
    own = "recordings/shop/test_ways"
    suite.record(f"{own}/test_its_own_recording.rec", ("mine", "of this test"))
    suite.record(f"{own}/TestClass.test_its_own_recording.rec", ("mine", "of this method"))
    for word in ("a", "B", "b", "c/d"):
        name = recording_of_test(("test_ways",), (f"test_parameters[{word}]",))
        suite.record(f"recordings/shop/{name}", ("mine", f"of {word}"))


def test_every_way_to_name_a_recording(together):
    outcomes = together.of("test_ways.py")

    assert outcomes == {"passed": 13}, together


def test_the_sums_of_all_tests_are_shown(plainly, in_a_run):
    assert "replay: 29 tests, 35 requests played, 0 recorded, 10 missed, " in plainly.out
    assert "replay: 33 tests, 35 requests played, 0 recorded, 11 missed, " in in_a_run.out


MISSES = """
@pytest.mark.recproxy("shop", "two.rec")
def test_swallowed():
    assert get("elsewhere") == "swallowed 599"

@pytest.mark.recproxy("shop", "two.rec")
def test_fails_by_itself():
    assert get("elsewhere") == "something"

@pytest.fixture
def broken():
    assert get("elsewhere") == "something"

@pytest.mark.recproxy("shop", "two.rec")
def test_fails_in_setup(broken):
    pass

@pytest.fixture
def late():
    yield
    get("elsewhere")

@pytest.mark.recproxy("shop", "two.rec")
def test_in_teardown(late):
    pass

@pytest.mark.recproxy("shop", "two.rec")
def test_the_next_is_clean():
    assert get("item") == "first"

@pytest.mark.xfail(strict=True)
@pytest.mark.recproxy("shop", "two.rec")
def test_is_expected():
    get("elsewhere")

@pytest.mark.recproxy("shop", "nowhere")
def test_names_nothing():
    pass

@pytest.mark.recproxy("shop")
def test_has_too_few_words():
    pass

@pytest.mark.recproxy("shop", "two.rec", mode="record")
def test_insists_on_recording():
    pass

@pytest.mark.recproxy("shop", "two.rec", modes="replay")
def test_has_an_unknown_word():
    pass

@pytest.mark.recproxy("shop", "two.rec", mode="replay")
def test_replays_always():
    get("elsewhere")
"""


def test_a_miss_fails_the_test_that_caused_it(together):
    outcomes = together.of("test_misses.py")

    assert outcomes == {"failed": 3, "passed": 2, "error": 6, "xfailed": 1}, together
    for name in ("swallowed", "fails_by_itself", "replays_always"):
        assert f"FAILED test_misses.py::test_{name} - " in together.out
    for name in (
        *("fails_in_setup", "in_teardown", "names_nothing", "has_too_few_words"),
        *("insists_on_recording", "has_an_unknown_word"),
    ):
        assert f"ERROR test_misses.py::test_{name} - " in together.out
    told = outcomes.out
    assert told.count("this request to shop was never recorded") == 5
    assert told.count(": GET https://api.shop.example/elsewhere (what to do is at the end of the output)\n") == 5
    assert "recording 'nowhere' of profile 'shop' does not exist" in told
    assert "takes (scheme, host, recording) or (profile, recording), each with any number of recordings" in told
    assert "recproxy: mode='record': a test can only force 'replay'; the run decides the other modes" in told
    assert "recproxy: recproxy takes mode, not modes" in told
    assert (
        together.out.count("this test replays in every mode (mode='replay'): write what its recording lacks by hand")
        == 1
    )


PLAIN = "from asking import get\n\ndef test_one():\n    get('item')\n\ndef test_two():\n    pass\n"


def test_in_a_run_every_test_has_a_scope(in_a_run):
    outcomes = in_a_run

    assert outcomes.of("test_plain.py") == {"failed": 1, "passed": 1}, outcomes
    in_the_failure = (
        "recproxy: there is no recording of shop for this request yet: GET https://api.shop.example/item (what"
    )
    assert outcomes.out.count(in_the_failure) == 1
    at_the_end = (
        "recproxy: miss in test_plain.test_one: there is no recording of shop for this request yet\n\n  request"
    )
    assert outcomes.out.count(at_the_end) == 1
    assert "the recording would be recordings/shop/test_plain/test_one.rec" in outcomes.out


LOOKS = """
import atexit, os
from recproxy.client.address import Address

looked, look = [], Address.look

def counted(self, *words):
    looked.append(os.environ["PYTEST_CURRENT_TEST"].split("::")[1])
    return look(self, *words)

Address.look = counted
{more}

def pytest_unconfigure():
    print("looked:", *looked)
"""
MISSING = """
import os, urllib.request
from asking import get

def test_is_played():
    assert get("item") == "first"

def test_misses():
    get("elsewhere")

def test_asks_a_host_that_nobody_owns():
    try:
        urllib.request.urlopen("http://nobody.example/")
    except OSError:
        pass

def test_asks_nothing():
    pass
"""
#: The test has no way to the run's file.
WITHOUT_FILE = "Address.status = lambda self, status=Address.status: {**status(self), 'misses': '/absent/misses'}"


@pytest.mark.parametrize(
    ("more", "looked"),
    [
        ("", "test_misses (call) test_asks_a_host_that_nobody_owns (call)\n"),
        (WITHOUT_FILE, "test_is_played (call) test_misses (call)"),
    ],
    ids=["as it is", "without the file"],
)
def test_a_test_that_has_missed_nothing_does_not_ask_and_one_that_has_fails_itself(suite, run, more, looked):
    suite.record("recordings/shop/test_plain/test_is_played.rec", ("item", "first"))
    suite.write("conftest.py", LOOKS.format(more=more))
    suite.write("test_plain.py", MISSING)

    outcomes = suite.pytest("-s", "-p", "no:randomly", "--recproxy-mode=replay" if not run else "-q", run=run)

    assert outcomes == {"passed": 2, "failed": 2}, outcomes
    assert f"looked: {looked}" in outcomes.out


def test_recordings_named_for_the_whole_run_are_in_play_where_a_test_has_none(suite):
    suite.record("recordings/shop/test_plain/test_two.rec", ("item", "mine"))
    suite.write(
        "test_plain.py",
        "from asking import get\n\ndef test_one():\n    assert get('item') == 'first'\n\n"
        "def test_two():\n    assert get('item') == 'mine'\n\ndef test_three():\n    assert get('item') == 'first'\n",
    )

    words = ("-m", "recproxy", "run", "--recordings", "shop=two.rec", "--", sys.executable, "-m", "pytest", "-q")
    code, out = suite.python(*words)

    assert code == 0, out
    assert "3 passed" in out
    assert "replay: 3 tests, 3 requests played, 0 recorded, 0 missed, 1 recorded interaction unused\n" in out
    assert out.count("unused: ") == 1
    assert "unused: shop: GET https://api.shop.example/item (two.rec:12)\n" in out


def test_without_a_run_other_tests_are_left_alone(suite):
    suite.write(
        "test_plain.py",
        "import os, sys\n\ndef test_one():\n    assert 'RECPROXY_CONTROL' not in os.environ\n"
        "    assert not [name for name in sys.modules if name.startswith('recproxy.') and 'plugin' not in name and not name.startswith('recproxy.testing')]\n",
    )

    # An interpreter of its own, because a fork has imported more.
    outcomes = suite.pytest("test_plain.py", "-p", "no:randomly", PYTHONHASHSEED="random")

    assert outcomes == {"passed": 1}, outcomes
    assert "= recproxy =" not in outcomes.out


def test_collecting_is_untouched(suite, run):
    suite.write("test_ways.py", IMPORTS + WAYS)

    outcomes = suite.pytest("--collect-only", "-q", "test_ways.py", run=run)

    assert "13 tests collected" in outcomes.out
    assert "requests played" not in outcomes.out


def test_a_skipped_test_starts_nothing(suite):
    suite.write(
        "test_skipped.py",
        "import pytest\n\n@pytest.mark.skip\n@pytest.mark.recproxy('shop', 'two.rec')\ndef test_one():\n    pass\n",
    )

    outcomes = suite.pytest("test_skipped.py")

    assert outcomes == {"skipped": 1}, outcomes
    assert "= recproxy =" not in outcomes.out


def test_unused_interactions_are_reported(suite):
    suite.write(
        "test_unused.py", IMPORTS + "@pytest.mark.recproxy('shop', 'two.rec')\ndef test_one():\n    get('item')\n"
    )

    outcomes = suite.pytest("test_unused.py")

    assert outcomes == {"passed": 1}, outcomes
    line = "unused: test_unused.test_one: shop: GET https://api.shop.example/item (two.rec:12)"
    assert line in outcomes.out


def test_a_miss_of_a_renamed_test_names_the_recording_and_what_moves_it(suite):
    suite.record("recordings/shop/test_plain/test_old[a b].rec", ("item", "first"))
    suite.record("recordings/shop/default.rec", ("item?page=2", "near, and not what it had"))
    suite.write("test_plain.py", UNMARKED.replace("test_one", "test_new"))

    outcomes = suite.pytest(
        "--recproxy-mode=replay", "--recproxy-report=r.json", "--recproxy-report=github", "test_plain.py"
    )

    assert outcomes == {"failed": 1}, outcomes
    assert "miss in test_plain.py::test_new: this request to shop was recorded for another test\n" in outcomes.out
    assert (
        "           recordings/shop/test_plain/test_old[a b].rec:3 by test_plain.test_old[a b], a test that is gone\n"
        in outcomes.out
    )
    assert "if the test was renamed: recproxy mv 'test_plain/test_old[a b]' test_plain/test_new\n" in outcomes.out
    report = json.loads((suite.root / "r.json").read_text())
    assert [(each["name"], each["passed"]) for each in report["tests"]] == [("test_plain.test_new", False)]
    place = "recordings/shop/test_plain/test_old[a b].rec"
    assert [(each["path"], each["line"]) for each in report["misses"]] == [(place, 3)]
    assert f"::error file={place},line=3,title=recproxy%3A miss::GET " in outcomes.out


def test_the_misses_of_a_renamed_module_are_one_with_the_command_that_moves_it(suite):
    """More than are listed: the failures are short nevertheless, because the end says all of them at once."""
    count = 21
    for number in range(count):
        suite.record(f"recordings/shop/test_old/test_one[{number}].rec", (f"item?id={number}", "first"))
    suite.write(
        "test_new.py",
        f"import pytest\n{IMPORTS}@pytest.mark.parametrize('number', range({count}))\n"
        "def test_one(number):\n    assert get(f'item?id={number}') == 'first'\n",
    )
    words = ("-p", "no:randomly", "test_new.py")

    alone = suite.pytest("--recproxy-mode=replay", *words)
    _, in_run = suite.python("-m", "recproxy", "run", "--", sys.executable, "-m", "pytest", *words)

    assert alone == {"failed": count}
    assert "miss in test_new.py::test_one[0] and 20 more tests: this request to shop was recorded for" in alone.out
    assert "miss in test_new.test_one[0] and 20 more tests: this request to shop was recorded for" in in_run
    for out in (alone.out, in_run):
        assert out.count("recproxy mv ") == out.count("  and      20 more requests that this command mends\n") == 1
        assert (
            "if the module was renamed, for all its tests: recproxy mv test_old test_new\nor record it for this" in out
        )
        assert out.count("(what to do is at the end of the output)") >= count


def test_the_command_that_records_a_renamed_test_names_the_services_that_it_had(suite):
    suite.add_bank()
    suite.record("recordings/shop/test_plain/test_old.rec", ("item", "first"))
    suite.record("recordings/bank/test_plain/test_old.rec", ("item", "1"), host="bank.example")
    suite.write("test_plain.py", UNMARKED.replace("test_one", "test_new"))

    code, out = suite.python("-m", "recproxy", "run", "--", sys.executable, "-m", "pytest", "-q", "test_plain.py")

    assert code == 1, out
    commands = {
        line.partition(" -- ")[0] for line in out.splitlines() if line.startswith("or record it for this test: ")
    }
    assert commands == {"or record it for this test: recproxy run --record shop --record bank"}


def test_a_miss_that_several_tests_have_recorded_names_none_and_then_the_one_that_has_both(suite):
    for name in ("a", "b"):
        suite.record(f"recordings/shop/test_gone/test_{name}.rec", ("login", "hello"), (f"item?n={name}", name))
    suite.write("test_plain.py", IMPORTS + "def test_one():\n    get('login')\n    get('item?n=b')\n")

    section = suite.pytest("--recproxy-mode=replay", "test_plain.py").out.partition("= recproxy =")[2]

    assert "this request to shop was recorded for other tests\n" in section
    assert "\n  recorded in 2 recordings of other tests\n\nto record it for this test: " in section
    assert section.count("@pytest.mark.recproxy") == 1
    assert '@pytest.mark.recproxy("shop", "test_gone/test_b.rec")' in section


SHARED = """
@pytest.mark.recproxy("shop", "three.rec")
def test_one():
    get("one")

@pytest.mark.recproxy("shop", "three.rec")
def test_two():
    get("two")

@pytest.mark.recproxy("shop", "two.rec")
def test_fails_by_itself():
    assert False

@pytest.mark.recproxy("shop", "three.rec")
def test_misses():
    get("four")
"""


def test_the_summary_counts_what_the_table_of_the_run_counts(suite):
    """What is in play outside of tests is of a run that fails, and not counted as unused."""
    suite.record("three.rec", ("one", "1"), ("two", "2"), ("three", "3"))
    suite.record("recordings/shop/default.rec", ("five", "5"))
    suite.write("test_shared.py", IMPORTS + SHARED)

    words = ("-m", "pytest", "-q", "-p", "no:randomly", "test_shared.py")
    code, out = suite.python("-m", "recproxy", "run", "--", sys.executable, *words)

    assert code == 1, out
    assert "replay: 4 tests, 2 requests played, 0 recorded, 1 missed, 1 recorded interaction unused\n" in out
    assert [line.split()[1:7] for line in out.splitlines() if "shop " in line and "replay" in line] == [
        ["shop", "replay", "2", "0", "1", "1"]
    ]
    assert [line for line in out.splitlines() if line.startswith("unused: ")] == [
        "unused: test_shared.test_one: shop: GET https://api.shop.example/three (three.rec:21)",
    ]
    assert out.rstrip().partition("recproxy: miss in test_shared.test_misses: ")[2].count("to make it match") == 0
    last = out.rstrip().splitlines()[-1]
    assert last.startswith("to record it: recproxy run --record shop -- ")
    assert last.endswith(" -m pytest -q -p no:randomly test_shared.py::test_misses")


@pytest.mark.parametrize("words", [(), ("--record", "bank")], ids=["has a recording", "is recorded"])
def test_the_command_that_records_a_test_names_all_services_that_it_uses(suite, words):
    hosts = {"shop": "api.shop.example", "bank": "bank.example"}
    endpoints = [f'[[profiles.{name}.endpoints]]\nhosts = ["{host}"]\n' for name, host in hosts.items()]
    suite.write("recproxy.toml", "".join(['recordings = "recordings"\nrun = ["shop", "bank"]\n', *endpoints]))
    if not words:
        suite.record("recordings/bank/test_plain/test_one.rec", ("item", "1"))
    suite.write("test_plain.py", IMPORTS + "@pytest.mark.recproxy\ndef test_one():\n    get('elsewhere')\n")

    run = ("-m", "recproxy", "run", *words, "--")
    code, out = suite.python(*run, sys.executable, "-m", "pytest", "-q", "test_plain.py")

    assert code == 1, out
    commands = {line.partition(" -- ")[0] for line in out.splitlines() if line.startswith("to record it: ")}
    assert commands == {"to record it: recproxy run --record shop --record bank"}


def test_the_command_that_records_a_program_names_all_services_that_missed(suite):
    hosts = {"shop": "api.shop.example", "bank": "bank.example", "post": "post.example"}
    endpoints = [
        f'[[profiles.{name}.endpoints]]\nhosts = ["{host}"]\nbase_url = "{name.upper()}_URL"\n'
        for name, host in hosts.items()
    ]
    suite.write("recproxy.toml", "".join(['recordings = "recordings"\nrun = ["shop", "bank", "post"]\n', *endpoints]))
    suite.write(
        "app.py",
        "import os, urllib.error, urllib.request\nfor name in ('SHOP_URL', 'BANK_URL'):\n    try:\n"
        "        urllib.request.urlopen(os.environ[name])\n    except urllib.error.HTTPError:\n        pass\n",
    )

    code, out = suite.python("-m", "recproxy", "run", "--", sys.executable, "app.py")

    ways = [line for line in out.splitlines() if line.startswith("to record it: ")]
    assert (code, ways) == (
        3,
        [f"to record it: recproxy run --record shop --record bank -- {sys.executable} app.py"] * 2,
    ), out


def test_failures_stay_whole_where_the_end_does_not_show_all(suite):
    asked = "".join(f"    get('item{number}')\n" for number in range(21))
    suite.write("test_plain.py", IMPORTS + f"def test_one():\n{asked}")

    out = suite.pytest("--recproxy-mode=replay", "test_plain.py").out

    assert "what to do is at the end" not in out
    assert out.count("to record it: ") == 21 + 20


def test_without_a_run_the_summary_ends_with_the_misses(suite):
    suite.write("test_plain.py", IMPORTS + "def test_one():\n    get('elsewhere')\n    get('elsewhere')\n")

    outcomes = suite.pytest("--recproxy-mode=replay", "test_plain.py")

    section = outcomes.out.partition("= recproxy =")[2]
    assert "replay: 1 test, 0 requests played, 0 recorded, 2 missed" in section
    assert (
        "\nmiss in test_plain.py::test_one (2 times): there is no recording of shop for this request yet\n" in section
    )
    short = "\nrecproxy: there is no recording of shop for this request yet (2 times): GET https://api.shop.example/elsewhere ("
    assert outcomes.out.count(short) == 1
    assert outcomes.out.count("to record it: ") == 1


def test_two_requests_that_changed_alike_get_advice_at_one_recorded_request_each(suite):
    suite.record("recordings/shop/test_plain/test_one.rec", ("item?n=1", "first"), ("item?n=2", "second"))
    asked = "".join(f"    get('item?n={number}')\n" for number in (3, 4, 3))
    suite.write("test_plain.py", IMPORTS + f"def test_one():\n{asked}")

    section = suite.pytest("--recproxy-mode=replay", "test_plain.py").out.partition("= recproxy =")[2]

    place = "to make it match: at recordings/shop/test_plain/test_one.rec:"
    advised = [line.removeprefix(place) for line in section.splitlines() if line.startswith(place)]
    assert advised == ["3, write XXX for the value of query n", "12, write XXX for the value of query n"]


def test_without_a_run_a_service_that_no_test_asked_is_told(suite):
    suite.record("recordings/shop/test_plain/test_one.rec", ("item", "first"))
    suite.write("test_plain.py", "def test_one():\n    pass\n")

    section = suite.pytest("--recproxy-mode=replay", "test_plain.py").out.partition("= recproxy =")[2]

    told = "unasked: profile 'shop' was never asked, although 1 recorded interaction was in play; if your program calls"
    assert f"\n{told}" in section


def test_a_session_that_was_to_record_and_recorded_nothing_says_so(suite):
    suite.add_bank()
    suite.write("test_plain.py", "def test_one():\n    pass\n")

    section = suite.pytest("--recproxy-mode=record", "test_plain.py").out.partition("= recproxy =")[2]

    for name in ("shop", "bank"):
        assert f"\nunasked: profile '{name}' was never asked, so nothing was recorded; if your program calls" in section


def test_a_test_whose_recording_is_missing_is_not_blamed_on_its_client(suite, run):
    suite.record("recordings/shop/default.rec", ("item", "first"))
    suite.write("test_plain.py", IMPORTS + "@pytest.mark.recproxy('shop', 'gone.rec')\ndef test_one():\n    pass\n")

    outcomes = suite.pytest("test_plain.py", "--recproxy-mode=replay", run=run)

    assert outcomes == {"error": 1}, outcomes
    assert "recording 'gone.rec' of profile 'shop' does not exist" in outcomes.out
    assert "unasked" not in outcomes.out


def test_a_pytest_that_stops_while_it_collects_says_nothing_of_services_that_nobody_asked(suite):
    suite.write("test_broken.py", "import nothing_of_the_kind\n")

    code, out = suite.python(
        *("-m", "recproxy", "run", "--recordings", "shop=two.rec", "--", sys.executable, "-m", "pytest", "-q")
    )

    assert code == 2, out
    assert "unasked" not in out


def test_unused_interactions_fail_the_test_where_the_profile_says_so(suite):
    profile = suite.root / "shop/profile.toml"
    profile.write_text(profile.read_text().replace("[match]", '[match]\nunused = "fail"'))
    suite.write(
        "test_unused.py", IMPORTS + "@pytest.mark.recproxy('shop', 'two.rec')\ndef test_one():\n    get('item')\n"
    )

    outcomes = suite.pytest("test_unused.py")

    assert outcomes == {"passed": 1, "error": 1}, outcomes
    assert "recorded, but never requested:\nshop: GET https://api.shop.example/item" in outcomes.out


EXPECTED = """
class Refused(Exception):
    pass

@pytest.mark.xfail(raises=Refused)
@pytest.mark.recproxy("shop", "two.rec")
def test_of_one_kind():
    get("elsewhere")
    raise Refused

@pytest.mark.recproxy("shop", "two.rec")
def test_told_by_the_test():
    get("elsewhere")
    pytest.xfail("known")
"""


def test_a_failure_that_was_expected_is_no_error_of_its_teardown(together):
    assert together.of("test_expected.py") == {"xfailed": 2}, together


FIXTURES = """
import asking

@pytest.fixture(scope="session")
def account():
    yield asking.get("login")
    assert asking.get("logout") == "bye"

@pytest.fixture(scope="module")
@decorator("shop", "two.rec")
def decorated():
    yield asking.get("item")
    assert asking.get("item") == "second"

class TestOne:
    @classmethod
    def setup_class(cls):
        cls.found = get("setup")

    @pytest.mark.recproxy("shop", "other.rec")
    def test_a(self, account, decorated):
        assert [account, decorated, self.found, get("other")] == ["hello", "first", "of the class", "other"]

    @pytest.mark.recproxy("shop", "other.rec")
    def test_b(self, account, decorated):
        assert [account, decorated, get("other")] == ["hello", "first", "other"]
"""


def record_fixtures(suite):
    suite.record("recordings/shop/test_fixtures/account.fixture.rec", ("login", "hello"), ("logout", "bye"))
    suite.record("recordings/shop/test_fixtures/TestOne.setup_class.fixture.rec", ("setup", "of the class"))


def test_a_fixture_that_serves_several_tests_has_a_scope_of_its_own(together):
    assert together.of("test_fixtures.py") == {"passed": 2}, together


ASYNC = """
@pytest.fixture
@decorator("shop", "two.rec")
async def client():
    yield get("item")

@pytest.mark.anyio
async def test_a_fixture(client, anyio_backend):
    assert [client, get("item")] == ["first", "second"]

@pytest.mark.anyio
@decorator("shop", "two.rec")
async def test_a_coroutine(anyio_backend):
    assert get("item") == "first"

@pytest.fixture
def anyio_backend():
    return "asyncio"
"""


def test_asynchronous_tests_and_fixtures(together):
    assert together.of("test_async.py") == {"passed": 2}, together


UNITTEST = """
import unittest
from asking import get
from recproxy import recproxy

class TestSend(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.enterClassContext(recproxy("shop", "two.rec"))

    def test_the_class_context(self):
        self.assertEqual(get("item"), "first")

class TestMethod(unittest.TestCase):
    @recproxy("shop", "two.rec")
    def test_the_decorator(self):
        with self.subTest("one"):
            self.assertEqual(get("item"), "first")
        with self.subTest("two"):
            self.assertEqual(get("item"), "second")

    @recproxy("shop", "two.rec")
    def test_swallowed(self):
        get("elsewhere")

    @recproxy("shop", "two.rec")
    def test_fails_by_itself(self):
        self.assertEqual(get("elsewhere"), "something")

class TestAsync(unittest.IsolatedAsyncioTestCase):
    @recproxy("shop", "two.rec")
    async def test_a_coroutine(self):
        self.assertEqual(get("item"), "first")
"""


def test_unittest_cases(together):
    outcomes = together.of("test_cases.py")

    assert {name: outcomes.counts.get(name) for name in ("passed", "failed")} == {"passed": 3, "failed": 2}, together
    assert outcomes.out.count("recproxy: this request to shop was never recorded") == 2


def run_together(root, *, run):
    """All suites above in one pytest, for its start takes longer than their tests."""
    pytest.importorskip("anyio")
    suite = ClientProject(root)
    suite.add_bank()
    suite.record("two.rec", *ITEMS)
    record_ways(suite)
    record_fixtures(suite)
    files = {
        "test_ways.py": IMPORTS + WAYS,
        "test_misses.py": IMPORTS + MISSES,
        "test_expected.py": IMPORTS + EXPECTED,
        "test_fixtures.py": IMPORTS + FIXTURES,
        "test_async.py": IMPORTS + ASYNC,
        "test_cases.py": UNITTEST,
        **({"test_plain.py": PLAIN} if run else {}),
    }
    for name, text in files.items():
        suite.write(name, text)
    words = ("-rA", "--strict-markers", "-p", "no:randomly", *files)  # the sums depend on the order
    outcomes = suite.pytest(*words, run=run, PYTEST_ADDOPTS=without_plugins("anyio"))
    outcomes.root = suite.root
    return outcomes


@pytest.fixture(scope="module")
def plainly(tmp_path_factory):
    return run_together(tmp_path_factory.mktemp("plainly"), run=False)


@pytest.fixture(scope="module")
def in_a_run(tmp_path_factory):
    return run_together(tmp_path_factory.mktemp("in_a_run"), run=True)


@pytest.fixture(params=["plainly", "in_a_run"])
def together(request):
    """What that pytest said, plainly and in a run."""
    return request.getfixturevalue(request.param)


def test_an_interrupted_test_leaves_the_run_clean(suite):
    suite.write(
        "test_first.py",
        "import signal\nfrom recproxy import recproxy\n\n@recproxy('shop', 'two.rec')\ndef test_one():\n"
        "    signal.raise_signal(signal.SIGINT)\n",
    )
    suite.write(
        "test_second.py",
        "from asking import get\nfrom recproxy import recproxy\n\n@recproxy('shop', 'two.rec')\ndef test_two():\n"
        "    assert get('item') == 'first'\n",
    )
    program = "import sys, pytest; print(pytest.main(['-q', 'test_first.py'])); sys.exit(pytest.main(['-q', 'test_second.py']))"

    code, out = suite.python("-m", "recproxy", "run", "--", sys.executable, "-c", program)

    assert code == 0, out
    assert "KeyboardInterrupt" in out
    assert "1 passed" in out


def test_a_mode_that_is_not_the_runs_is_refused(suite):
    suite.write("test_plain.py", "def test_one():\n    pass\n")

    outcomes = suite.pytest("--recproxy-mode=live", "test_plain.py", run=True)

    assert outcomes.code == 4
    assert "--recproxy-mode=live: this runs in mode replay: give `recproxy run` the mode" in outcomes.out


def test_the_mode_of_a_run_that_pytest_starts(suite):
    suite.write("test_plain.py", "def test_one(recproxy):\n    assert recproxy.mode == 'live'\n")

    assert suite.pytest("--recproxy-mode=live", "test_plain.py") == {"passed": 1}


def test_vcrpys_words_for_modes_are_taken_and_explained(suite, run):
    suite.write("test_plain.py", "def test_one(recproxy):\n    assert recproxy.mode == 'replay'\n")

    outcomes = suite.pytest("--recproxy-mode=none", "test_plain.py", run=run)

    assert outcomes == {"passed": 1}, outcomes
    assert "recproxy: mode 'none' is vcrpy's name for replay" in outcomes.out


def test_an_unknown_mode_is_refused_before_any_test(suite):
    outcomes = suite.pytest("--recproxy-mode=rewind")

    assert outcomes.code == 4
    assert (
        "ERROR: --recproxy-mode=rewind: unknown mode: use replay, auto, live, record, or vcrpy's names none,"
        in outcomes.out
    )


UNMARKED = IMPORTS + "def test_one():\n    assert get('item') == 'first'\n"


@pytest.mark.parametrize("by", ["option", "ini", "module mark"])
def test_a_mode_of_pytest_gives_every_test_a_scope_and_its_own_recording(suite, by):
    suite.record("recordings/shop/test_plain/test_one.rec", ("item", "first"))
    suite.write("test_plain.py", UNMARKED + ("pytestmark = pytest.mark.recproxy\n" if by == "module mark" else ""))
    if by == "ini":
        suite.write("pytest.ini", "[pytest]\nrecproxy_mode = replay\n")

    outcomes = suite.pytest(*(["--recproxy-mode=replay"] if by == "option" else []), "test_plain.py")

    assert outcomes == {"passed": 1}, outcomes
    assert "replay: 1 test, 1 request played" in outcomes.out


def test_a_mode_of_pytest_lets_no_test_ask_the_real_service(suite):
    suite.write("test_plain.py", IMPORTS + "def test_one():\n    assert get('item') == 'swallowed 599'\n")

    outcomes = suite.pytest("--recproxy-mode=replay", "test_plain.py")

    assert outcomes == {"failed": 1}, outcomes
    assert "recproxy: there is no recording of shop for this request yet" in outcomes.out
    [told] = {line for line in outcomes.out.splitlines() if "to record it: " in line}
    assert told.startswith("to record it: pytest --recproxy-mode=record ")
    assert told.endswith(" test_plain.py::test_one")


def test_an_unknown_mode_of_the_ini_file_is_refused(suite):
    suite.write("pytest.ini", "[pytest]\nrecproxy_mode = rewind\n")

    outcomes = suite.pytest()

    assert outcomes.code == 4
    assert (
        "ERROR: recproxy_mode = rewind: unknown mode: use replay, auto, live, record, or vcrpy's names none,"
        in outcomes.out
    )


def test_the_mode_of_a_run_replaces_that_of_the_ini_file(suite):
    suite.record("recordings/shop/test_plain/test_one.rec", ("item", "first"))
    suite.write("pytest.ini", "[pytest]\nrecproxy_mode = live\n")
    suite.write("test_plain.py", UNMARKED)

    assert suite.pytest("test_plain.py", run=True) == {"passed": 1}


DRIVES = """
import json, os, urllib.request

def control(method, value=None):
    request = urllib.request.Request(
        f"{os.environ['RECPROXY_CONTROL']}/lanes/{os.environ['RECPROXY_LANE']}/scope",
        json.dumps(value | {"beside": os.getcwd()} if value else {}).encode(),
        {"Authorization": f"Bearer {os.environ['RECPROXY_TOKEN']}"},
        method=method,
    )
    with urllib.request.urlopen(request) as response:
        return json.load(response)

def test_replaces_its_scope():
    control("PUT", {"name": "own", "recordings": {"shop": ["two.rec"]}})
    assert [get("item"), get("item")] == ["first", "second"]
    assert control("DELETE")["played"] == 2

def test_leaves_a_scope_open():
    control("PUT", {"name": "left", "recordings": {"shop": ["two.rec"]}})
    assert get("item") == "first"

def test_leaves_an_inner_scope_open():
    control("POST", {"name": "inner", "recordings": {"shop": ["two.rec"]}})
    assert get("item") == "first"

@pytest.mark.recproxy("shop", "two.rec")
def test_ends_its_scope_after_a_miss():
    assert get("elsewhere") == "swallowed 599"
    assert control("DELETE")["missed"]

@pytest.mark.recproxy("shop", "two.rec")
def test_the_next_has_its_own():
    assert get("item") == "first"
"""


def test_a_test_may_drive_the_control_address_itself(suite):
    suite.write("test_drives.py", IMPORTS + DRIVES)

    outcomes = suite.pytest("-p", "no:randomly", "test_drives.py", run=True)

    assert outcomes == {"passed": 4, "failed": 1}, outcomes
    assert "FAILED test_drives.py::test_ends_its_scope_after_a_miss" in outcomes.out
    assert "no scope" not in outcomes.out
    assert "replay: 5 tests, 5 requests played, 0 recorded, 1 missed, " in outcomes.out
