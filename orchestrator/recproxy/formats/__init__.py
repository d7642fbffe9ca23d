"""How others wrote it: foreign recordings in, and some of them out.

A *format* is a file here and a row in the registry. It is told by its content (`sniff`), `load` makes a recording of
its bytes, with *notes* on what did not come over exactly, and `dump` goes the other way. A *folder format* is the same
for a folder of files. Pure: bytes in, values out; nothing here opens a file, follows a link or runs what it reads.
Formats that are read by their own library need it installed: extras, named where they are missing.
"""

from recproxy.formats.registry import FOLDER_FORMATS, FORMATS, by_name, folder_format_of, format_of, unread_format
from recproxy.formats.values import Dumped, FolderFormat, Format, Loaded, Note

__all__ = [
    "FOLDER_FORMATS",
    "FORMATS",
    "Dumped",
    "FolderFormat",
    "Format",
    "Loaded",
    "Note",
    "by_name",
    "folder_format_of",
    "format_of",
    "unread_format",
]
