"""`recproxy export SOURCE...`: converts recordings to files of another tool, with a report."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from recproxy.cli.verb import Verb

__all__ = ["export"]


@click.command(
    cls=Verb, example="recproxy export tests/functional/recordings --format har --to exported", page="formats"
)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "name",
    required=True,
    metavar="F",
    help="vcrpy, vcrpy-json, har, responses or responses-toml.",
)
@click.option(
    "--to", "folder", required=True, metavar="DIR", type=click.Path(path_type=Path), help="The folder for the files."
)
@click.option("--dry-run", "dry", is_flag=True, help="Write nothing, and print what would be written.")
@click.option("--force", is_flag=True, help="Overwrite existing files that differ.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def export(sources: tuple[Path, ...], name: str, folder: Path, dry: bool, force: bool, as_json: bool) -> None:
    """Convert recordings to files of another tool. SOURCE is a file or a folder.

    Prints a report: for each file what the other format cannot express. Exit codes: 1 if something was lost; 2 for a
    usage error, or for a file that cannot be read or would be overwritten. Then nothing is written.
    """
    from recproxy.cli.ending_signals import ended_by_signals
    from recproxy.cli.exporting import Exporter, chosen
    from recproxy.cli.import_report import report, take_all
    from recproxy.cli.import_sources import sources_in
    from recproxy.cli.pending_files import PendingFiles

    wanted = chosen(name)
    found = sources_in(sources)
    with ended_by_signals():
        pending_files = PendingFiles(folder, force=force, dry=dry)
        try:
            summaries = take_all(Exporter(folder, pending_files, wanted).take, found, "exporting")
            if not dry and not any(each.problem for each in summaries):
                pending_files.finish()
        finally:
            pending_files.abandon()
    sys.exit(report(summaries, as_json=as_json, dry=dry))
