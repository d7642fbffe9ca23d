"""Sessions for a noxfile: what is registered, and real nox running them."""

import importlib.util
import json
import os
import sys

import nox
import prestarted
import pytest
from deadlines import seconds
from nox import registry

from recproxy.nox import functional_sessions
from recproxy.runners.arguments import SESSION_MODES

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
NOXFILE = """\
import nox
from recproxy.nox import functional_sessions

@functional_sessions("twitter", "bitly", venv_backend="none")
def functional(session, recproxy):
    \"\"\"The suite.\"\"\"
    print("mode", recproxy.mode, "chosen", *recproxy.chosen)
    recproxy.run("pytest", "tests", *recproxy.args, external=True)
"""
#: Stands on PATH in place of recproxy and says what it was asked.
FAKE = """#!{python}
import json, os, sys
print("to record:", os.environ["RECPROXY_RECORD_COMMAND"])
print(json.dumps(sys.argv[1:]))
"""


@pytest.fixture
def registered():
    """What is registered with nox in this process, none at first."""
    before = registry.get()
    registry.reset()
    yield registry.get
    registry.reset()
    registry._REGISTRY.update(before)


@pytest.fixture
def run_nox(tmp_path):
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / "recproxy"
    fake.write_text(FAKE.format(python=sys.executable))
    fake.chmod(0o755)
    path = os.pathsep.join((str(tmp_path / "bin"), os.environ.get("PATH", "")))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("NOX", "RECPROXY"))}
    inherited |= {"TWITTER_BEARER_TOKEN": "set", "BITLY_ACCESS_TOKEN": "set"}

    def run(*words, noxfile=NOXFILE, path=path, environment=None):
        (tmp_path / "noxfile.py").write_text(noxfile)
        environment = inherited | {"PATH": path} | (environment or {})
        words = ("-f", str(tmp_path / "noxfile.py"), *words)
        return prestarted.run("nox", words, cwd=tmp_path, environment=environment, timeout=seconds(60))

    return run


def started(done):
    """The words of each `recproxy` that was started."""
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]


def test_one_body_makes_a_session_per_mode_and_only_replay_runs_by_default(registered):
    @functional_sessions("twitter", tags=["slow", "functional"])
    def share_suite(session, recproxy):
        """Posts to Twitter.

        And more.
        """

    sessions = registered()
    assert list(sessions) == [f"share-suite-{mode}" for mode in SESSION_MODES]
    assert {name: func.tags for name, func in sessions.items()} == {
        "share-suite-replay": ["slow", "functional", "functional-replay"],
        "share-suite-record": ["functional-record"],
        "share-suite-live": ["functional-live"],
        "share-suite-verify": ["functional-verify"],
    }
    assert [func.default for func in sessions.values()] == [True, False, False, False]
    assert [func.__doc__ for func in sessions.values()] == [
        "Posts to Twitter: answered from recordings.",
        "Posts to Twitter: the real services, recorded.",
        "Posts to Twitter: the real services, nothing written.",
        "Posts to Twitter: not run; compares the recordings with the real services, nothing written.",
    ]
    assert share_suite.__name__ == "share_suite"


def test_a_body_without_a_docstring_still_has_a_description(registered):
    functional_sessions("twitter")(lambda session, recproxy: None)

    assert [func.__doc__ for func in registered().values()][0] == "Functional tests, answered from recordings."


def test_options_are_those_of_nox_session(registered):
    functional_sessions("twitter", name="api", python=["3.11", "3.12"], reuse_venv=True, default=False)(lambda *_: None)

    sessions = registered()
    assert list(sessions) == ["api-replay", "api-record", "api-live", "api-verify"]
    assert {(tuple(func.python), func.reuse_venv, func.default) for func in sessions.values()} == {
        (("3.11", "3.12"), True, False)
    }


def test_a_name_that_exists_already_is_an_error(registered):
    @nox.session(name="functional-record")
    def mine(session):
        pass

    def functional(session, recproxy):
        pass

    with pytest.raises(ValueError, match="session 'functional-record' exists already"):
        functional_sessions("twitter")(functional)


@pytest.mark.parametrize("profiles", [(), (lambda: None,), (["twitter"],)])
def test_profiles_must_be_named(profiles):
    with pytest.raises(ValueError, match="name the profiles of the suite"):
        functional_sessions(*profiles)


