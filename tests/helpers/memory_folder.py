"""A folder in memory for the temporary folders of a session: ten thousand tests write 200 MB in small files, and read them once."""

import os
import tempfile

_MEMORY = "/dev/shm"  # noqa: S108 - where Linux has one; mkdtemp makes a folder of our own in it
#: So many bytes must be free there, five times what a session writes.
_ROOM = 1 << 30


def memory_folder():
    """A new folder there; None where there is no room, or programs in it cannot be run, as in most containers."""
    try:
        there = os.statvfs(_MEMORY)
    except (OSError, AttributeError):
        return None
    if there.f_flag & os.ST_NOEXEC or there.f_bavail * there.f_frsize < _ROOM or not os.access(_MEMORY, os.W_OK):
        return None
    return tempfile.mkdtemp(prefix="recproxy-tests-", dir=_MEMORY)
