"""`recproxy docs`: the documentation of the version that is installed."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from recproxy.cli.verb import Verb
from recproxy.errors import ConfigurationError

__all__ = ["docs"]


@click.command(cls=Verb, example="recproxy docs record", page="")
@click.argument("page", required=False)
def docs(page: str | None) -> None:
    """Show a page of the documentation, or the list of pages.

    PAGE is the name of a page as the list shows it, such as record or how-to/record, or that of a JSON Schema, such as
    profile.schema.json.
    """
    from recproxy.config.documentation import documentation_folder

    folder = documentation_folder()
    pages = {path.relative_to(folder).with_suffix("").as_posix(): path for path in sorted(folder.rglob("*.md"))}
    schemas = {path.name: path for path in folder.rglob("*.json")}
    if page is None:
        for name, path in pages.items():
            if "/" in name:
                print(f"{name:<34}  {_title(path)}")
        print("recproxy: recproxy docs PAGE shows one of them", file=sys.stderr)
        return
    found = [path for name, path in pages.items() if name == page.removesuffix(".md")]
    found = found or [path for name, path in schemas.items() if name == Path(page).name]
    found = found or [path for path in pages.values() if path.stem == Path(page).stem]
    if not found:
        from recproxy.config.keys import nearest_word

        names = [path.stem for path in pages.values()]
        raise ConfigurationError(f"there is no page {page!r}{nearest_word(page, names)}: recproxy docs lists them")
    text = found[0].read_text(encoding="utf-8")
    if sys.stdout.isatty():
        click.echo_via_pager(text)
    else:
        print(text, end="")


def _title(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        return next((line[2:].strip() for line in file if line.startswith("# ")), "")
