"""The bridge in a run of somebody else's, in workers beside each other, and beside recproxy's own ways."""

import sys

import pytest
import trustme
from vcrpy_project import ONE_PROFILE, interaction

SUITE = """
import pytest
import requests
import vcr


@pytest.mark.parametrize("number", range(8))
def test_own(number):
    with vcr.use_cassette(f"cassettes/{number}.yaml", match_on=["path"]) as cassette:
        assert requests.get("https://api.shop.example/item").text == f"said {number}"
        assert cassette.play_count == 1


def test_recordings_of_ours(recproxy):
    recproxy.add("shop", "ours.rec")
    assert requests.get("https://api.shop.example/item").text == "ours"
    with vcr.use_cassette("cassettes/0.yaml"):
        assert requests.get("https://api.shop.example/item").text == "said 0"
    assert requests.get("https://api.shop.example/item").text == "ours"
"""
OURS = "#recproxy 2\n\nGET https://api.shop.example/item HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\nours\n=======\n"
CONFTEST = """
import vcr

vcr.default_vcr.ignore_hosts = ["metrics.example"]
"""


@pytest.fixture
def shop(suite):
    for number in range(8):
        suite.cassette(f"cassettes/{number}.yaml", interaction("item", f"said {number}"))
    suite.write("ours.rec", OURS)
    suite.write(
        "recproxy.toml", "run = ['shop']\n[profiles.shop]\n[[profiles.shop.endpoints]]\nhosts = ['api.shop.example']\n"
    )
    suite.write("conftest.py", CONFTEST)
    suite.write("test_a.py", SUITE)
    return suite


def summary(got):
    return [line for line in got.out.splitlines() if " cassettes, " in line or line.startswith("not honoured")]


@pytest.mark.long
def test_workers_tell_together_what_they_did(shop):
    got = shop.run("-n", "2", "test_a.py", bridge=True)

    assert got == {"passed": 9}
    assert summary(got) == [
        "9 cassettes, 9 requests played, 0 recorded, 0 missed, 0 recorded interactions unused",
        "not honoured: ignore_hosts metrics.example: list it in pass_hosts, or cassettes answer for it",
    ]


