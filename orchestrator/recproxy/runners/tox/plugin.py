"""The hooks that tox calls, and what is held between them: a run for each environment whose commands are running.

Environments run side by side in threads of one process (`tox -p`), so all is kept by name or by thread.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from tox.config.loader.memory import MemoryLoader
from tox.config.main import Config
from tox.config.sets import ConfigSet, EnvConfigSet
from tox.config.types import Command
from tox.execute import Outcome
from tox.plugin import impl
from tox.session.state import State
from tox.tox_env.api import ToxEnv
from tox.tox_env.errors import Fail, Skip
from tox.tox_env.runner import RunToxEnv

from recproxy.control.pytest_commands import is_pytest
from recproxy.control.variables import CONTROL, RECORD_COMMAND, SHOWN_FROM
from recproxy.errors import ControlError
from recproxy.runners.arguments import VERIFY, Arguments, mode_options, split_arguments, verify_words
from recproxy.runners.credentials import missing_credentials
from recproxy.runners.tox.interruptions import Interruptions
from recproxy.runners.tox.isolated_commands import prefix_commands, release_commands
from recproxy.runners.tox.naming import is_named
from recproxy.runners.tox.proving import prove_instead
from recproxy.runners.tox.served import Served
from recproxy.runners.tox.settings import (
    OFF,
    ToxSettings,
    define,
    generate,
    is_overridden,
    recording_call,
    settings_of,
)

__all__ = ["Plugin", "plugin"]

#: `tox exec`: what stands behind `--` is the command itself.
_EXEC = ("exec", "e")
#: Of a command that ended by itself.
_LAST_CODE = 128
#: What the run needs of a CI service, whatever pass_env says: CI makes auto replay, the others are for its reports.
_ALWAYS_PASSED = ("CI", "CI_PROJECT_DIR", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE", "RECPROXY_SHARD")
#: A report that is no file.
_GITHUB = "github"
#: The verbs of tox that run commands; `legacy` is that of plain `tox`.
_RUNNING = (*_EXEC, "run", "r", "run-parallel", "p", "legacy", "le")


class Plugin:
    """What tox knows of us; one for the process."""

    def __init__(self) -> None:
        self._config: Config | None = None
        self._runs: dict[str, Served] = {}
        self._interruptions = Interruptions()
        self._thread = threading.local()

    # Before 4.29 tox knows no such hook: it then has no generated environments, and everything else works.
    @impl(optionalhook=True)
    def tox_extend_envs(self) -> Iterable[str]:
        """Our environments' names, asked for after the configuration is there."""
        self._config = None

        def names() -> Iterator[str]:
            if self._config is not None:
                yield from generate(self._config)

        return names()

    @impl
    def tox_add_core_config(self, core_conf: ConfigSet, state: State) -> None:
        """Make the positional words of an environment those that are the command's."""
        self._config = config = state.conf
        self._interruptions.begin()
        posargs = config.pos_args

        def command_words(to_path: Path | None, **options: bool) -> tuple[str, ...] | None:
            words = posargs(to_path, **options)  # which it takes differs between versions of tox
            skip: int = getattr(self._thread, "skip", 0)
            if words is None or not skip:
                return words
            return words[skip:] or (() if words[skip - 1] == "--" else None)

        config.pos_args = command_words  # type: ignore[method-assign] # tox has no hook for it

    @impl
    def tox_add_env_config(self, env_conf: EnvConfigSet, state: State) -> None:
        """Add our keys to an environment."""
        define(env_conf)

    @impl
    def tox_on_install(self, tox_env: ToxEnv, arguments: object, section: str, of_type: str) -> None:
        """Check what the commands will need before anything is installed for them, which may take minutes.

        Raises:
            Fail: a key, an argument or a credential is wrong or missing; one line.
            Skip: see tox_before_run_commands.
        """
        options = tox_env.options
        will_run = getattr(options, "command", "") in _RUNNING and not getattr(options, "no_test", False)
        if not will_run or not isinstance(tox_env, RunToxEnv):
            return
        settings = self._settings(tox_env)
        if settings is None:
            return
        words = self._words(tox_env, settings)
        self._thread.skip = 0
        chosen = (words.profiles or settings.profiles) if settings.mode in ("record", "live", VERIFY) else ()
        asked = {settings.mode: chosen, "record": (*settings.recorded, *(chosen if settings.mode == "record" else ()))}
        environment = tox_env.environment_variables
        if line := missing_credentials(_folder(tox_env), asked, environment):
            raise Fail(f"recproxy: {line}{_not_passed(line, environment)}")

    @impl
    def tox_before_run_commands(self, tox_env: ToxEnv) -> None:
        """Start the run of an environment, after all installs, and give its variables to the commands.

        Raises:
            Fail: it cannot be; one line.
            Skip: it asks real services, and this call of tox does not name it.
        """
        settings = self._settings(tox_env)
        if settings is None:
            return
        self._interruptions.watch(tox_env)
        words = self._words(tox_env, settings)
        if settings.mode == VERIFY:
            _verify_instead(tox_env, settings, words)
            return
        options = mode_options(settings.mode, settings.profiles, words.profiles or settings.profiles, settings.recorded)
        # What the commands get, since credentials and PYTHONPATH are looked for there.
        passed = {name: os.environ[name] for name in _ALWAYS_PASSED if name in os.environ}
        ours = {RECORD_COMMAND: recording_call(tox_env.conf), SHOWN_FROM: str(Path.cwd())}
        environment = passed | tox_env.environment_variables | ours
        for report in _report_files(tox_env, settings):
            options += ["--report", report]
        python, whose = _interpreter(tox_env)
        if settings.proves:
            isolate = {None: (), True: ("--isolate",), False: ("--no-isolate",)}[settings.isolate]
            prove_instead(tox_env, python, (*options, *isolate), passed | ours)
            return
        options.append({None: "--isolate-as-project", True: "--isolate", False: "--no-isolate"}[settings.isolate])
        if any(is_pytest(command.args) for command in tox_env.conf["commands"]):
            options.append("--pytest")
        try:
            run = Served(python, options, folder=_folder(tox_env), environment=environment, ended=tox_env.interrupt)
        except (ControlError, OSError) as problem:
            raise Fail(f"recproxy: {problem}{_not_passed(str(problem), environment)} (recproxy of {whose})") from None
        self._runs[tox_env.conf.name] = run
        tox_env.conf["set_env"].update(run.environment, override=True)
        if run.prefix:
            prefix_commands(tox_env.executor, run.prefix)

    @impl(trylast=True)
    def tox_after_run_commands(self, tox_env: ToxEnv, exit_code: int, outcomes: list[Outcome]) -> None:
        """End the run, print its report, and fail an environment whose commands passed but missed something.

        Raises:
            SystemExit: with the run's own code: 3 for a miss, 4 for a proxy that died.
        """
        # A negative code is a signal, and so is one above 128, as a shell has it; no outcome: nothing was run.
        ran = bool(outcomes) and 0 <= exit_code <= _LAST_CODE
        code = self._end(tox_env, passed=exit_code == Outcome.OK, ran=ran)
        if code == 4 or (code and exit_code == Outcome.OK):
            raise SystemExit(code)

    @impl
    def tox_env_teardown(self, tox_env: ToxEnv) -> None:
        """End a run that is still there: the hook after the commands was not reached."""
        self._end(tox_env, passed=False, ran=False)
        self._interruptions.end(tox_env.conf.name)

    def _settings(self, tox_env: ToxEnv) -> ToxSettings | None:
        """The settings of an environment that may run now; None where it has nothing to do with recproxy."""
        settings = settings_of(tox_env.conf)
        if settings.mode == OFF:
            return None
        asks = settings.mode != "replay" or bool(settings.recorded)
        if asks and not is_named(tox_env.conf.name, tox_env.options) and not is_overridden(tox_env.conf):
            raise Skip(
                f"recproxy: {tox_env.conf.name} asks real services, so it runs only when it is named: "
                f"tox -e {tox_env.conf.name}"
            )
        if os.environ.get(CONTROL):
            raise Fail(f"recproxy: this already runs under recproxy ({CONTROL} is set): call tox without it")
        return settings

    def _end(self, tox_env: ToxEnv, *, passed: bool, ran: bool) -> int:
        self._thread.skip = 0
        run = self._runs.pop(tox_env.conf.name, None)
        if run is None:
            return 0
        code, report = run.stop(passed=passed, ran=ran)
        release_commands(tox_env.executor)
        stream = tox_env.log_handler.stderr
        stream.write(report)
        stream.flush()
        return code

    def _words(self, tox_env: ToxEnv, settings: ToxSettings) -> Arguments:
        """The arguments after `--`, split. From now on this thread's commands see only their own."""
        posargs = (self._config.pos_args(None) if self._config is not None else None) or ()
        if getattr(tox_env.options, "command", "") in _EXEC:
            return Arguments(profiles=(), command=posargs)
        try:
            words = split_arguments(posargs, settings.profiles, f"tox -e {tox_env.conf.name}")
        except ValueError as problem:
            raise Fail(f"recproxy: {problem}") from None
        if words.profiles and settings.mode == "auto":
            raise Fail("recproxy: mode auto is that of all profiles: name none, or use record")
        self._thread.skip = len(posargs) - len(words.command)
        return words


