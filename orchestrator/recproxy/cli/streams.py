"""Standard streams that may be closed, full or broken: what was done counts, not whether somebody could read about it."""

from __future__ import annotations

import errno
import io
import os
import sys

__all__ = ["WORLD", "mend_streams", "shut_output"]

#: The system's own troubles, which no change of the program helps.
WORLD = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.EMFILE, errno.ENFILE))
_MODES = ("r", "w", "w")


class _Lenient(io.TextIOWrapper):
    """Messages for people, which are lost where they cannot be written."""

    def write(self, text: str, /) -> int:
        try:
            return super().write(text)
        except OSError:
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError:
            return


def mend_streams() -> None:
    """Open the standard streams that are closed, lest a socket takes their place, and let messages never fail."""
    was_closed = False
    for number, mode in enumerate(_MODES):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free
            os.set_inheritable(opened, True)
            stream = open(number, mode, encoding="utf-8", closefd=False)  # noqa: SIM115 - as long as the process
            setattr(sys, ("stdin", "stdout", "stderr")[number], stream)
            was_closed = number == 2
    before = sys.stderr
    if isinstance(before, io.TextIOWrapper) and (was_closed or before is sys.__stderr__):
        encoding, errors = before.encoding, before.errors
        # Nobody else keeps a stream that was opened here: at its end it would close the file.
        buffer = before.detach() if was_closed else before.buffer
        sys.stderr = _Lenient(buffer, encoding=encoding, errors=errors, line_buffering=True)


def shut_output() -> None:
    """Let what could not be written to stdout go nowhere: the interpreter would try again at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
