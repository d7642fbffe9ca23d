"""What a format is, and what reading and writing one gives.

Knows no format. A format takes the bytes of a file, or of the files of a folder, and never reads anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field

from recproxy.lazy.dataclass import dataclass
from recproxy.recording import Recording

__all__ = ["Dumped", "FolderFormat", "Format", "Loaded", "Note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something that did not come over exactly.

    `kind` is "synthesized" where the source did not say what HTTP needs (a reason phrase), "lost" where the source said
    what could not be taken, "beware" where all came over and a person should know something. `where` is the place in
    the file, such as `interaction 3`, or empty.
    """

    kind: str
    where: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A recording as it was read, what did not come over exactly, and the name of its format where it was looked up."""

    recording: Recording
    notes: tuple[Note, ...] = ()
    format: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dumped:
    """A file as it is written, and what it cannot hold."""

    data: bytes = field(repr=False)
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One row of the registry: a format that is a file.

    `sniff` takes the first 64 KB of a file and says whether it is of this format; `load` takes all of it, and its path
    for messages. `dump` is None where it is only read. `suffixes` are what its files usually end in, the one that is
    written first. `websockets` says whether it can hold them. `load` raises RecordingError, and nothing
    else, for a file that is not what it seems.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    sniff: Callable[[bytes], bool]
    load: Callable[[bytes, str], Loaded]
    dump: Callable[[Recording], Dumped] | None = None
    websockets: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderFormat:
    """One row of the registry: a format that is a folder.

    `sniff` takes the names of the files in it; `load` takes their bytes by name, and the folder's path for messages.
    """

    name: str
    title: str
    sniff: Callable[[frozenset[str]], bool]
    load: Callable[[Mapping[str, bytes], str], Loaded]
