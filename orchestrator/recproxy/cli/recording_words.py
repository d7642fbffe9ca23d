"""The words by which a person names a test's recording: its path, the id of a test or module, or the scope that messages show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from recproxy.client.names import module_folders, recording_of_test
from recproxy.config.keys import nearest_word
from recproxy.control.shown_paths import shown_path
from recproxy.errors import ConfigurationError, RecordingNotFound
from recproxy.play.recording_names import recordings_below
from recproxy.play.test_names import scope_of

__all__ = ["RecordingWords"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingWords:
    """Takes words to names below the `folders` of profiles; `recordings` holds these, `root` is the project's folder."""

    recordings: Path
    root: Path
    folders: Sequence[Path]

    def known(self, word: str) -> str:
        """The name of a recording, or of a folder of them, that is there.

        Raises:
            RecordingNotFound: there is none, and the message names the nearest; or a scope is that of several.
        """
        name = self._name(word)
        if _is_below(name) and any(
            (folder / name).is_dir() or (folder / f"{name}.rec").is_file() for folder in self.folders
        ):
            return name
        names = self._names()
        of_scope = [each for each in names if word in (scope_of(each), scope_of(each).rpartition(".")[0])]
        found = {each if scope_of(each) == word else PurePosixPath(each).parent.as_posix() for each in of_scope}
        if len(found) > 1:
            raise RecordingNotFound(
                f"{word}: several recordings have this scope: name one of {', '.join(sorted(found))}"
            )
        if found:
            return found.pop()
        looked = ", ".join(shown_path(str(folder)) for folder in self.folders) or shown_path(str(self.recordings))
        near = nearest_word(name, names)
        raise RecordingNotFound(
            f"{word}: there is no such recording in {looked}{near}: name it as MODULE/TEST, or MODULE for all its tests"
        )

    def new(self, word: str, old: str) -> str:
        """The name that a recording gets which is called `old` now; a scope keeps the folder of its module.

        Raises:
            ConfigurationError: the name leads out of the recordings of a profile.
        """
        name = self._name(word)
        if not _is_below(name):
            raise ConfigurationError(f"{word}: not a name below the recordings of a profile: give it as MODULE/TEST")
        if "/" in name or "/" not in old or "." not in name or word.endswith(".py"):
            return name
        module, _, test = name.partition(".")
        folder = PurePosixPath(old).parent
        path, dot, last = folder.name.rpartition(".")
        return (folder.parent / (folder.name if module == last else f"{path}{dot}{module}") / test).as_posix()

    def _name(self, word: str) -> str:
        module, colons, rest = word.partition("::")
        if colons or module.endswith(".py"):
            folders = module_folders(Path(module).absolute(), self.recordings, self.root)
            return recording_of_test(folders, rest.split("::")).removesuffix(".rec") if colons else "/".join(folders)
        path = Path(word).absolute()
        for folder in self.folders:
            if path != folder and path.is_relative_to(folder):
                return path.relative_to(folder).as_posix().removesuffix(".rec")
        return word.strip("/").removesuffix(".rec")

    def _names(self) -> list[str]:
        """The names of all recordings."""
        found = (
            path.relative_to(folder).as_posix().removesuffix(".rec")
            for folder in self.folders
            for path in recordings_below(folder)
        )
        return list(dict.fromkeys(found))


def _is_below(name: str) -> bool:
    """Whether a path stays below the folder that it is added to."""
    return {"", ".", ".."}.isdisjoint(name.split("/"))
