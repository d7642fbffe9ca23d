"""The decorator in all its forms, in test processes that no run has started."""

import sys
import threading
import unittest
from contextlib import nullcontext
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from recproxy import recproxy
from recproxy.client import wrappers

FORMS = """
import asyncio, contextlib, os, unittest
from asking import get
from recproxy import recproxy


def ask(path="item"):
    return get(path)


class TestMethods(unittest.TestCase):
    @recproxy("https", "api.shop.example", "two.rec")
    def test_the_form_of_2011(self):
        self.assertEqual([ask(), ask()], ["first", "second"])

    @recproxy("shop", "two.rec")
    def test_the_profile(self):
        self.assertEqual(ask(), "first")

    @recproxy("shop", "in_folder")
    def test_a_name_among_the_recordings(self):
        self.assertEqual(ask(), "of the folder")

    @recproxy("shop", "two.rec")
    @recproxy("https", "api.shop.example", "other.rec")
    def test_stacked(self):
        self.assertEqual([ask("other"), ask()], ["other", "first"])

    @recproxy("shop", "two.rec", "other.rec")
    def test_several_of_a_profile(self):
        self.assertEqual([ask("other"), ask(), ask()], ["other", "first", "second"])

    @recproxy("https", "api.shop.example", "in_folder", "other.rec")
    def test_several_of_a_host(self):
        self.assertEqual([ask("other"), ask()], ["other", "of the folder"])

    @recproxy("shop", "two.rec")
    def test_sub_tests_share_the_scope(self):
        for wanted in ("first", "second"):
            with self.subTest(wanted):
                self.assertEqual(ask(), wanted)

    def test_a_context_manager(self):
        with recproxy("shop", "two.rec") as scope, recproxy("shop", "other.rec"):
            self.assertEqual(ask("other"), "other")
        self.assertIsInstance(scope, recproxy)

    def test_an_inner_scope_comes_first_and_the_outer_goes_on_behind_it(self):
        with recproxy("shop", "two.rec"):
            self.assertEqual(ask(), "first")
            with recproxy("shop", "in_folder"):
                self.assertEqual(ask(), "of the folder")
            self.assertEqual(ask(), "second")

    def test_entered_by_a_case(self):
        self.enterContext(recproxy("shop", "two.rec"))
        self.assertEqual(ask(), "first")


class TestSetUpClass(unittest.TestCase):
    @classmethod
    @recproxy("shop", "two.rec")
    def setUpClass(cls):
        cls.found = ask()

    @recproxy("shop", "other.rec")
    def test_has_a_scope_of_its_own(self):
        self.assertEqual([self.found, ask("other")], ["first", "other"])


class TestEnteredByAClass(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.enterClassContext(recproxy("shop", "two.rec"))

    def test_it_is_open_in_each_test(self):
        self.assertEqual(ask(), "first")


@recproxy("shop", "two.rec")
class TestDecoratedClass(unittest.TestCase):
    def test_each_method_begins_anew(self):
        self.assertEqual(ask(), "first")

    def test_each_method_begins_anew_indeed(self):
        self.assertEqual(ask(), "first")

    @recproxy("shop", "other.rec")
    def test_with_one_of_its_own(self):
        self.assertEqual([ask(), ask("other")], ["first", "other"])

    @staticmethod
    def test_static():
        assert ask() == "first"

    def helper(self):
        return os.environ.get("RECPROXY_CONTROL")

    def tearDown(self):
        assert self.helper() is None


class TestCoroutines(unittest.IsolatedAsyncioTestCase):
    @recproxy("shop", "two.rec")
    async def test_a_coroutine(self):
        self.assertEqual(await asyncio.to_thread(ask), "first")

    async def test_an_asynchronous_context_manager(self):
        async with recproxy("shop", "two.rec"):
            self.assertEqual(await asyncio.to_thread(ask), "first")

    async def test_tasks_may_end_their_scopes_in_any_order(self):
        first, second = asyncio.Event(), asyncio.Event()

        async def one():
            async with recproxy("shop", "two.rec"):
                first.set()
                await second.wait()

        async def two():
            await first.wait()
            async with recproxy("shop", "other.rec"):
                second.set()
                await task

        task = asyncio.ensure_future(one())
        await two()


class TestGenerators(unittest.TestCase):
    def test_a_generator(self):
        @contextlib.contextmanager
        @recproxy("shop", "two.rec")
        def fixture():
            yield ask()

        with fixture() as found:
            self.assertEqual([found, ask()], ["first", "second"])

    def test_an_asynchronous_generator(self):
        seen = []

        @contextlib.asynccontextmanager
        @recproxy("shop", "two.rec")
        async def fixture():
            try:
                yield await asyncio.to_thread(ask)
            except KeyError:
                seen.append("thrown in")

        async def main():
            async with fixture() as found:
                seen.append(found)
                raise KeyError

        asyncio.run(main())
        self.assertEqual(seen, ["first", "thrown in"])
"""