PROFILES = ["--profile", "twitter", "--profile", "bitly"]


@pytest.mark.parametrize(
    ("words", "mode", "wanted"),
    [
        ((), "replay", [*PROFILES, "--", "pytest", "tests"]),
        (("-s", "functional-replay", "--", "-k", "send"), "replay", [*PROFILES, "--", "pytest", "tests", "-k", "send"]),
        (
            ("-s", "functional-record"),
            "record",
            [*PROFILES, "--record", "twitter", "--record", "bitly", "--", "pytest", "tests"],
        ),
        (
            ("-s", "functional-record", "--", "bitly"),
            "record",
            [*PROFILES, "--record", "bitly", "--", "pytest", "tests"],
        ),
        (
            ("-s", "functional-live", "--", "twitter", "--", "-k", "send"),
            "live",
            [*PROFILES, "--live", "twitter", "--", "pytest", "tests", "-k", "send"],
        ),
    ],
)
def test_nox_starts_the_command_under_recproxy(run_nox, words, mode, wanted):
    done = run_nox(*words)

    assert done.returncode == 0, done.stderr
    assert started(done) == [["run", "--mode", "replay", *wanted]]
    assert "to record: nox -s functional-record -- {profile} -- {keyword}\n" in done.stdout
    assert f"mode {mode} chosen " in done.stdout


def test_only_the_session_that_records_is_proven(run_nox):
    noxfile = NOXFILE.replace('"bitly", ', '"bitly", prove=True, ')

    recorded = run_nox("-s", "functional-record", "--", "bitly", noxfile=noxfile)
    replayed = run_nox("-s", "functional-replay", noxfile=noxfile)

    assert [words.count("--prove") for words in started(recorded)] == [1]
    assert [words.count("--prove") for words in started(replayed)] == [0]


def test_verify_takes_the_place_of_the_command(run_nox):
    noxfile = NOXFILE.replace('"bitly", ', '"bitly", report="r.json", ')
    noxfile += '    recproxy.run("pytest", "more", external=True)\n'

    done = run_nox("-s", "functional-verify", "--", "bitly", "--unsafe", "POST /token", noxfile=noxfile)

    assert done.returncode == 0, done.stderr
    assert started(done) == [["verify", "--report", "r.json", "--unsafe", "POST /token", "bitly"]]
    assert "left out: pytest more" in done.stderr


def test_nox_fails_a_session_for_an_unknown_word_and_starts_nothing(run_nox):
    done = run_nox("-s", "functional-record", "--", "tests/test_send.py")

    assert done.returncode == 1
    assert started(done) == []
    assert "'tests/test_send.py' is not a profile of this suite, which has twitter, bitly" in done.stderr


BUILDS = NOXFILE.replace('"none"', '"virtualenv", venv_params=["--no-seed"]')


def test_an_unknown_word_is_told_before_the_environment_is_made(run_nox):
    done = run_nox("-s", "functional-record", "--", "twiter", noxfile=BUILDS)

    assert done.returncode == 1
    assert "'twiter' is not a profile of this suite, which has twitter, bitly (nearest: twitter)" in done.stderr
    assert "Creating virtual environment" not in done.stderr


def test_missing_credentials_are_told_before_the_environment_is_made(run_nox):
    unset = {"BITLY_ACCESS_TOKEN": "", "TWITTER_BEARER_TOKEN": ""}
    done = run_nox("-s", "functional-record", "--", "bitly", "twitter", noxfile=BUILDS, environment=unset)

    assert done.returncode == 1
    assert (
        "profile 'bitly' cannot be run in mode record: set BITLY_ACCESS_TOKEN; profile 'twitter' cannot be run in mode "
        "record: set TWITTER_BEARER_TOKEN in the environment; name those that the session sets itself in sets=[...] of "
        "functional_sessions"
    ) in done.stderr
    assert "Creating virtual environment" not in done.stderr


def test_a_session_may_set_its_credentials_itself(run_nox):
    noxfile = NOXFILE.replace('"bitly", ', '"bitly", sets=["BITLY_ACCESS_TOKEN"], ')

    done = run_nox("-s", "functional-record", "--", "bitly", noxfile=noxfile, environment={"BITLY_ACCESS_TOKEN": ""})

    assert modes(done) == ["record"]


