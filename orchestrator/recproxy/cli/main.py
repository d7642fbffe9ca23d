"""The group of verbs, and how an error for the user becomes one line and an exit code."""

from __future__ import annotations

import atexit
import errno
import gc
import os
import sys
from typing import NoReturn

import click

from recproxy.cli.collecting import collecting_seldom
from recproxy.cli.streams import WORLD, mend_streams, shut_output
from recproxy.cli.verb import Verbs, set_quiet, set_verbose
from recproxy.errors import RecproxyError

__all__ = ["main"]

#: Where each verb is. Only the one that is asked for is imported, which is half of what a run imports before it begins.
_VERBS = {
    "check": "check:check",
    "completion": "completion:completion",
    "diff": "diff:diff",
    "docs": "docs:docs",
    "doctor": "doctor:doctor",
    "env": "env:env",
    "export": "export:export",
    "import": "import_recordings:import_recordings",
    "init": "init:init",
    "lsp": "lsp:lsp",
    "merge": "merge:merge_recordings",
    "mutate": "mutate:mutate",
    "mv": "mv:mv",
    "profiles": "profiles:profiles",
    "prune": "prune:prune",
    "pull": "pull:pull",
    "push": "push:push",
    "report": "report:reports",
    "run": "run:run",
    "scan": "scan:scan",
    "serve": "serve:serve",
    "show": "show:show",
    "status": "status:status",
    "ui": "ui:ui",
    "verify": "verify:verify",
}
#: Verbs of which nothing would be left.
_NEVER_QUIET = ("completion", "diff", "docs", "doctor", "env", "init", "lsp", "merge", "serve", "show", "status", "ui")


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from importlib import metadata

        click.echo(f"recproxy {metadata.version('recproxy')}")
        context.exit()


@click.group(
    cls=Verbs,
    places=_VERBS,
    context_settings={"help_option_names": ["-h", "--help"]},
    example="recproxy run --mode record -- pytest tests/functional",
)
@click.option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_version, help="Show the version.")
@click.option("-q", "--quiet", is_flag=True, help="Print only what is wrong.")
@click.option("-v", "--verbose", is_flag=True, help="Print progress where no terminal shows it, too.")
@click.option("--no-color", is_flag=True, help="Use no colors, as with the variable NO_COLOR.")
@click.pass_context
def _recproxy(context: click.Context, quiet: bool, verbose: bool, no_color: bool) -> None:
    """Run functional tests against recordings or the real services.

    `recproxy docs` shows the documentation.
    """
    if quiet and context.invoked_subcommand in _NEVER_QUIET:
        verb = context.invoked_subcommand
        raise click.UsageError(f"-q is not for `recproxy {verb}`, which prints only what it is asked for: leave it out")
    if quiet:
        set_quiet(context)
    if verbose:
        set_verbose(context)
    if no_color:
        os.environ["NO_COLOR"] = "1"


def main() -> None:
    """The command `recproxy`."""
    atexit.register(gc.freeze)  # else the interpreter looks through all objects at its end, only to give them up
    mend_streams()
    try:
        try:
            with collecting_seldom():  # imports make thousands of objects, and no garbage
                _recproxy(prog_name="recproxy")
        finally:
            sys.stdout.flush()
    except OSError as problem:
        if problem.errno == errno.ENAMETOOLONG:  # a word that was typed; names of our own are checked before
            _fail(f"{os.fsdecode(problem.filename or 'a name')}: is too long for a file's name: use a shorter one")
        if problem.errno not in WORLD:
            raise
        shut_output()
        where = f"{problem.filename}: " if problem.filename else ""
        print(f"recproxy: {where}{problem.strerror}: nothing more can be done here", file=sys.stderr)
        sys.exit(RecproxyError.exit_code)
    except RecproxyError as error:
        _fail(error.message, error.hint, code=error.exit_code)


def _fail(message: str, hint: str | None = None, *, code: int = RecproxyError.exit_code) -> NoReturn:
    from recproxy.recording.printable import printable

    print(printable(f"recproxy: {message}"), file=sys.stderr)
    if hint:
        print(printable(hint), file=sys.stderr)
    sys.exit(code)