@pytest.fixture
def forms(project):
    project.record("two.rec", ("item", "first"), ("item", "second"))
    project.record("other.rec", ("other", "other"))
    project.record("recordings/shop/in_folder.rec", ("item", "of the folder"))
    return project


def test_every_form_of_it(forms):
    forms.write("test_forms.py", FORMS)

    code, out = forms.unittest("test_forms")

    assert code == 0, out
    assert "Ran 21 tests" in out


def test_every_form_of_it_under_a_run(forms):
    forms.write("test_forms.py", FORMS.replace("assert self.helper() is None", "assert self.helper()"))

    code, out = forms.python("-m", "recproxy", "run", "--", sys.executable, "-m", "unittest", "test_forms")

    assert "Ran 21 tests" in out
    assert code == 0, out


MISSES = """
import os, unittest
from asking import get
from recproxy import recproxy


class TestMiss(unittest.TestCase):
    @recproxy("shop", "two.rec")
    def test_a_miss_that_was_swallowed(self):
        get("elsewhere")

    @recproxy("shop", "two.rec")
    def test_a_miss_and_an_error_of_its_own(self):
        self.assertEqual(get("elsewhere"), "something")

    @recproxy("shop", "nowhere.rec")
    def test_a_recording_that_does_not_exist(self):
        pass

    @recproxy("https", "unknown.example", "two.rec")
    def test_a_host_that_nobody_owns(self):
        get("item")
"""


def test_a_miss_fails_the_test_that_caused_it_with_the_closest_recording(forms):
    forms.write("test_misses.py", MISSES)

    code, out = forms.unittest("test_misses")

    assert code == 1
    assert "errors=3, failures=1" in out or "failures=1, errors=3" in out
    assert out.count("this request to shop was never recorded") == 2
    assert "closest  GET https://api.shop.example/item\n           two.rec:3" in out
    assert "to record it: RECPROXY_MODE=record python" in out
    assert "path segment 1  item      elsewhere" in out
    assert "AssertionError: 'swallowed 599' != 'something'" in out
    assert "recording 'nowhere.rec' of profile 'shop' does not exist" in out
    assert "looked in ., recordings/shop" in out


CLEAN = """
import os, socket, signal, sys, threading, unittest, urllib.request
from asking import get
from recproxy import recproxy

OPENER = urllib.request.build_opener()


def state():
    return dict(os.environ), urllib.request._opener, socket.socket.connect, socket.getaddrinfo, sys.meta_path[:]


class Base(unittest.TestCase):
    def setUp(self):
        urllib.request.install_opener(OPENER)
        self.before = state()
        self.addCleanup(lambda: self.assertEqual(state(), self.before))


class TestLeftAsFound(Base):
    @recproxy("shop", "two.rec")
    def test_passes(self):
        self.assertEqual(get("item"), "first")
        os.environ["SSL_CERT_FILE"] = "changed"

    @unittest.expectedFailure
    @recproxy("shop", "two.rec")
    def test_raises(self):
        self.assertEqual(get("item"), "first")
        raise LookupError

    @recproxy("shop", "two.rec")
    def test_is_skipped(self):
        self.skipTest("not today")

    def test_is_interrupted(self):
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a job of a non-interactive shell has it ignored

        @recproxy("shop", "two.rec")
        def interrupted():
            signal.raise_signal(signal.SIGINT)

        with self.assertRaises(KeyboardInterrupt):
            interrupted()

    def test_times_out(self):
        def late(*_):
            raise TimeoutError

        @recproxy("shop", "two.rec")
        def slow():
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            threading.Event().wait()

        signal.signal(signal.SIGALRM, late)
        with self.assertRaises(TimeoutError):
            slow()
        with recproxy("shop", "two.rec"):
            self.assertEqual(get("item"), "first")
"""


