"""`recproxy show`: prints recordings with numbers, colours and a pager, or their requests as curl commands."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recproxy.cli.verb import Verb
from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.counting import counted

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text as RichText

    from recproxy.recording import Headers, Interaction, Request, Response, Step

__all__ = ["show"]

_PLACE = lazy_pattern(r"(.+):([1-9][0-9]{0,8})")


@click.command(cls=Verb, example="recproxy show tests/functional/recordings/twitter/default.rec:3")
@click.option("--request", "only_requests", is_flag=True, help="Leave the responses out.")
@click.option("--curl", "as_curl", is_flag=True, help="Print each request as a curl command.")
@click.option("--pager/--no-pager", default=True, help="Use a pager on a terminal.")
@click.argument("words", nargs=-1, required=True, metavar="PATH...")
def show(only_requests: bool, as_curl: bool, pager: bool, words: tuple[str, ...]) -> None:
    """Print the interactions of recordings, with readable bodies.

    PATH is a file, a folder, or FILE:LINE for the interaction at that line, as misses and `recproxy check` name it. The
    line of a `:scope` means all interactions of that scope.
    """
    from recproxy.formats.curl_command import curl_command
    from recproxy.recording import as_told
    from recproxy.recording.printable import printable
    from recproxy.report.terminal import console_on

    files = [(path, _selected(path, line)) for path, line in _places(words)]

    def printed(console: Console) -> None:
        for path, interactions in files:
            if len(files) > 1 and not as_curl:
                console.print(printable(str(path)), style="bold", markup=False, highlight=False)
            for number, interaction in interactions:
                if as_curl and interaction.webhook is not None:
                    print(f"# {as_told(interaction).request.url}: a webhook, which no program of yours sends")
                elif as_curl and interaction.protocol:
                    print(
                        f"# {interaction.request.method} {interaction.request.url}: a conversation, which is no request"
                    )
                elif as_curl:
                    print(curl_command(interaction.request))
                else:
                    _print(console, number, interaction, with_response=not only_requests)

    if pager and not as_curl and sys.stdout.isatty():
        _paged(printed)
    else:
        printed(console_on(sys.stdout, soft_wrap=True))


def _paged(printed: Callable[[Console], None]) -> None:
    """Print through the user's pager: in colours only where it is `less` and shows them rather than their codes."""
    from recproxy.report.terminal import console_on

    os.environ.setdefault("LESS", "FRX")  # as git does
    pager = os.environ.get("MANPAGER") or os.environ.get("PAGER") or "less"
    is_less = Path(pager.split()[0]).name == "less"
    options = "".join(word for word in (*os.environ["LESS"].split(), *pager.split()[1:]) if not word.startswith("--"))
    console = console_on(sys.stdout, soft_wrap=True)
    with console.pager(styles=is_less and "r" in options.lower()):
        printed(console)


def _places(words: tuple[str, ...]) -> Iterator[tuple[Path, int | None]]:
    """The recordings that the words mean, each with the line named after it."""
    from recproxy.errors import ConfigurationError
    from recproxy.play.found_recordings import recordings_in

    for word in words:
        path, line = Path(word), None
        if not path.exists() and (place := _PLACE.fullmatch(word)) and Path(place[1]).is_file():
            path, line = Path(place[1]), int(place[2])
        found = recordings_in([path])
        if found.missing:
            raise ConfigurationError(f"{word}: no such file or folder")
        if not found.paths:
            raise ConfigurationError(f"{word}: no recordings in this folder")
        yield from ((each, line) for each in found.paths)


def _selected(path: Path, line: int | None) -> list[tuple[int, Interaction]]:
    """The interactions of a file with their numbers from 1, or the one that a line belongs to."""
    from recproxy.errors import ConfigurationError
    from recproxy.play.reading import read_bytes, read_recording
    from recproxy.recording.counting import counted

    numbered = list(enumerate(read_recording(str(path)).interactions, 1))
    if line is None:
        return numbered
    if any(not interaction.line for _, interaction in numbered):
        raise ConfigurationError(f"{path}:{line}: files of other tools are read without lines: name the file alone")
    lines = read_bytes(path).removesuffix(b"\n").split(b"\n")
    if line > len(lines):
        raise ConfigurationError(f"{path}:{line}: the file has {counted(len(lines), 'line')}")
    if above := _below_head(lines, line, numbered):
        return above
    before = [each for each in numbered if each[1].line <= line]
    if not before:
        raise ConfigurationError(f"{path}:{line}: no interaction begins at or above this line")
    return before[-1:]


def _below_head(
    lines: list[bytes], line: int, numbered: list[tuple[int, Interaction]]
) -> list[tuple[int, Interaction]]:
    """What a line above a request line is about: `:scope` all that this scope recorded, others the request."""
    from recproxy.play.block_starts import block_start

    for each in numbered:
        _, interaction = each
        if block_start(lines, interaction.line) < line < interaction.line and lines[line - 1].startswith(b":"):
            is_scope = lines[line - 1].startswith(b":scope ") and interaction.scope
            return [one for one in numbered if one[1].scope == interaction.scope] if is_scope else [each]
    return []


