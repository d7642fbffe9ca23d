"""The user's editor, opened at a line of a file: one with a window, since a viewer has no terminal to give away."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from recproxy.errors import ConfigurationError
from recproxy.lazy.patterns import lazy_pattern

__all__ = ["Editor", "find_editor"]

_PLACE = lazy_pattern(r"\{file\}|\{line\}")
#: By program: the words that open a file at a line.
_WORDS = {
    **dict.fromkeys(("code", "code-insiders", "codium", "cursor", "windsurf"), ("--goto", "{file}:{line}")),
    **dict.fromkeys(("subl", "zed", "zeditor"), ("{file}:{line}",)),
    **dict.fromkeys(("idea", "pycharm", "webstorm", "goland", "charm"), ("--line", "{line}", "{file}")),
    **dict.fromkeys(("gvim", "mvim", "gedit", "gnome-text-editor"), ("+{line}", "{file}")),
    **dict.fromkeys(("kate", "kwrite"), ("--line", "{line}", "{file}")),
    "emacsclient": ("--no-wait", "+{line}", "{file}"),
    "mate": ("--line", "{line}", "{file}"),
}


@dataclass(frozen=True, slots=True)
class Editor:
    """An editor: its name, and the command that opens `{file}` at `{line}`."""

    name: str
    command: tuple[str, ...]

    def open(self, path: Path, line: int) -> None:
        """Open a file at a line, and do not wait.

        Raises:
            ConfigurationError: the editor cannot be started.
        """
        given = {"{file}": str(path.absolute()), "{line}": str(line)}
        words = [_PLACE.sub(lambda found: given[found[0]], word) for word in self.command]
        try:
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as problem:
            raise ConfigurationError(f"{words[0]}: {problem.strerror}: set VISUAL to your editor") from None
        # Most hand the file to a window that is open, and end; whichever it does, no dead process is left.
        threading.Thread(target=process.wait, daemon=True).start()


def find_editor(environment: Mapping[str, str]) -> Editor | None:
    """The editor that VISUAL or EDITOR names, or else one that is installed; None where none with a window is known."""
    path = environment.get("PATH")
    for variable in ("VISUAL", "EDITOR"):
        try:
            words = shlex.split(environment.get(variable, ""))
        except ValueError:
            continue
        if words and (name := Path(words[0]).name) in _WORDS:
            return Editor(name, (*words, *_WORDS[name]))
    found = (name for name in _WORDS if shutil.which(name, path=path))
    name = next(found, "")
    return Editor(name, (name, *_WORDS[name])) if name else None
