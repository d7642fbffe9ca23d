"""`recproxy env`: what programs of other containers and machines need to reach a run."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import click

from recproxy.cli.environment_formats import (
    CA_FILES,
    ENVIRONMENT_FORMATS,
    elsewhere,
    file_name,
    github_masks,
    written_as,
)
from recproxy.cli.verb import Verb
from recproxy.control.variables import CA, CONTROL
from recproxy.errors import ConfigurationError

__all__ = ["env"]

#: Where the files are mounted, unless the user says otherwise.
_MOUNT = "/recproxy"
_LARGEST_LINE = 1 << 22  # bytes: what is larger is no line of `serve`


@click.command(cls=Verb, example="recproxy env --format dotenv --folder shared --mount /recproxy", page="containers")
@click.option(
    "--format",
    "form",
    type=click.Choice(ENVIRONMENT_FORMATS),
    default="sh",
    show_default=True,
    metavar="FORMAT",
    help="sh, dotenv, json, compose, k8s or github.",
)
@click.option(
    "--run",
    "line",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The line that `recproxy serve` has printed. Default: the run that this command is started in.",
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write the variables and the certificates into a folder, for others to mount.",
)
@click.option("--mount", metavar="PATH", help="Where the others see that folder. Default: --folder, or /recproxy.")
@click.option(
    "--direct",
    multiple=True,
    metavar="HOST",
    help="A host that they reach without the run, such as the application. Can be repeated.",
)
@click.option(
    "--service",
    "services",
    multiple=True,
    metavar="NAME",
    help="With --format compose: a service that gets the variables. Can be repeated.",
)
def env(
    form: str,
    line: Path | None,
    folder: Path | None,
    mount: str | None,
    direct: tuple[str, ...],
    services: tuple[str, ...],
) -> None:
    """Print the environment of a run for programs in other containers or on other machines.

    It holds the token of the run: whoever reads it can use the run while it lasts.
    """
    if services and form != "compose":
        raise click.UsageError("--service is for --format compose")
    if form == "compose" and not services:
        raise click.UsageError("--format compose needs --service NAME, once for each service that gets the variables")
    for host in direct:
        if not host or any(sign in host for sign in ",=\n\r"):
            raise click.UsageError(f"--direct {host!r} is no host")
    given = _read_line(line) if line is not None else _inherited()
    place = (mount or (str(folder.absolute()) if folder else _MOUNT)).rstrip("/")
    variables = elsewhere(given, place, direct)
    files = _authorities(given)
    text = written_as(form, variables, services=services, files=files)
    if form == "github":
        click.echo(github_masks(variables), nl=False, err=True)
    if folder is None:
        click.echo(text, nl=False)
        return
    _write(folder, file_name(form), text, files)


def _inherited() -> dict[str, str]:
    """The run that this process is in, from its own environment: the run has set what the run's command has."""
    if not os.environ.get(CONTROL):
        raise ConfigurationError(
            "this is started in no run: name the line of `recproxy serve` with --run FILE, or call "
            "`recproxy run --listen ADDRESS ... -- recproxy env`"
        )
    from recproxy.client.address import Address
    from recproxy.control.variables import DEFAULT_LANE, LANE, TOKEN

    address = Address(os.environ[CONTROL], os.environ.get(TOKEN, ""))
    try:
        return address.environment(os.environ.get(LANE) or DEFAULT_LANE)
    finally:
        address.close()


def _read_line(path: Path) -> dict[str, str]:
    problem = ConfigurationError(f"{path}: it is no line of `recproxy serve`: write what that prints into a file")
    try:
        with path.open("rb") as file:
            value = json.loads(file.read(_LARGEST_LINE))
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise problem from None
    variables = value.get("environment") if isinstance(value, dict) else None
    if not isinstance(variables, dict) or CONTROL not in variables:
        raise problem
    if not all(isinstance(each, str) for each in variables.values()):
        raise problem
    return variables


def _authorities(variables: Mapping[str, str]) -> dict[str, str]:
    """The texts of CA_FILES, from where the run has them."""
    texts = {}
    for name, variable in zip(CA_FILES, ("SSL_CERT_FILE", CA), strict=True):
        path = Path(variables.get(variable, ""))
        try:
            texts[name] = path.read_text(encoding="ascii", errors="replace")
        except OSError as problem:
            raise ConfigurationError(
                f"{path}: the certificates of the run cannot be read: {problem.strerror}: is the run still up, on this machine?"
            ) from None
    return texts


def _write(folder: Path, name: str, text: str, files: Mapping[str, str]) -> None:
    """Write the files; what holds the token is readable for the user only."""
    from recproxy.play.file_replacement import replace_file

    for each, content in files.items():
        replace_file(folder / each, content.encode(), root=folder)
    (folder / name).unlink(missing_ok=True)
    mask = os.umask(0o077)
    try:
        replace_file(folder / name, text.encode(), root=folder)
    finally:
        os.umask(mask)
