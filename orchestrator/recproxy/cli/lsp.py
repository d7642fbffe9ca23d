"""`recproxy lsp`: the language server, which editors start."""

from __future__ import annotations

import contextlib
import os
import sys

import click

from recproxy.cli.verb import Verb

__all__ = ["lsp"]


@click.command(cls=Verb, example="recproxy lsp", page="editors")
def lsp() -> None:
    """Serve an editor over stdin and stdout by the Language Server Protocol. Needs the extra `lsp`.

    Shows what `recproxy check` and `recproxy scan` find while you type, explains directives, and turns a value into
    XXX or XXX[name]. Opens no port, and changes no file.
    """
    from recproxy.errors import ConfigurationError

    try:
        from recproxy.lsp.server import serve_editor
    except ModuleNotFoundError as problem:
        if (problem.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise ConfigurationError("the language server needs pygls: pip install 'recproxy[lsp]'") from None
    # pygls closes what it writes to, and a stray word on stdout would break the protocol.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as said, contextlib.redirect_stdout(sys.stderr):
        code = serve_editor(sys.stdin.buffer, said)
    # A check may be under way in a thread, below which the interpreter cannot end in order: it may abort.
    sys.stderr.flush()
    os._exit(code)
