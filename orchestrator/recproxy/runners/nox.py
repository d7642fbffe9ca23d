"""Sessions for a noxfile: one body, run once per mode.

Imports nothing but the standard library and nox. The command is started by `recproxy run` from the session's own
environment, so that installs never see the variables a test sees.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import nox
from nox import registry

from recproxy.control.pytest_commands import is_pytest, is_unittest
from recproxy.control.record_commands import KEYWORD_WORD, PROFILE_WORD
from recproxy.control.variables import RECORD_COMMAND
from recproxy.runners import nox_checks, nox_selection
from recproxy.runners.arguments import SESSION_MODES, VERIFY, Arguments, mode_options, split_arguments, verify_words
from recproxy.runners.credentials import missing_credentials

__all__ = ["FunctionalRun", "functional_sessions"]

#: After Ctrl-C: nox allows 0.3 seconds, too little for a suite to tear down.
_INTERRUPT_SECONDS = 3.0
#: After SIGTERM: longer than `recproxy run` gives its command, so that it can still write recordings.
_TERMINATE_SECONDS = 15.0

#: In the name of a report: the name of the session.
_SESSION_WORD = "{session}"

_Body = TypeVar("_Body", bound=Callable[..., None])


class FunctionalRun:
    """What a session's body gets: the command to run under recproxy, and the words meant for it.

    `mode` is the session's, `chosen` the profiles that get it, `args` the words for the test command.
    """

    def __init__(
        self,
        session: nox.Session,
        mode: str,
        profiles: Sequence[str],
        words: Arguments,
        *,
        isolate: bool | None = None,
        record_command: str = "",
        reports: Sequence[str] = (),
        proves: bool = False,
    ) -> None:
        self._session = session
        self._record_command = record_command
        self._isolate = isolate
        self._reports = reports
        self._proves = proves
        self._is_verified = False
        self._profiles = tuple(profiles)
        self.mode = mode
        self.chosen = words.profiles or self._profiles
        self._words = words.command
        self._takes_words = False

    @property
    def args(self) -> tuple[str, ...]:
        """The words for the test command."""
        self._takes_words = True
        return self._words

    def run(self, *command: str, **options: Any) -> Any:
        """Run a command under `recproxy run`; options are those of `session.run`.

        In mode verify, `recproxy verify` runs in the place of the first command, and others are left out.
        """
        # On Ctrl-C nox kills what has not ended in half a second: too soon for a suite to tear down and be saved.
        options.setdefault("interrupt_timeout", _INTERRUPT_SECONDS)
        options.setdefault("terminate_timeout", _TERMINATE_SECONDS)
        own = ["recproxy"]
        if not self._finds_recproxy():  # a Python before 3.11, say: the one next to nox starts the command
            own = [sys.executable, "-P", "-m", "recproxy"]
            options.setdefault("external", True)
        variables = {RECORD_COMMAND: self._recording(command), **(options.pop("env", None) or {})}
        if self.mode == VERIFY:
            if self._is_verified:
                self._session.log(f"left out: {shlex.join(command)}")
                return None
            self._is_verified = True
            words = verify_words(self.chosen, self._words, self._report_files())
            return self._session.run(*own, *words, env=variables, **options)
        return self._session.run(*own, *self._prefix(), *command, env=variables, **options)

    def _recording(self, command: Sequence[str]) -> str:
        """The call of nox that records; where the body passes words on, also one test."""
        words = [str(word) for word in command]
        chooses = self._takes_words and (is_pytest(words) or is_unittest(words))
        return f"{self._record_command} -- {KEYWORD_WORD}" if chooses else self._record_command

    def _finds_recproxy(self) -> bool:
        path = (*(self._session.bin_paths or ()), self._session.env.get("PATH") or os.environ.get("PATH", ""))
        return shutil.which("recproxy", path=os.pathsep.join(path)) is not None

    def _report_files(self) -> list[str]:
        name = re.sub(r"[^\w.-]+", "-", self._session.name).strip("-")
        return [report.replace(_SESSION_WORD, name) for report in self._reports]

    def _prefix(self) -> list[str]:
        isolate = {None: (), True: ("--isolate",), False: ("--no-isolate",)}[self._isolate]
        reports = [word for report in self._report_files() for word in ("--report", report)]
        prove = ("--prove",) if self._proves and self.mode == "record" else ()
        return ["run", *isolate, *reports, *mode_options(self.mode, self._profiles, self.chosen), *prove, "--"]


def functional_sessions(*profiles: str, **options: Any) -> Callable[[_Body], _Body]:
    """Make sessions `NAME-replay`, ... out of one body `NAME(session, recproxy)`.

    Leading words that are profile names choose which profiles get the session's mode; the first word that begins
    with `-`, or `--`, begins the command's words. Options are those of `nox.session`. `@nox.parametrize` stands below
    this decorator, and the body then takes its parameters after `recproxy`.

    The sessions that ask real services run only when they are named: by `nox -s`, by their own tag
    `functional-MODE`, by `nox.options.sessions`, or by `session.notify`. `default=True`, your own tags, the tag
    `functional`, and `nox -k` select the replaying session alone.

    Args:
        profiles: the service profiles of the suite, by name.
        options: `python`, `reuse_venv`, ... for every session; `tags` and `default` for the replaying one. `isolate`
            is as `recproxy run` has it: True or False go before what the project says. `sets` are the credentials
            that the body itself sets for its command; all others must be there before anything is installed. `report`
            is a file for `recproxy run --report`, or a list of them; `{session}` in it is the name of the session. With
            `prove` the recording session runs its commands with `--prove`.

    Raises:
        ValueError: no profile, or a session of that name exists.
        SystemExit: this nox is too old to keep a session from running by default.
    """
    nox_selection.check_nox_version()
    if not profiles or not all(isinstance(profile, str) for profile in profiles):
        raise ValueError('name the profiles of the suite: @functional_sessions("twitter", "bitly")')

    def register(body: _Body) -> _Body:
        for mode in SESSION_MODES:
            _register(body, mode, profiles, dict(options))
        return body

    return register


def _register(body: Callable[..., None], mode: str, profiles: Sequence[str], options: dict[str, Any]) -> None:
    base = str(options.pop("name", None) or body.__name__).replace("_", "-")
    name = f"{base}-{mode}"
    if mode == VERIFY and name in registry.get():  # a session that was there before recproxy had this one
        return
    if name in registry.get():
        raise ValueError(f"session {name!r} exists already: give the function another name, or pass name=...")
    isolate = options.pop("isolate", None)
    sets = tuple(options.pop("sets", ()))
    proves = bool(options.pop("prove", False))
    report = options.pop("report", ())
    reports = (report,) if isinstance(report, str) else tuple(report)
    own = [*options.pop("tags", ()), "functional"]
    tags = [*(own if mode == "replay" else ()), f"functional-{mode}"]
    default = options.pop("default", True) and mode == "replay"

    def session_body(session: nox.Session, **parameters: Any) -> None:
        try:
            words = split_arguments(session.posargs, profiles, f"nox -s {name}")
        except ValueError as problem:
            session.error(str(problem))
        if hasattr(body, "parametrize") and not hasattr(session_body, "parametrize"):
            session.error("@nox.parametrize is above @functional_sessions and has no effect there: put it below")
        record = shlex.quote(f"{base}-record{session.name.removeprefix(name)}")
        command = f"nox -s {record} -- {PROFILE_WORD}"
        run = FunctionalRun(
            session,
            mode,
            profiles,
            words,
            isolate=isolate,
            record_command=command,
            reports=reports,
            proves=proves,
        )
        body(session, run, **parameters)

    # nox looks at a function's own attributes for @nox.parametrize, and at its signature for a parameter `python`.
    session_body.__dict__.update(body.__dict__)
    session_body.__dict__["__wrapped__"] = body
    nox_checks.check_before_installing(
        session_body, lambda words: _check(split_arguments(words, profiles, f"nox -s {name}"), mode, profiles, sets)
    )
    session_body.__name__ = name
    session_body.__doc__ = _description(body, mode)
    if mode != "replay":
        nox_selection.only_by_name(session_body, tag=f"functional-{mode}")
    nox.session(name=name, tags=list(dict.fromkeys(tags)), default=default, **options)(session_body)


def _check(words: Arguments, mode: str, profiles: Sequence[str], sets: Sequence[str]) -> None:
    """Refuse a session that asks real services, and whose command will lack their credentials."""
    asked = {mode: words.profiles or profiles} if mode != "replay" else {}
    environment = {**os.environ, **dict.fromkeys(sets, "set by the body")}
    if line := missing_credentials(Path.cwd(), asked, environment):
        raise ValueError(f"{line}; name those that the session sets itself in sets=[...] of functional_sessions")


def _description(body: Callable[..., None], mode: str) -> str:
    first = (body.__doc__ or "").strip().partition("\n")[0].rstrip(".")
    how = {
        "replay": "answered from recordings",
        "record": "the real services, recorded",
        "live": "the real services, nothing written",
        VERIFY: "not run; compares the recordings with the real services, nothing written",
    }[mode]
    return f"{first}: {how}." if first else f"Functional tests, {how}."
