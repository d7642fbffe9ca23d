"""Tests without a scope that ask real services, next to tests that have one."""

IMPORTS = "import contextlib\nimport socket\nimport pytest\nfrom asking import get\n\n"
MIXED = (
    IMPORTS
    + """
ADDRESS = socket.AI_NUMERICHOST  # with it, no resolver is asked for a name

def reach(host):
    with pytest.raises(OSError):
        socket.getaddrinfo(host, 9, flags=ADDRESS)
        socket.create_connection((host, 9))

def test_before():
    reach("one.invalid")

@pytest.mark.recproxy("shop", "two.rec")
def test_with_a_scope():
    assert get("item") == "first"

@pytest.fixture
def far():
    with pytest.raises(OSError):
        socket.getaddrinfo(b"two.invalid", 80, flags=ADDRESS)

def test_in_a_fixture(far):
    reach("127.0.0.1")

def test_by_an_address(monkeypatch):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(("192.0.2.1", 9))

def test_on_this_machine():
    reach("localhost")
    with contextlib.suppress(OSError):
        socket.getaddrinfo(socket.gethostname(), 9, flags=ADDRESS)
    socket.getaddrinfo("192.0.2.1", 9)  # asks nobody
    with socket.socket(socket.AF_UNIX) as sock, pytest.raises(OSError):
        sock.connect("nowhere")
"""
)
TOLD = """\
3 tests without a scope asked real services: recproxy_mode = "replay" in the settings of pytest gives every test one
outside: test_mixed.py::test_before: one.invalid
outside: test_mixed.py::test_in_a_fixture: two.invalid
outside: test_mixed.py::test_by_an_address: 192.0.2.1
"""


def test_tests_without_a_scope_that_reach_out_are_told(project):
    project.record("two.rec", ("item", "first"))
    project.write("test_mixed.py", MIXED)

    outcomes = project.pytest("-p", "no:randomly", "test_mixed.py")

    assert outcomes == {"passed": 5}, outcomes.out
    assert TOLD in outcomes.out


def test_workers_tell_of_them_too(project):
    project.record("two.rec", ("item", "first"))
    project.write("test_mixed.py", MIXED)

    outcomes = project.pytest("-p", "no:randomly", "-n", "1", "test_mixed.py")

    assert TOLD in outcomes.out, outcomes.out


def test_where_every_test_has_a_scope_or_none_asks_nothing_is_told(project):
    project.record("two.rec", ("item", "first"))
    project.write("test_mixed.py", MIXED)

    every = project.pytest("--recproxy-mode", "replay", "test_mixed.py", "-k", "scope or machine")
    quiet = project.pytest("test_mixed.py", "-k", "scope or machine")

    assert (every, quiet) == ({"passed": 2}, {"passed": 2}), every.out + quiet.out
    assert "outside" not in every.out + quiet.out


def test_a_project_with_recproxy_is_watched_without_any_scope(project):
    project.write("test_plain.py", MIXED)

    told = project.pytest("-p", "no:randomly", "test_plain.py", "-k", "before or machine")
    live = project.pytest("test_plain.py", "-k", "before", RECPROXY_MODE="live")
    (project.root / "recproxy.toml").unlink()
    other = project.pytest("test_plain.py", "-k", "before")
    twice = project.pytest("--keep-duplicates", "test_plain.py", "test_plain.py", "-k", "before")

    assert "1 test without a scope asked real services: " in told.out
    assert "outside: test_plain.py::test_before: one.invalid\n" in told.out
    assert "outside" not in live.out + other.out + twice.out


def test_a_mode_that_pytest_did_not_read_is_told(project):
    project.write("tests/functional/pytest.ini", "[pytest]\nrecproxy_mode = replay\n")
    project.write("tests/functional/test_plain.py", "def test_one():\n    pass\n")
    project.write("pytest.ini", "[pytest]\n")

    above = project.pytest("tests")
    there = project.pytest("tests/functional")

    assert (above, there) == ({"passed": 1}, {"passed": 1}), there.out
    assert (
        "tests/functional/pytest.ini sets recproxy_mode, but pytest was started above it and did not read it: set "
        "recproxy_mode in the settings of the project, or run pytest tests/functional\n"
    ) in above.out
    assert "did not read it" not in there.out