def test_a_session_without_recproxy_uses_the_one_beside_nox(run_nox, tmp_path):
    noxfile = NOXFILE.replace(
        '"pytest", "tests", *recproxy.args, external=True', '"sh", "-c", "echo ran in $RECPROXY_MODE"'
    )

    done = run_nox("-s", "functional-replay", noxfile=noxfile, path="/usr/bin:/bin")

    assert done.returncode == 0, done.stderr
    assert "ran in replay" in done.stdout


def test_install_only_starts_nothing(run_nox):
    done = run_nox("-s", "functional-replay", "functional-record", "--install-only")

    assert done.returncode == 0, done.stderr
    assert started(done) == []


def test_nox_lists_the_sessions_with_their_descriptions(run_nox):
    lines = [line for line in run_nox("-l").stdout.splitlines() if "functional-" in line]

    assert [(line[0], line.partition("->")[2].strip()) for line in lines] == [
        ("*", "The suite: answered from recordings."),
        ("-", "The suite: the real services, recorded."),
        ("-", "The suite: the real services, nothing written."),
        ("-", "The suite: not run; compares the recordings with the real services, nothing written."),
    ]


def modes(done):
    """The modes of the sessions that ran."""
    assert done.returncode == 0, done.stderr
    return [line.split()[1] for line in done.stdout.splitlines() if line.startswith("mode ")]


SLOW = NOXFILE.replace('"bitly", ', '"bitly", tags=["slow"], default=True, python=False, ').replace(
    ", venv_backend", ", venv_backend"
)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("-t", "functional"),
        ("-t", "slow"),
        ("-s", "functional-replay", "-t", "slow"),
        ("-s", "functional-record", "-t", "slow"),
        ("-k", "functional"),
        ("-k", "record or replay"),
        ("-k", "not live"),
        ("-j", "2", "-k", "functional"),
    ],
)
def test_words_that_select_leave_out_what_asks_real_services(run_nox, words):
    done = run_nox(*words, noxfile=SLOW)

    assert done.returncode == 0, done.stderr
    assert [line.split()[1] for line in done.stdout.splitlines() if line.startswith("mode ")] == ["replay"]
    assert all("--record" not in each and "--live" not in each for each in started(done))


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("-t", "functional-record"), ["record"]),
        (("-t", "functional-replay", "functional-live"), ["replay", "live"]),
        (("-s", "functional-live", "functional-record"), ["live", "record"]),
    ],
)
def test_a_session_runs_by_its_name_or_its_own_tag(run_nox, words, wanted):
    assert modes(run_nox(*words, noxfile=SLOW)) == wanted


def test_what_is_left_out_is_said_with_the_command_that_runs_it(run_nox):
    done = run_nox("-k", "record", noxfile=SLOW)

    assert "functional-record is left out: it asks real services" in done.stderr
    assert "nox -s functional-record" in done.stderr
    assert started(done) == []


def test_a_nox_that_is_too_old_is_one_line(monkeypatch):
    monkeypatch.setattr(nox, "session", lambda *args, python=None, tags=(): None)

    with pytest.raises(SystemExit, match="recproxy: nox .* is too old for functional_sessions: install nox 2024.10.9"):
        functional_sessions("twitter")


def body(*decorators, parameters="", heading=""):
    """A noxfile whose functional sessions have these decorators; in each session, `recproxy` is what is on PATH."""
    return f"""{heading}
import nox
from recproxy.nox import functional_sessions

{chr(10).join(decorators)}
def functional(session, recproxy{parameters}):
    print("session", session.name, session.python, recproxy.mode, *recproxy.chosen)
    recproxy.run("pytest", *recproxy.args, external=True)
"""


def ran(done):
    """What the body said, session by session."""
    assert done.returncode == 0, done.stdout + done.stderr
    return [line.removeprefix("session ") for line in done.stdout.splitlines() if line.startswith("session ")]


def test_a_parametrised_body_makes_a_session_per_value_and_mode(run_nox):
    noxfile = body(
        '@functional_sessions("twitter", venv_backend="none")',
        '@nox.parametrize("database", ["one", nox.param("two", tags=["big"])])',
        parameters=", database",
    ).replace("*recproxy.chosen)", "database)")

    assert ran(run_nox(noxfile=noxfile)) == [
        "functional-replay(database='one') None replay one",
        "functional-replay(database='two') None replay two",
    ]
    assert ran(run_nox("-s", "functional-live(database='two')", "--", "twitter", noxfile=noxfile)) == [
        "functional-live(database='two') None live two"
    ]
    named = 'venv_backend="none", name="api", report=["{session}.json", "github"]'
    one = run_nox("-t", "big", noxfile=noxfile.replace('venv_backend="none"', named))
    assert ran(one) == ["api-replay(database='two') None replay two"]
    assert """to record: nox -s 'api-record(database='"'"'two'"'"')' -- {profile} -- {keyword}\n""" in one.stdout
    assert started(one)[0][:5] == ["run", "--report", "api-replay-database-two.json", "--report", "github"]


