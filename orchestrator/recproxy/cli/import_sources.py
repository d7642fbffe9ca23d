"""The sources of an import: the files and folders that SOURCE arguments mean, and what each one's recording is called.

Looks at names only; a link that stands in a folder is not followed.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from recproxy.errors import ConfigurationError
from recproxy.formats import FORMATS, folder_format_of

__all__ = ["ImportSource", "sources_in"]

_SUFFIXES = frozenset(suffix for each in FORMATS for suffix in each.suffixes)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSource:
    """A file, or a folder that is one recording.

    `name` is the relative path of its recording without `.rec`; `asked` says that it was named itself, and not found
    in a folder, where files of other kinds are passed over; `of_test`, that it is the cassette of a test.
    """

    path: Path
    name: PurePath
    size: int
    asked: bool
    of_test: bool = False


def sources_in(words: Sequence[Path]) -> list[ImportSource]:
    """The sources that these paths mean, in order, each once. Raises ConfigurationError where one is not there."""
    found: dict[Path, ImportSource] = {}
    for word in words:
        if word.is_dir():
            for source in _walk(word):
                found.setdefault(source.path.resolve(), source)
        elif word.is_file():
            name = PurePath(word.name)
            found.setdefault(word.resolve(), _source(word, name, asked=True))
        else:
            raise ConfigurationError(f"{word}: no such file or folder")
    return _with_distinct_names(list(found.values()))


def _walk(top: Path) -> Iterator[ImportSource]:
    for folder, folders, names in os.walk(top):
        here = Path(folder)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        files = [name for name in sorted(names) if not name.startswith(".") and _is_plain(here / name)]
        if folder_format_of(files) is not None:
            folders.clear()
            size = sum((here / name).stat().st_size for name in files)
            inside = PurePath(here.resolve().name) if here == top else PurePath(here.relative_to(top))
            yield ImportSource(path=here, name=inside, size=size, asked=here == top)
            continue
        for name in files:
            yield _source(here / name, PurePath((here / name).relative_to(top)), asked=False)


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _source(path: Path, name: PurePath, *, asked: bool) -> ImportSource:
    stem = name.with_suffix("") if name.suffix in _SUFFIXES else name
    return ImportSource(path=path, name=stem, size=path.stat().st_size, asked=asked)


def _with_distinct_names(sources: list[ImportSource]) -> list[ImportSource]:
    """Sources of one name keep their endings in it."""
    count = Counter(source.name for source in sources)
    return [
        replace(source, name=source.name.with_name(source.path.name)) if count[source.name] > 1 else source
        for source in sources
    ]
