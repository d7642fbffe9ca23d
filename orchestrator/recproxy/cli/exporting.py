"""Recordings made into files of another tool. Prints nothing."""

from __future__ import annotations

from pathlib import Path

from recproxy.cli.import_sources import ImportSource
from recproxy.cli.importing import ImportedRecording, Progress, SourceSummary, unread_source
from recproxy.cli.pending_files import PendingFiles
from recproxy.errors import ConfigurationError, RecproxyError
from recproxy.formats import FORMATS, Format, by_name
from recproxy.play.reading import UnknownFormat, read_loaded
from recproxy.recording import WEBSOCKET

__all__ = ["Exporter", "chosen"]


def chosen(name: str) -> Format:
    """The writable format with this name. Raises ConfigurationError if there is none."""
    found = by_name(name)
    if found is None or found.dump is None:
        known = ", ".join(each.name for each in FORMATS if each.dump is not None)
        raise ConfigurationError(f"--format {name}: cannot be written; known formats are {known}")
    return found


class Exporter:
    """One export: takes sources one by one; what they give is put on its way to `folder`."""

    def __init__(self, folder: Path, pending_files: PendingFiles, wanted: Format) -> None:
        self._folder = folder
        self._pending_files = pending_files
        self._wanted = wanted

    def take(self, source: ImportSource, progress: Progress) -> SourceSummary:
        """Read a source and write it in the other format; notes say what that format cannot hold."""
        assert self._wanted.dump is not None
        name = source.name.with_name(f"{source.name.name}{self._wanted.suffixes[0]}")
        target = self._folder / name
        try:
            loaded = read_loaded(str(source.path))
            held = ("", WEBSOCKET) if self._wanted.websockets else ("",)
            if any(each.protocol not in held for each in loaded.recording.interactions):
                raise ConfigurationError(f"holds a conversation, for which {self._wanted.name} has no place")
            if any(each.webhook is not None for each in loaded.recording.interactions):
                raise ConfigurationError("holds a webhook, for which no other format has a place")
            progress(source.size / 2)
            dumped = self._wanted.dump(loaded.recording)
            state = self._pending_files.put(target, (dumped.data,))
        except UnknownFormat as problem:
            return unread_source(source, problem)
        except RecproxyError as problem:
            message = problem.message
            where = "" if message.startswith((str(source.path), str(target))) else f"{source.path}: "
            return SourceSummary(source=source.path, problem=f"{where}{message}")
        total = len(loaded.recording.interactions)
        return SourceSummary(
            source=source.path,
            format=loaded.format,
            interactions=total,
            exact=total - len({note.where for note in dumped.notes}),
            targets=(ImportedRecording(path=target, profile="", interactions=total, state=state),),
            notes=dumped.notes,
        )