def test_the_process_is_left_as_it_was_found(forms):
    forms.write("test_clean.py", CLEAN)

    code, out = forms.unittest("test_clean")

    assert code == 0, out


CLIENTS = """
import os, unittest, urllib.request
import httpx, requests
from recproxy import recproxy

URL = "https://api.shop.example/item"
EARLY = httpx.Client()
urllib.request.build_opener  # and the opener that urlopen keeps:
try:
    urllib.request.urlopen("http://127.0.0.1:9/")
except OSError:
    pass


class TestClients(unittest.TestCase):
    @recproxy("shop", "two.rec")
    def test_urllib_that_was_used_before(self):
        with urllib.request.urlopen(URL) as response:
            self.assertEqual(response.read(), b"first")

    @recproxy("shop", "two.rec")
    def test_requests(self):
        self.assertEqual(requests.get(URL).text, "first")

    @recproxy("shop", "two.rec")
    def test_httpx(self):
        self.assertEqual(httpx.get(URL).text, "first")

    @recproxy("shop", "two.rec")
    def test_a_client_that_was_made_before(self):
        self.assertEqual(EARLY.get(URL.replace("https", "http")).text, "first")

    @classmethod
    def tearDownClass(cls):
        EARLY.close()
"""


def test_clients_of_this_process_are_caught(forms):
    pytest.importorskip("httpx")
    pytest.importorskip("requests")
    forms.write("test_clients.py", CLIENTS)

    code, out = forms.unittest("test_clients")

    assert code == 0, out


def test_unused_interactions_fail_a_test_where_the_profile_says_so(forms):
    profile = forms.root / "shop/profile.toml"
    profile.write_text(profile.read_text().replace("[match]", '[match]\nunused = "fail"'))
    forms.write(
        "test_unused.py",
        "import unittest\nfrom asking import get\nfrom recproxy import recproxy\n"
        "class TestUnused(unittest.TestCase):\n"
        "    @recproxy('shop', 'two.rec')\n"
        "    def test_one(self):\n"
        "        get('item')\n",
    )

    code, out = forms.unittest("test_unused")

    assert code == 1
    assert "AssertionError: recorded, but never requested:\nshop: GET https://api.shop.example/item (" in out


def test_a_run_that_cannot_start_says_why_in_one_line(forms):
    forms.write("shop/profile.toml", "nonsense = 1\n")
    forms.write("test_forms.py", FORMS)

    _, out = forms.unittest("test_forms.TestMethods.test_the_profile")

    assert out.count("recproxy: ") == 0
    assert "ControlError: recproxy could not be started: " in out
    assert "profile.toml" in out


@pytest.mark.parametrize("words", [(), ("shop",), ("https", "api.shop.example"), ("https",), ("shop", 1)])
def test_other_words_are_misuse(words):
    with pytest.raises(TypeError, match="takes"):
        recproxy(*words)


@pytest.mark.parametrize(
    "words", [("https", "cassettes/a.yaml", "b.yaml"), ("https://", "a.example", "a.rec"), ("", "a.rec")]
)
def test_a_service_that_is_none_is_said_in_one_line(words):
    with pytest.raises(ValueError, match=r"is not a (host|profile); write .*; a scheme is http or https\Z"):
        recproxy(*words)


@pytest.mark.parametrize("mode", ["record", "live", "auto", "all", "rewind", 1])
def test_a_test_cannot_insist_on_more_than_replay(mode):
    with pytest.raises(ValueError, match="can only force 'replay'"):
        recproxy("shop", "two.rec", mode=mode)


@pytest.mark.parametrize("target", [5, None, property(lambda _: 1), partial(print)])
def test_what_is_no_function_is_misuse(target):
    with pytest.raises(TypeError, match="decorates a function, a method or a class, not "):
        recproxy("shop", "two.rec")(target)


class Inherited:
    @classmethod
    @recproxy("https", "a.example", "a.rec")
    def setUpClass(cls):  # noqa: N802 - unittest's name
        """For all tests of the class."""

    @recproxy("https", "a.example", "a.rec")
    def setUp(self):  # noqa: N802 - unittest's name
        """For the test that runs."""

    @recproxy("https", "a.example", "a.rec")
    def test_a(self):
        """A test of the class that inherits it."""


