"""`recproxy init`: a project's beginning. Never overwrites, and says what it did."""

from __future__ import annotations

import shlex
import sys
import tomllib
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from recproxy.cli.init_questions import RUNNERS
from recproxy.cli.verb import Verb

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping
    from pathlib import Path

    from recproxy.cli.starter import Starter
    from recproxy.config.project import Project

__all__ = ["init"]


@click.command(cls=Verb, example="recproxy init --runner nox --profile shop=api.shop.example", page="add-a-service")
@click.option("--runner", type=click.Choice(RUNNERS), metavar="RUNNER", help="The test runner: nox, tox or none.")
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    metavar="P",
    help="An installed profile, or NAME=HOST for your own service. Can be repeated.",
)
@click.option(
    "--requirement",
    "requirements",
    multiple=True,
    metavar="LINE",
    help="A line of a requirements file, written as it is, such as recproxy==0.2.0 or --find-links=wheels. Can be repeated.",
)
@click.option("--fold", is_flag=True, help="Fold recordings in reviews: add linguist-generated to .gitattributes.")
@click.option("--yes", is_flag=True, help="Ask nothing, and use the defaults for this folder.")
def init(runner: str | None, profiles: tuple[str, ...], requirements: tuple[str, ...], fold: bool, yes: bool) -> None:
    """Set up this folder: configuration, a file for the test runner, a line for git, and a first test that passes.

    With the first test, plain pytest is set to replay. On a terminal, it asks for what the options leave open. It keeps
    existing files, and prints what to add to them.
    """
    from pathlib import Path

    from recproxy.cli.found_suite import find_suite
    from recproxy.cli.init_configuration import check_folder
    from recproxy.cli.init_questions import ask_profiles, ask_runner, choose_profile
    from recproxy.cli.pytest_settings import settings_of_pytest
    from recproxy.cli.starter import Starter
    from recproxy.cli.test_requirements import test_requirements
    from recproxy.config.loopback_hosts import unreachable_notes
    from recproxy.config.project import find_project
    from recproxy.errors import ConfigurationError

    folder = Path.cwd()
    project = find_project(folder)
    check_folder(folder, project)
    asks = not yes and sys.stdin.isatty()
    if not asks and not yes and not (runner and profiles):
        raise ConfigurationError(
            "choose what to set up: pass --runner RUNNER and --profile P, or --yes for the defaults"
        )
    runner = runner or (ask_runner(_guess_runner(folder)) if asks else _guess_runner(folder))
    if asks and not profiles:
        chosen = ask_profiles(project)
    else:
        chosen = tuple(choose_profile(project, word) for word in dict.fromkeys(profiles or project.default_profiles()))
    if not chosen:
        raise ConfigurationError(
            "no profile is installed: install one, or define your own service with --profile NAME=HOST"
        )
    packaged = _is_package(folder)
    needs = test_requirements(folder, _pyproject(folder), packaged=packaged)
    suite = find_suite(folder, pytest_configured=bool(settings_of_pytest(folder)))
    starter = Starter(chosen=chosen, packaged=packaged, needs=needs, given=requirements, suite=suite)
    for note in unreachable_notes([each.profile for each in chosen if not each.host]):
        print(f"recproxy: note: {note}", file=sys.stderr)
    for line in _set_up(folder, project, starter, runner, fold=fold):
        print(f"recproxy: {line}", file=sys.stderr)


def _guess_runner(folder: Path) -> str:
    return "tox" if _tox_file(folder) and not (folder / "noxfile.py").exists() else "nox"


def _tox_file(folder: Path) -> str:
    """The file that configures tox here; empty where there is none."""
    for name in ("tox.toml", "tox.ini"):
        if (folder / name).exists():
            return name
    return "pyproject.toml" if "tox" in _tool(folder) else ""


def _tool(folder: Path) -> dict[str, object]:
    tool = _pyproject(folder).get("tool", {})
    return tool if isinstance(tool, dict) else {}


def _pyproject(folder: Path) -> Mapping[str, object]:
    """What pyproject.toml holds. Raises ConfigurationError where it is no TOML."""
    from recproxy.config.toml_files import read_toml
    from recproxy.errors import ConfigurationError

    path = folder / "pyproject.toml"
    return read_toml(path, ConfigurationError).values if path.exists() else {}


def _is_package(folder: Path) -> bool:
    return "build-system" in _pyproject(folder) or (folder / "setup.py").exists()


def _set_up(folder: Path, project: Project, starter: Starter, runner: str, *, fold: bool) -> Iterator[str]:
    """Write what is not there yet; a line for each thing that was done, or is left to do."""
    from recproxy.cli.git import set_up_git
    from recproxy.cli.init_configuration import configure

    yield from configure(folder, project, starter)
    lacks = yield from _runner(folder, starter, runner)
    yield from set_up_git(folder, folded=fold)
    yield from _first_test(folder, project, starter)
    if lacks:
        yield f"add to {lacks} what is shown above, then run it: {_command(starter, runner, 'replay')}"
        yield f"without that: {_command(starter, 'none', 'replay')}"
    else:
        if starter.suite.is_node:
            yield f"record first: {_command(starter, runner, 'record')}"
        yield f"run it: {_command(starter, runner, 'replay')}"