def _print(console: Console, number: int, interaction: Interaction, *, with_response: bool) -> None:
    from rich.text import Text

    from recproxy.recording import WEBSOCKET, WILD, as_told
    from recproxy.recording.printable import printable
    from recproxy.redaction.linking import fresh_names

    when = "  webhook" if interaction.webhook is not None else ""
    interaction = as_told(interaction)
    request, response = interaction.request, interaction.response
    scope = f"  {interaction.scope}" if interaction.scope else ""
    when += f"  {interaction.recorded}" if interaction.recorded else ""
    line = f"  line {interaction.line}" if interaction.line else ""  # another tool's file is read without lines
    console.print(Text(printable(f"#{number}{line}{scope}{when}"), style="dim"))
    console.print(Text(printable(f"{request.method} {request.url}"), style="bold cyan"))
    if made := fresh_names((interaction,)):
        places = ", ".join(f"{request.wild}[{name}]" for name in made)
        console.print(Text(printable(f"  made anew in each run: {places}"), style="dim"))
    if interaction.protocol not in ("", WEBSOCKET):
        _steps(console, interaction.steps, with_server=with_response)
        return
    missing = "too large to be stored" if interaction.line else "which the file does not hold"
    _block(console, request, missing)
    if with_response:
        status = f"{response.status} {response.reason.decode('latin-1')}"
        console.print(Text(printable(status), style="bold green" if response.status < 400 else "bold red"))
        if response.fault is not None:
            console.print(Text(f"  :fault {response.fault}", style="bold red"))
        _block(console, response, missing)
    if interaction.protocol:
        _messages(console, interaction.steps, request.wild or WILD, with_server=with_response)


def _messages(console: Console, steps: Sequence[Step], wild: str, *, with_server: bool) -> None:
    """What was said on a WebSocket, JSON indented."""
    from rich.text import Text

    from recproxy.recording import Act
    from recproxy.report.page.messages import readable_message

    for step in steps:
        if step.act not in (Act.CLIENT, Act.LEAVE) and not with_server:
            continue
        if step.fault:
            console.print(Text(f":fault {step.fault}", style="bold red"))
        style = {Act.SERVER: "green", Act.CLIENT: "cyan"}.get(step.act, "bold")
        text = readable_message(step, wild).replace("\n", "\n+ ")
        console.print(_marked(Text(f"{step.act} {text}".rstrip(), style=style), wild))
    console.print()


def _steps(console: Console, steps: Sequence[Step], *, with_server: bool) -> None:
    from rich.text import Text

    from recproxy.recording import Act
    from recproxy.recording.printable import printable

    for step in steps:
        if step.act is Act.SERVER and not with_server:
            continue
        if step.fault:
            console.print(Text(f":fault {step.fault}", style="bold red"))
        style = {Act.SERVER: "green", Act.CLIENT: "cyan"}.get(step.act, "bold")
        text = step.data.decode("utf-8", "backslashreplace").removesuffix("\r\n").replace("\r\n", "\n+ ")
        console.print(Text(printable(f"{step.act} {text}".rstrip()), style=style))
    console.print()


def _block(console: Console, block: Request | Response, missing: str) -> None:
    from rich.text import Text

    from recproxy.recording import WILD, header
    from recproxy.recording.readable_body import readable_body

    wild = block.wild or WILD
    _headers(console, block.headers, wild)
    if block.omitted is not None:
        console.print(Text(f"\n({counted(block.omitted, 'byte')}, {missing})", style="dim"))
    elif block.body:
        console.print()
        media = header(block.headers, b"content-type") or b""
        console.print(_marked(_coloured(console, readable_body(block), media), wild))
    if block.trailers:
        console.print(Text("\n  trailers", style="dim"))
        _headers(console, block.trailers, wild)
    console.print()


def _coloured(console: Console, text: str, content_type: bytes) -> RichText:
    """A body in the colours of its language, where there are colours."""
    from rich.text import Text

    if not console.color_system:
        return Text(text)
    from rich.syntax import Syntax

    from recproxy.recording.lexer import body_tokens

    theme = Syntax.get_theme("ansi_dark")
    return Text.assemble(
        *((piece, theme.get_style_for_token(kind)) for kind, piece in body_tokens(text, content_type.decode("latin-1")))
    )


def _marked(text: RichText, wild: str) -> RichText:
    """A text in which what stands for a masked value is marked."""
    from recproxy.recording.wildcard import NAME

    text.highlight_regex(rf"{re.escape(wild)}(\[{NAME}\])?", "bold yellow")
    return text


def _headers(console: Console, headers: Headers, wild: str) -> None:
    from rich.text import Text

    from recproxy.recording.printable import printable

    for name, value in headers:
        shown = _marked(Text(printable(value.decode("utf-8", "backslashreplace"))), wild)
        console.print(Text.assemble((f"  {printable(name.decode('latin-1'))}: ", "dim"), shown))
