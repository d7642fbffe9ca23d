"""Verbs as the command line shows them: help that is never cut, with an example and the page that says more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

from recproxy.errors import RecproxyError

__all__ = ["Verb", "Verbs", "is_quiet", "is_verbose", "set_quiet", "set_verbose"]

_QUIET = "recproxy.quiet"
_VERBOSE = "recproxy.verbose"
_WIDEST = 10_000  # characters: click would cut a longer sentence, and none is that long
#: Options of `recproxy` itself, which users may write after the verb.
_OF_ALL = ("-q", "--quiet", "-v", "--verbose", "--no-color")


class Verb(click.Command):
    """A verb with an `example` of its use, and the `page` of the documentation about it."""

    def __init__(self, *args: Any, example: str = "", page: str = "command-line", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.example = example
        self.page = page

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; an option that the verb does not have is an error that says where it goes."""
        words = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            raise self.explained(error, ctx, words) from None

    def explained(self, error: click.NoSuchOption, ctx: click.Context, words: list[str]) -> click.UsageError:
        """The error of an option among words; one of `recproxy` itself says where it goes."""
        if error.option_name not in _OF_ALL or ctx.parent is None:
            return error
        verb = ctx.command_path.removeprefix("recproxy ")
        return click.UsageError(f"{error.option_name} goes before the verb: recproxy {error.option_name} {verb}", ctx)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the example as it is typed, and the page."""
        if self.example:
            with formatter.section("Example"):
                formatter.write(f"  {self.example}\n")
        with formatter.section("More"):
            formatter.write(f"  recproxy docs {self.page}\n")


class Verbs(Verb, click.Group):
    """A group of verbs; its list shows the whole first sentence of each.

    Verbs that have `places`, as `module:name` beside this one, are imported when they are asked for.
    """

    def __init__(self, *args: Any, places: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._places = places or {}

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Read the words up to the verb; what is wrong with them is one line."""
        with _usage_in_one_line():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Read the words of the verb, and call it; what is wrong with them is one line."""
        with _usage_in_one_line():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the verbs, in order."""
        return sorted({*super().list_commands(ctx), *self._places})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb of a name; None if there is none."""
        for verb in (cmd_name,) if cmd_name in self._places else self._places:  # an error names the nearest one
            if verb not in self.commands:
                module, _, name = self._places[verb].partition(":")
                self.add_command(getattr(import_module(f"{__package__}.{module}"), name), verb)
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs in the order of their names."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [
            (name, command.get_short_help_str(_WIDEST))
            for name, command in commands
            if command is not None and not command.hidden
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@contextmanager
def _usage_in_one_line() -> Iterator[None]:
    """Have an error of usage be an error like all others: click would print three lines or more."""
    try:
        yield
    except click.UsageError as error:
        if type(error).show is not click.UsageError.show:  # no verb is named: click shows the help
            raise
        text = " ".join(error.format_message().split()).removesuffix(".")
        if type(error) is not click.UsageError and error.ctx is not None:  # our own say what to do already
            text = f"{text} (see {error.ctx.command_path} --help)"
        raise RecproxyError(text) from None


def set_quiet(context: click.Context) -> None:
    """Have the verb say only what is wrong."""
    context.meta[_QUIET] = True


def is_quiet() -> bool:
    """Whether the verb is to say only what is wrong."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(_QUIET))


def set_verbose(context: click.Context) -> None:
    """Have the verb say how far it is where no terminal shows it."""
    context.meta[_VERBOSE] = True


def is_verbose() -> bool:
    """Whether the verb is to say how far it is where no terminal shows it."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(_VERBOSE))