def _command(starter: Starter, runner: str, mode: str) -> str:
    """The command that runs the suite in a mode."""
    if runner != "none":
        return f"{runner} {'-s' if runner == 'nox' else '-e'} functional-{mode}"
    option = "--record" if mode == "record" else "--profile"
    return f"recproxy run {' '.join(f'{option} {name}' for name in starter.names)} -- {shlex.join(starter.suite.words)}"


def _runner(folder: Path, starter: Starter, runner: str) -> Generator[str, None, str]:
    """Make the runner's file; returns its name where it exists and has nothing of ours."""
    from recproxy.cli.tox_environments import rejected_environments

    if runner == "none":
        return ""
    name = "noxfile.py" if runner == "nox" else _tox_file(folder) or "tox.toml"
    texts = {
        "noxfile.py": starter.noxfile(),
        "tox.ini": starter.tox_ini(),
        "pyproject.toml": starter.tox("tool", "tox"),
    }
    path, text = folder / name, texts.get(name) or starter.tox()
    word = "functional_sessions" if runner == "nox" else "recproxy_profiles"
    if path.exists() and word in path.read_text(encoding="utf-8", errors="replace"):
        yield f"kept {name}, which has {word}"
        return ""
    lacks = name if path.exists() else ""
    yield from _make(path, text, folder)
    if runner == "tox":
        yield from (f"note: {name}: {problem}" for problem in rejected_environments(path))
    if starter.local and not lacks:
        places = ", ".join(starter.local)
        yield f"note: {name} installs from folders of this machine ({places}): change that before you commit it"
    if not lacks and starter.lacks_requirements:
        yield f"note: {name} installs only the test tools: add what your tests import, such as requests"
    return lacks


def _make(path: Path, text: str, root: Path) -> Iterator[str]:
    """Make a file below `root`; where it exists, say what it might get."""
    from recproxy.play.file_replacement import create_file

    if create_file(path, text.encode(), root=root):
        yield f"made {_shown(path)}"
    else:
        yield f"kept {path.name}, which exists; you can add:\n\n{_indented(text)}"


def _first_test(folder: Path, project: Project, starter: Starter) -> Iterator[str]:
    from recproxy.cli.found_suite import FIRST_TEST, PYTEST_SUITE

    if starter.suite.is_node:
        yield "made no first test for node: recproxy docs another-language gives each test a recording of its own"
        return
    tests = folder / starter.suite.first_in
    own = tests == folder / PYTEST_SUITE.first_in  # a folder for functional tests alone; else that of all tests
    is_there = any(any(tests.glob(each)) for each in (("**/test_*.py", "**/*_test.py") if own else (FIRST_TEST,)))
    first = starter.first_test()
    if is_there:
        yield f"kept the tests in {_shown(tests)}"
        if not starter.suite.is_unittest:
            yield from _pytest_advice(folder)
    elif first is None:
        yield f"made no first test: no HTTP endpoint of {' or '.join(starter.names)} has a host without *"
    else:
        text, place, recording = first
        yield from _make(tests / FIRST_TEST, text, folder)
        yield from _make(project.recordings / place, recording, project.recordings)
        if not starter.suite.is_unittest:
            yield from _pytest_mode(folder)


def _pytest_advice(folder: Path) -> Iterator[str]:
    """How plain pytest replays the tests that are there: among them may be some that must not."""
    from recproxy.cli.init_configuration import read_text
    from recproxy.cli.pytest_settings import KEY, NEW_FILE, NEW_TABLE, settings_of_pytest

    configured = settings_of_pytest(folder)
    if configured and KEY not in read_text(folder / configured):
        yield f'note: for plain pytest to replay every test, set {KEY} = "replay" in its settings, {configured}'
    elif not configured:
        name, text = (
            ("pyproject.toml", NEW_TABLE) if (folder / "pyproject.toml").is_file() else ("pytest.ini", NEW_FILE)
        )
        yield f"note: for plain pytest to replay every test, add to {name}:\n\n{_indented(text)}"


def _pytest_mode(folder: Path) -> Iterator[str]:
    """Have plain pytest, as an editor starts it, replay every test."""
    from recproxy.cli.init_configuration import read_text, replace_text, with_table
    from recproxy.cli.pytest_settings import KEY, NEW_FILE, NEW_TABLE, settings_of_pytest, with_mode

    done = f"so that plain pytest replays every test; remove {KEY} if it should not"
    configured = settings_of_pytest(folder)
    name = configured or "pyproject.toml"
    if not configured and not (folder / name).is_file():
        yield from (f"{line}, {done}" for line in _make(folder / "pytest.ini", NEW_FILE, folder))
        return
    before, after = read_text(folder / name), ""
    with suppress(tomllib.TOMLDecodeError):
        after = with_mode(name, before) if configured else with_table(before, NEW_TABLE)
    if KEY in before:
        yield f"kept {name}, which has {KEY}"
    elif after:
        yield from replace_text(folder / name, after, folder, f"added {KEY} to {name}, {done}")
    else:
        yield f'left {name} as it is: add {KEY} = "replay" to its settings of pytest, so that plain pytest replays'


def _shown(path: Path) -> str:
    from pathlib import Path

    folder = Path.cwd()
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines()) + "\n"
