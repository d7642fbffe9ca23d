"""What zip and tar archives hold: names, comments and contents, within a budget. Knows no secrets."""

from __future__ import annotations

import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator

from recproxy.redaction.budget import Budget

__all__ = ["DAMAGED", "members"]

#: What the readers raise where an archive is damaged, encrypted, or of a kind that they do not know.
DAMAGED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)


def members(data: bytes, kind: str, budget: Budget) -> Iterator[bytes]:
    """The names and contents of an archive of a `kind`, zip or tar. Raises one of DAMAGED where it cannot be read."""
    return _zipped(data, budget) if kind == "zip" else _tarred(data, budget)


def _zipped(data: bytes, budget: Budget) -> Iterator[bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        yield archive.comment
        for each in archive.infolist():
            budget.charge(each.file_size)
            yield each.filename.encode("utf-8", "surrogateescape")
            yield each.comment
            yield archive.read(each)


def _tarred(data: bytes, budget: Budget) -> Iterator[bytes]:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        for each in archive:
            yield each.name.encode("utf-8", "surrogateescape")
            if each.isfile():
                budget.charge(each.size)
                file = archive.extractfile(each)
                yield file.read() if file is not None else b""