def test_in_a_run(shop):
    pytest_words = ("-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "recproxy.vcrpy_bridge")
    code, out = shop.python(
        "-m",
        "recproxy",
        "run",
        "--any-host",
        "--",
        sys.executable,
        *pytest_words,
        "test_a.py",
        PYTHONWARNINGS="default",
    )

    assert code == 0, out
    assert "9 cassettes, 9 requests played, 0 recorded, 0 missed" in out
    assert "replay: 9 tests, 11 requests played, 0 recorded, 0 missed" in out


def test_in_a_run_a_test_process_loads_neither_protocols_nor_configuration(suite):
    suite.cassette("cassettes/0.yaml", interaction("item", "said"))
    suite.write(
        "test_a.py",
        "import sys\n\nimport requests, vcr\n\n\n@vcr.use_cassette('cassettes/0.yaml')\ndef test_a():\n"
        "    assert requests.get('https://api.shop.example/item').text == 'said'\n"
        "    loaded = {name for name in sys.modules if name.startswith(('recproxy.http.', 'recproxy.config'))}\n"
        "    assert loaded == {'recproxy.http.hosts'}\n",
    )

    code, out = suite.python(
        "-m",
        "recproxy",
        "run",
        "--any-host",
        "--",
        *("env", "PYTHONHASHSEED=random", sys.executable),  # an interpreter of its own: a fork has imported more
        *("-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "recproxy.vcrpy_bridge", "test_a.py"),
        PYTHONWARNINGS="default",
    )

    assert code == 0, out
    assert "1 cassette, 1 request played" in out


CASSETTE_OF_A_FIXTURE = """
import pytest
import requests
import vcr

from recproxy.client.address import Address

looks = []
look = Address.look


@pytest.fixture(autouse=True)
def cassette(monkeypatch):
    monkeypatch.setattr(Address, "look", lambda *words: looks.append(words) or look(*words))
    with vcr.use_cassette("cassettes/0.yaml"):
        yield


def test_played():
    assert requests.get("https://api.shop.example/item").text == "said"


def test_the_one_before_was_not_looked_at():
    assert looks == []


def test_swallowed():
    requests.get("https://api.shop.example/other")
"""


def test_in_a_run_a_cassette_of_a_fixture_is_looked_at_only_after_a_miss_which_fails_the_test(suite):
    suite.cassette("cassettes/0.yaml", interaction("item", "said"))
    suite.write("test_a.py", CASSETTE_OF_A_FIXTURE)

    code, out = suite.python(
        *("-m", "recproxy", "run", "--any-host", "--", sys.executable, "-m", "pytest", "-p", "no:randomly"),
        *("-p", "no:cacheprovider", "-p", "recproxy.vcrpy_bridge", "test_a.py"),
        PYTHONWARNINGS="default",
    )

    assert code == 1, out
    assert "1 failed, 2 passed" in out
    assert "FAILED test_a.py::test_swallowed" in out
    assert "cassette: cassettes/0.yaml\nto record it: recproxy run --mode record -- pytest" in out


def test_in_a_run_a_miss_of_a_fixtures_cassette_only_warns_where_the_project_says_so(suite):
    suite.cassette("cassettes/0.yaml", interaction("item", "said"))
    suite.write("test_a.py", CASSETTE_OF_A_FIXTURE)
    suite.write("recproxy.toml", f'on_miss = "warn"\n{ONE_PROFILE}')

    code, out = suite.python(
        *("-m", "recproxy", "run", "--any-host", "--", sys.executable, "-m", "pytest", "-p", "no:randomly"),
        *("-p", "no:cacheprovider", "-p", "recproxy.vcrpy_bridge", "test_a.py"),
        PYTHONWARNINGS="default",
    )

    assert code == 0, out
    assert "3 passed" in out
    assert "3 cassettes, 1 request played, 0 recorded, 1 missed" in out


def test_in_a_run_hosts_that_nobody_owns_are_answered_too(suite):
    suite.cassette("cassettes/0.yaml", interaction("item", "said", host="elsewhere.example"))
    suite.write(
        "recproxy.toml", "run = ['shop']\n[profiles.shop]\n[[profiles.shop.endpoints]]\nhosts = ['api.shop.example']\n"
    )
    suite.write(
        "test_a.py",
        "import requests, vcr\n\n\n@vcr.use_cassette('cassettes/0.yaml')\ndef test_a():\n"
        "    assert requests.get('https://elsewhere.example/item').text == 'said'\n",
    )

    code, out = suite.python(
        *("-m", "recproxy", "run", "--profile", "shop", "--", sys.executable, "-m", "pytest", "-p", "no:randomly"),
        *("-p", "recproxy.vcrpy_bridge", "test_a.py"),
        PYTHONWARNINGS="default",
    )

    assert code == 0, out
    assert "1 cassette, 1 request played" in out


WITHOUT_PROFILES = """
import os
import requests
import vcr


@vcr.use_cassette("cassettes/0.yaml")
def test_a():
    assert requests.get("https://elsewhere.example/item").text == "said"


def test_without_a_cassette():
    assert ("RECPROXY_CONTROL" in os.environ) == (os.environ["HAS"] == "profiles")
"""


@pytest.mark.parametrize("has", ["profiles", "none"])
def test_the_option_is_about_cassettes_of_all_hosts_with_and_without_profiles(suite, has):
    suite.cassette("cassettes/0.yaml", interaction("item", "said", host="elsewhere.example"))
    if has == "profiles":
        suite.write(
            "recproxy.toml",
            "run = ['shop']\n[profiles.shop]\n[[profiles.shop.endpoints]]\nhosts = ['api.shop.example']\n",
        )
    else:
        (suite.root / "recproxy.toml").unlink()
    text = "import recproxy.config.project\n\nrecproxy.config.project.offers = dict\n" if has == "none" else ""
    suite.write("installed.py", text)
    suite.write("test_a.py", WITHOUT_PROFILES)

    got = suite.run("-p", "installed", "--recproxy-mode=replay", "test_a.py", bridge=True, HAS=has)

    assert got == {"passed": 2}, got
    assert "1 cassette, 1 request played" in got.out


def test_a_client_that_loads_roots_when_it_is_imported_has_those_of_its_process(suite):
    """Of the forks of these tests: they share an aiohttp with the roots of the session, where they have no others."""
    trustme.CA().cert_pem.write_to_path(suite.root / "one.pem")
    suite.write(
        "test_a.py",
        "import vcr\nfrom aiohttp.connector import _SSL_CONTEXT_VERIFIED as context\n\n\ndef test_roots():\n"
        "    assert context.cert_store_stats()['x509_ca'] == 1\n",
    )

    got = suite.run("test_a.py", bridge=False, SSL_CERT_FILE=str(suite.root / "one.pem"))

    assert got == {"passed": 1}, got
