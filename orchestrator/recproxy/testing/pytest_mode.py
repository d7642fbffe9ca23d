"""The mode that pytest is given for every test: by `--recproxy-mode`, or by `recproxy_mode` in its ini file.

Imports nothing of recproxy before a mode is named.
"""

from __future__ import annotations

import os
import shlex
from typing import Any

import pytest

__all__ = [
    "BRIDGED",
    "add_mode",
    "check_mode_option",
    "early_mode",
    "gives_scopes",
    "has_profiles",
    "named_mode",
    "server_words",
    "suite_words",
]

_OPTION = "--recproxy-mode"
_KEY = "recproxy_mode"
_REPORT_OPTION = "--recproxy-report"
_REPORT_KEY = "recproxy_report"
#: A report that is no file.
_GITHUB = "github"
#: Set where a bridge plays the cassettes of another library.
BRIDGED = pytest.StashKey[bool]()
_gives_scopes = pytest.StashKey[bool]()


def add_mode(parser: pytest.Parser) -> None:
    """Add the option and the key of the ini file."""
    group = parser.getgroup("recproxy")
    group.addoption(
        _OPTION,
        metavar="MODE",
        help="replay, record, live or auto, or vcrpy's word for one: the mode of every test, where pytest is not started "
        f"by `recproxy run` (default: {_KEY} of the ini file; without it, tests that ask for recordings get "
        "$RECPROXY_MODE, or replay).",
    )
    group.addoption(
        _REPORT_OPTION,
        metavar="FILE",
        action="append",
        default=[],
        help="write a report as `recproxy run --report` does, where pytest is not started by it; can be repeated "
        f"(default: {_REPORT_KEY} of the ini file).",
    )
    parser.addini(_REPORT_KEY, f"The reports of each session, where no {_REPORT_OPTION} names one.", "args", [])
    parser.addini(_KEY, f"The mode of every test, where neither {_OPTION} nor a run says one.", default="")


def named_mode(config: pytest.Config, *, run: bool) -> str:
    """The mode that pytest was given for every test, empty where none; in a `run` the ini file has no say."""
    named: str = config.getoption(_OPTION) or ("" if run else config.getini(_KEY))
    return named


def early_mode(config: pytest.Config) -> str:
    """The mode that pytest was given for every test outside of a run, before it has read all of its options."""
    named: str = config.known_args_namespace.recproxy_mode or config.getini(_KEY)
    return named


def gives_scopes(config: pytest.Config) -> bool:
    """Whether every test gets a scope outside of a run: a mode that pytest was given does that.

    Under a bridge the option is about its cassettes, too: in a project that has no profiles it is about them alone.
    """
    if _gives_scopes not in config.stash:
        is_about_tests = bool(config.getini(_KEY)) or BRIDGED not in config.stash or has_profiles(config)
        config.stash[_gives_scopes] = is_about_tests and bool(named_mode(config, run=False))
    return config.stash[_gives_scopes]


def has_profiles(config: pytest.Config) -> bool:
    """Whether the project has profiles to run; a project that cannot be read counts, for its run says what is wrong."""
    from recproxy.config.project import find_project  # noqa: PLC0415 - a mode was named
    from recproxy.errors import RecproxyError  # noqa: PLC0415 - a mode was named

    try:
        return bool(find_project(config.rootpath).default_profiles())
    except RecproxyError:
        return True


def suite_words(config: pytest.Config) -> dict[str, Any]:
    """What a suite is made with that comes of the call of pytest: its words, its reports, and how it would record."""
    return {
        **server_words(config),
        "instead_of": _typed_paths(config),
        # A bridge needs no profile, and a run needs one. In a run nobody starts another.
        "any_host": BRIDGED in config.stash and not os.environ.get("RECPROXY_CONTROL") and not has_profiles(config),
    }


def server_words(config: pytest.Config) -> dict[str, Any]:
    """What a run that pytest starts is told about the call of pytest: its reports, and how it would record."""
    return {"record_command": _recording_command(config), "options": _serve_options(config)}


def _serve_options(config: pytest.Config) -> list[str]:
    """The options of `recproxy serve` for the reports that are asked for."""
    named: list[str] = config.known_args_namespace.recproxy_report
    folder = config.invocation_params.dir if named else config.rootpath
    words = named or config.getini(_REPORT_KEY)
    return [part for word in words for part in ("--report", word if word == _GITHUB else str(folder / word))]


def _recording_command(config: pytest.Config) -> str:
    """The same call of pytest, as it records: what messages name where no run has started pytest."""
    words = list(getattr(config, "workerinput", {}).get("mainargv", ("", *config.invocation_params.args)))[1:]
    kept = [
        word
        for before, word in zip(("", *words), words, strict=False)
        if not word.startswith(_OPTION) and before != _OPTION
    ]
    from recproxy.control.record_commands import NODE_WORD  # noqa: PLC0415 - a test has a scope

    return f"{shlex.join(['pytest', f'{_OPTION}=record', *map(str, kept)])} {NODE_WORD}"


def _typed_paths(config: pytest.Config) -> tuple[str, ...]:
    """The words of the call of pytest that name files, folders or tests."""
    workerinput = getattr(config, "workerinput", None)
    if workerinput is None and config.args_source is not pytest.Config.ArgsSource.ARGS:
        return ()  # they are those of `testpaths`, and a word like one of them is the value of an option
    words = (workerinput or {}).get("mainargv") or config.invocation_params.args
    return tuple(word for word in map(str, words) if word in config.args)


def check_mode_option(config: pytest.Config, *, run: bool) -> None:
    """Refuse a mode that is unknown, or that is not the mode of the run that pytest is in.

    Raises:
        pytest.UsageError: one line.
    """
    word = named_mode(config, run=run)
    if not word:
        return
    from recproxy.control.modes import MODES, VCRPY_MODES, mode_named  # noqa: PLC0415 - a mode was named

    said = f"{_OPTION}={word}" if config.getoption(_OPTION) else f"{_KEY} = {word}"
    mode = mode_named(word)
    if mode is None:
        raise pytest.UsageError(
            f"{said}: unknown mode: use {', '.join(MODES)}, or vcrpy's names {', '.join(VCRPY_MODES)}"
        )
    of_run = os.environ.get("RECPROXY_MODE")
    if run and mode != of_run:
        raise pytest.UsageError(f"{said}: this runs in mode {of_run}: give `recproxy run` the mode")
