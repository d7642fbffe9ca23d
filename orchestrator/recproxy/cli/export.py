"""`recproxy export SOURCE...`: recordings made into files of another tool, with a source_summary."""

from __future__ import annotations

import sys
from pathlib import Path

import click

__all__ = ["export"]


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "name",
    required=True,
    metavar="F",
    help="vcrpy, vcrpy-json, har, responses or responses-toml.",
)
@click.option(
    "--to", "folder", required=True, metavar="DIR", type=click.Path(path_type=Path), help="Where files are put."
)
@click.option("--dry-run", "dry", is_flag=True, help="Write nothing, say what would be.")
@click.option("--force", is_flag=True, help="Overwrite files that differ.")
@click.option("--json", "as_json", is_flag=True, help="Print the source_summary as JSON.")
def export(sources: tuple[Path, ...], name: str, folder: Path, dry: bool, force: bool, as_json: bool) -> None:
    """Export recordings to another tool's format: files, or folders with recordings in them.

    Prints a source_summary: per file what the other format cannot hold. Exit codes: 1 something was lost; 2 usage, or a
    file that cannot be read or would be overwritten, and then nothing is written.
    """
    from recproxy.cli.exporting import Exporter, chosen
    from recproxy.cli.import_report import report, take_all
    from recproxy.cli.import_sources import sources_in
    from recproxy.cli.pending_files import PendingFiles

    wanted = chosen(name)
    found = sources_in(sources)
    pending_files = PendingFiles(folder, force=force, dry=dry)
    try:
        source_summaries = take_all(Exporter(folder, pending_files, wanted).take, found, "exporting")
        if not dry and not any(each.problem for each in source_summaries):
            pending_files.finish()
    finally:
        pending_files.abandon()
    sys.exit(report(source_summaries, as_json=as_json, dry=dry))
