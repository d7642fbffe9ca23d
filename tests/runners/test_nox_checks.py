"""The check before a session's environment is made."""

from types import SimpleNamespace

import pytest
from nox import sessions

from recproxy.runners.nox_checks import check_before_installing


@pytest.fixture
def runner(monkeypatch):
    """A session that is about to get its environment; what happened to it."""
    made = []
    monkeypatch.setattr(sessions.SessionRunner, "_create_venv", lambda self: made.append(self.posargs))
    return made, lambda function, words: SimpleNamespace(
        func=function, posargs=words, global_config=SimpleNamespace(install_only=words == ["install"])
    )


def test_a_session_is_checked_first_and_others_are_not(runner):
    made, session = runner

    def ours():
        pass

    def refuse(words):
        if words != ["good"]:
            raise ValueError(f"{words[0]} is wrong")

    check_before_installing(ours, refuse)
    check_before_installing(lambda: None, refuse)  # wrapped once
    make = sessions.SessionRunner._create_venv

    make(session(lambda: None, ["bad"]))
    make(session(ours, ["good"]))
    make(session(ours, ["install"]))
    with pytest.raises(sessions._SessionQuit, match="bad is wrong"):
        make(session(ours, ["bad"]))

    assert made == [["bad"], ["good"], ["install"]]
