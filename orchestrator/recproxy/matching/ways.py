"""How a person changes what a profile compares, and how they record it: what the advice of a miss is made of."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

from recproxy.control.record_commands import PROFILE_WORD, with_profiles
from recproxy.control.shown_paths import shown_path
from recproxy.lazy.dataclass import dataclass

__all__ = ["Ways"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How a person changes a profile, and how they record it.

    `file` is where it is written and `keys` the table in it. `record` is the command that records it, as far as the run
    knows one, and `together` are the profiles that it records, this one among them. Files are shown as they are seen
    from `folder`, where that is known. `package` is the folder of recordings that came with the profile: they are not
    edited in place, but copied to the project's for `profile`. `tables` are those that the file has already: TOML takes
    none twice. `after` is what must be done there first. `any_format`: `record` writes the files of other tools, too.
    """

    file: str = "the profile"
    keys: tuple[str, ...] = ()
    record: str = ""
    together: tuple[str, ...] = ()
    folder: str = ""
    package: str = ""
    profile: str = ""
    tables: tuple[str, ...] = ()
    after: str = ""
    any_format: bool = False

    def recording(self, profile: str, also: Sequence[str] = ()) -> str:
        """The command that records a profile, those `together` with it, and those that its test needs `also`."""
        names = dict.fromkeys((*(self.together or (profile,)), *also))
        return with_profiles(self.record or f"recproxy run --record {PROFILE_WORD} -- COMMAND", [*names])

    def of_test(self, record: str, together: tuple[str, ...], *, any_format: bool = False) -> Ways:
        """The same with the command that records a test; this where none is known."""
        return replace(self, record=record, together=together, any_format=any_format) if record else self

    def is_packaged(self, path: str) -> bool:
        """Whether a recording came with the profile."""
        return bool(self.package) and path.startswith(self.package + os.sep)

    def toml(self, name: str, *lines: str) -> str:
        """Where one of its tables is written, and the table as TOML to paste."""
        there = f", after {self.after}" if self.after else ""
        there = ", which has this table already" if name in self.tables else there
        return "\n    ".join((f"in {self.file}{there}:", f"[{'.'.join((*self.keys, name))}]", *lines))

    def shown(self, path: str) -> str:
        """A path, or a place in a file, as a person sees it."""
        return shown_path(path, self.folder) if self.folder else path