@recproxy("https", "a.example", "a.rec")
def prepare():
    """For all tests of the module."""


def test_what_chooses_a_test_for_unittest_chooses_it_alone(monkeypatch):
    """A word without a `*` would also choose test_a_more, and the class of a function may be another one."""

    class TestHeir(Inherited, unittest.TestCase):
        pass

    chosen = []
    monkeypatch.setattr(
        wrappers, "open_scope", lambda *_, selection, **__: chosen.append(selection.keyword) or nullcontext()
    )
    heir = TestHeir("test_a")
    for call in (heir.test_a, heir.setUp, TestHeir.setUpClass, prepare):
        call()

    name = f"test_decorator.{TestHeir.__qualname__}"
    assert chosen == [f"*{name}.test_a", f"*{name}.test_a", f"*{name}.*", "*test_decorator.*"]


def test_a_fixture_is_told_the_order_of_decorators():
    with pytest.raises(TypeError, match="below"):
        recproxy("shop", "two.rec")(pytest.fixture(lambda: None))


class Origin(BaseHTTPRequestHandler):
    """A service that greets."""

    def log_message(self, *words):
        pass

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")


@pytest.fixture
def origin(project):
    """The real shop; the bank's credentials are nobody's here."""
    project.add_bank()
    with ThreadingHTTPServer(("127.0.0.1", 0), Origin) as server:
        address = f'[upstream]\naddress = "http://127.0.0.1:{server.server_port}"\n'
        shop, bank = project.root / "shop/profile.toml", project.root / "bank/profile.toml"
        shop.write_text(shop.read_text() + address)
        bank.write_text(f'credentials = ["BANK_KEY"]\n{bank.read_text()}{address}')
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


RECORDED = """
import unittest, urllib.error, urllib.request
from asking import get
from recproxy import recproxy


class Tests(unittest.TestCase):
    @recproxy("https", "api.shop.example", "new.rec")
    def test_the_shop(self):
        self.assertEqual(get("a"), "hello")

    @recproxy("bank", "bank.rec")
    def test_the_bank(self):
        try:
            urllib.request.urlopen("https://bank.example/a")
        except urllib.error.HTTPError as error:
            print("status", error.code, error.read().decode())

    @recproxy("bank", "bank.rec")
    def test_the_bank_must_answer(self):
        urllib.request.urlopen("https://bank.example/a").close()
"""


def test_a_run_that_tests_start_asks_for_the_credentials_of_the_services_they_use_only(project, origin):
    project.write("test_recorded.py", RECORDED)

    code, out = project.unittest("test_recorded.Tests.test_the_shop", PROXY="1")

    assert (code, "OK" in out) == (0, True), out
    assert out.count("recproxy: mode record, because PROXY=1 is set: each real service is asked and recorded\n") == 1
    assert b"hello" in (project.root / "new.rec").read_bytes()
    assert "\nrecproxy: wrote new.rec: 1 interaction\n" in out
    assert "recproxy   api.shop" not in out

    code, out = project.unittest("test_recorded.Tests.test_the_bank", PROXY="1")

    line = "profile 'bank' cannot be run in mode record: set BANK_KEY"
    assert code == 1
    assert f"status 502 recproxy: {line}" in out
    assert f"GET https://bank.example/a: {line}" in out
    assert list(project.root.rglob("bank*.rec")) == []

    _, out = project.unittest("test_recorded.Tests.test_the_bank_must_answer", PROXY="1")

    assert "HTTP Error 502" in out
    assert f"requested, but not answered:\nbank: GET https://bank.example/a: {line}" in out

    outcomes = project.pytest("test_recorded.py", "-k", "must_answer", "--recproxy-mode", "record")

    assert outcomes == {"failed": 1}
    assert outcomes.out.count(f"requested, but not answered:\nbank: GET https://bank.example/a: {line}") == 1


def test_a_mode_of_the_environment_that_there_is_not_is_told_with_its_variable(project):
    project.write("test_forms.py", RECORDED)

    _, out = project.unittest("test_forms.Tests.test_the_shop", RECPROXY_MODE="rewind")

    assert "recproxy could not be started: RECPROXY_MODE=rewind: unknown mode: use replay" in out