def _report_files(tox_env: ToxEnv, settings: ToxSettings) -> list[str]:
    root = tox_env.core["tox_root"]
    return [report if report == _GITHUB else str(Path(root, report)) for report in settings.reports]


def _verify_instead(tox_env: ToxEnv, settings: ToxSettings, words: Arguments) -> None:
    """Have `recproxy verify` take the place of the commands, of which tox has read none yet."""
    python, _ = _interpreter(tox_env)
    chosen = words.profiles or settings.profiles
    command = [python, "-P", "-m", "recproxy", *verify_words(chosen, words.command, _report_files(tox_env, settings))]
    instead = MemoryLoader(commands=[Command(command)], commands_pre=[], commands_post=[], allowlist_externals=[python])
    tox_env.conf.loaders.insert(0, instead)


def _interpreter(tox_env: ToxEnv) -> tuple[str, str]:
    """Whose recproxy holds the run: the environment's where it has one, since tests speak to it; else tox's own."""
    conf = tox_env.conf
    if "env_bin_dir" in conf and "env_python" in conf and (Path(conf["env_bin_dir"]) / "recproxy").exists():
        return str(conf["env_python"]), f"the environment {conf.name}"
    return sys.executable, "tox's own environment"


def _folder(tox_env: ToxEnv) -> Path:
    """Where the project is looked for upwards: the commands' folder, or the root where that is elsewhere."""
    root, folder = Path(tox_env.core["tox_root"]), Path(tox_env.conf["change_dir"])
    return folder if folder.is_dir() and folder.resolve().is_relative_to(root.resolve()) else root


def _not_passed(problem: str, environment: dict[str, str]) -> str:
    """A hint where what is missing is set, and tox keeps it from the environment."""
    words = problem.replace(",", " ").replace(";", " ").split()
    kept = [word for word in words if os.environ.get(word) and not environment.get(word)]
    return f"; set outside, but not passed: name {', '.join(kept)} in pass_env" if kept else ""


plugin = Plugin()
