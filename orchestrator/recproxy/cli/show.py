"""`recproxy show`: prints a recording with numbers, colours and a pager."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from recproxy.recording import Headers, Interaction, Request, Response

__all__ = ["show"]


@click.command()
@click.option("--pager/--no-pager", default=True, help="Use a pager on a terminal.")
@click.argument("file", type=click.Path())
def show(pager: bool, file: str) -> None:
    """Print the interactions of FILE, with readable bodies."""
    from rich.console import Console

    from recproxy.play.library import read_recording

    recording = read_recording(file)
    console = Console(soft_wrap=True)
    if pager and sys.stdout.isatty():
        with console.pager(styles=True):
            _print(console, recording.interactions)
    else:
        _print(console, recording.interactions)


def _print(console: object, interactions: tuple[Interaction, ...]) -> None:
    from rich.console import Console
    from rich.text import Text

    assert isinstance(console, Console)
    for number, interaction in enumerate(interactions, 1):
        request, response = interaction.request, interaction.response
        scope = f"  {interaction.scope}" if interaction.scope else ""
        when = f"  {interaction.recorded}" if interaction.recorded else ""
        line = f"  line {interaction.line}" if interaction.line else ""  # another tool's file is read without lines
        console.print(Text(f"#{number}{line}{scope}{when}", style="dim"))
        console.print(Text(f"{request.method} {request.url}", style="bold cyan"))
        _block(console, request)
        status = f"{response.status} {response.reason.decode('latin-1')}"
        console.print(Text(status, style="bold green" if response.status < 400 else "bold red"))
        _block(console, response)


def _block(console: object, block: Request | Response) -> None:
    from rich.console import Console
    from rich.text import Text

    assert isinstance(console, Console)
    for name, value in block.headers:
        line = Text(f"  {name.decode('latin-1')}: ", style="dim")
        line.append(value.decode("utf-8", "replace"), style="default")
        console.print(line)
    if block.body:
        console.print()
        _body(console, block.headers, block.body)
    console.print()


def _body(console: object, headers: Headers, body: bytes) -> None:
    import json

    from rich.console import Console
    from rich.json import JSON
    from rich.text import Text

    assert isinstance(console, Console)
    kind = next((value for name, value in headers if name.lower() == b"content-type"), b"").lower()
    if b"json" in kind:
        try:
            console.print(JSON(body.decode(), indent=2))
        except (UnicodeDecodeError, json.JSONDecodeError):
            pass
        else:
            return
    try:
        console.print(Text(body.decode()))
    except UnicodeDecodeError:
        console.print(Text(f"({len(body)} bytes, not text)", style="dim"))
