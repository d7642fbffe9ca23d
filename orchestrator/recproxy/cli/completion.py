"""`recproxy completion SHELL`: what a shell loads to complete verbs and options."""

from __future__ import annotations

import click

from recproxy.cli.verb import Verb

__all__ = ["completion"]


@click.command(cls=Verb, example='eval "$(recproxy completion bash)"')
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print what SHELL loads to complete the verbs and options of recproxy."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None
    print(found(context.find_root().command, {}, "recproxy", "_RECPROXY_COMPLETE").source())
