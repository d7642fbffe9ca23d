"""The group of verbs, and how an error for the user becomes one line and an exit code."""

from __future__ import annotations

import errno
import os
import sys
from typing import NoReturn

import click

from recproxy.cli.check import check
from recproxy.cli.completion import completion
from recproxy.cli.diff import diff
from recproxy.cli.docs import docs
from recproxy.cli.doctor import doctor
from recproxy.cli.env import env
from recproxy.cli.export import export
from recproxy.cli.import_recordings import import_recordings
from recproxy.cli.init import init
from recproxy.cli.lsp import lsp
from recproxy.cli.merge import merge_recordings
from recproxy.cli.mutate import mutate
from recproxy.cli.mv import mv
from recproxy.cli.profiles import profiles
from recproxy.cli.prune import prune
from recproxy.cli.pull import pull
from recproxy.cli.push import push
from recproxy.cli.report import reports
from recproxy.cli.run import run
from recproxy.cli.scan import scan
from recproxy.cli.serve import serve
from recproxy.cli.show import show
from recproxy.cli.status import status
from recproxy.cli.streams import WORLD, mend_streams, shut_output
from recproxy.cli.ui import ui
from recproxy.cli.verb import Verbs, set_quiet, set_verbose
from recproxy.cli.verify import verify
from recproxy.errors import RecproxyError

__all__ = ["main"]


#: Verbs of which nothing would be left.
_NEVER_QUIET = ("completion", "diff", "docs", "doctor", "env", "init", "lsp", "merge", "serve", "show", "status", "ui")


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from importlib import metadata

        click.echo(f"recproxy {metadata.version('recproxy')}")
        context.exit()


@click.group(
    cls=Verbs,
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


_recproxy.add_command(check)
_recproxy.add_command(init)
_recproxy.add_command(profiles)
_recproxy.add_command(completion)
_recproxy.add_command(diff)
_recproxy.add_command(docs)
_recproxy.add_command(doctor)
_recproxy.add_command(env)
_recproxy.add_command(export)
_recproxy.add_command(lsp)
_recproxy.add_command(merge_recordings)
_recproxy.add_command(import_recordings)
_recproxy.add_command(mutate)
_recproxy.add_command(mv)
_recproxy.add_command(prune)
_recproxy.add_command(pull)
_recproxy.add_command(push)
_recproxy.add_command(reports)
_recproxy.add_command(run)
_recproxy.add_command(scan)
_recproxy.add_command(serve)
_recproxy.add_command(show)
_recproxy.add_command(status)
_recproxy.add_command(ui)
_recproxy.add_command(verify)


def main() -> None:
    """The command `recproxy`."""
    mend_streams()
    try:
        try:
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