def test_parameters_that_stand_above_are_sent_below(run_nox):
    noxfile = NOXFILE.replace("@functional_sessions", '@nox.parametrize("database", ["one"])\n@functional_sessions')

    done = run_nox(noxfile=noxfile)

    assert done.returncode == 1
    assert started(done) == []
    assert "@nox.parametrize is above @functional_sessions and has no effect there: put it below" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_parameter_named_python_chooses_the_interpreter_as_nox_has_it(run_nox):
    noxfile = body('@functional_sessions("twitter")', f'@nox.parametrize("python", ["{HERE}"])')

    rows = json.loads(run_nox("-l", "--json", noxfile=noxfile).stdout)

    assert [(row["name"], row["python"]) for row in rows] == [("functional-replay", HERE)]


def test_python_versions_and_a_reused_environment(run_nox):
    noxfile = body(
        f'@functional_sessions("twitter", python=["{HERE}"], reuse_venv=True, venv_backend="virtualenv", '
        'venv_params=["--no-seed"])'
    )

    first, second = run_nox("-s", "functional-replay", noxfile=noxfile), run_nox("-p", HERE, noxfile=noxfile)

    assert ran(first) == ran(second) == [f"functional-replay-{HERE} {HERE} replay twitter"]
    assert "Creating virtual environment" in first.stderr
    assert "Reusing existing virtual environment" in second.stderr
    assert started(first) == started(second) != []


def test_the_uv_backend(run_nox):
    if importlib.util.find_spec("uv") is None:
        pytest.skip("uv is not installed")
    noxfile = body('@functional_sessions("twitter", venv_backend="uv")')

    done = run_nox("-s", "functional-record", "--", "twitter", noxfile=noxfile)

    assert ran(done) == ["functional-record None record twitter"]
    assert "Creating virtual environment (uv)" in done.stderr
    assert started(done) == [["run", "--mode", "replay", "--profile", "twitter", "--record", "twitter", "--", "pytest"]]


def test_the_list_as_json_makes_a_matrix_for_ci(run_nox):
    """Each row names its session for `nox -s`, its mode by a tag, and nothing has to be taken apart."""
    noxfile = body('@functional_sessions("twitter", "bitly", python=["3.11", "3.12"])')

    usual = json.loads(run_nox("-l", "--json", noxfile=noxfile).stdout)
    every = json.loads(
        run_nox("-l", "--json", "-t", *(f"functional-{mode}" for mode in SESSION_MODES), noxfile=noxfile).stdout
    )

    assert [row["session"] for row in usual] == ["functional-replay-3.11", "functional-replay-3.12"]
    assert {(row["session"], row["python"], row["tags"][-1]) for row in every} == {
        (f"functional-{mode}-{python}", python, f"functional-{mode}")
        for mode in SESSION_MODES
        for python in ("3.11", "3.12")
    }


def test_another_session_notifies_one_with_words(run_nox):
    noxfile = (
        body('@functional_sessions("twitter", "bitly", venv_backend="none", default=False)')
        + """
@nox.session(venv_backend="none")
def renew(session):
    session.notify("functional-record", posargs=["bitly", "--", "-k", "send"])
"""
    )

    done = run_nox(noxfile=noxfile)

    assert ran(done) == ["functional-record None record bitly"]
    assert started(done)[0][-4:] == ["--", "pytest", "-k", "send"]


def test_a_noxfile_that_names_its_dependencies_runs_where_they_are_met(run_nox):
    heading = '# /// script\n# dependencies = ["nox", "recproxy"]\n# ///\n'
    noxfile = body('@functional_sessions("twitter", venv_backend="none")', heading=heading)

    done = run_nox(noxfile=noxfile)

    assert ran(done) == ["functional-replay None replay twitter"]
    assert "_nox_script_mode" not in done.stderr
