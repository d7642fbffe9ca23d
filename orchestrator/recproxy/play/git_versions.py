"""git, as it is asked about recordings: their versions, and the revisions that changed them."""

from __future__ import annotations

import secrets
import shutil
import subprocess
from pathlib import Path

from recproxy.errors import ConfigurationError
from recproxy.lazy.dataclass import dataclass
from recproxy.recording import Recording, load

__all__ = ["Revision", "call_git", "is_revision", "recording_at", "recording_named", "revisions_of"]

#: Revisions of one recording that are listed.
_MOST = 200
_FIELDS = "%H%x00%h%x00%an%x00%aI%x00%s"


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit that changed a file: `name` is its whole hash, `date` is ISO 8601. `path` is where the file was then."""

    name: str
    short: str
    author: str
    date: str
    subject: str
    path: str


def call_git(*words: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Call git in a folder. Raises ConfigurationError where there is none."""
    git = shutil.which("git")
    if git is None:
        raise ConfigurationError("git is not installed")
    return subprocess.run([git, *words], cwd=folder, capture_output=True, check=False, stdin=subprocess.DEVNULL)


def recording_at(rev: str, path: Path, *, then: str = "") -> Recording:
    """A recording as it was in a revision; `then` is its path from the top of the repository, if that was another one.

    Raises:
        ConfigurationError: there is no git, no such revision, or no such file in it.
        RecordingError: it does not parse.
    """
    if rev.startswith("-"):
        raise ConfigurationError(f"--rev {rev}: is no revision")
    done = _shown(f"{rev}:{then or f'./{path.name}'}", path.resolve().parent)
    return load(_output(done, f"git show {rev}"), path=f"{rev}:{path}")


def is_revision(word: str, folder: Path) -> bool:
    """Whether git, if there is one, knows a commit by this word."""
    if not word or word.startswith("-") or shutil.which("git") is None:
        return False
    return not call_git("rev-parse", "--verify", "--quiet", f"{word}^{{commit}}", folder=folder).returncode


def recording_named(word: str, other: str) -> Recording | None:
    """The recording that a word names as git writes it; None if the word begins with no revision.

    `REV` is that revision of the file `other`, `REV:PATH` is any file. PATH is seen from the working directory, or else from the top of the repository.

    Raises:
        ConfigurationError: there is no such file in the revision.
        RecordingError: it does not parse.
    """
    rev, colon, path = word.partition(":")
    file, here = Path(other), Path.cwd()
    folder = file.resolve().parent if not colon and file.parent.is_dir() else here
    if not is_revision(rev, folder):
        return None
    if not colon:
        return recording_at(rev, file)
    done = _shown(f"{rev}:./{path}", here)
    if done.returncode:
        done = _shown(f"{rev}:{path}", here)
    return load(_output(done, f"git show {word}"), path=word)


def revisions_of(path: Path) -> list[Revision]:
    """The latest commits that changed a file, also under the names that it had before; the newest first.

    Raises:
        ConfigurationError: there is no git, or the file is in no repository.
    """
    begin = secrets.token_hex(16)  # a subject may hold any other mark
    words = ("log", "--follow", "--name-only", "-z", f"--max-count={_MOST}", f"--format={begin}{_FIELDS}")
    done = call_git("--literal-pathspecs", *words, "--", path.name, folder=path.resolve().parent)
    said = _output(done, "git log")
    found = []
    for commit in said.decode("utf-8", "replace").split(begin)[1:]:
        name, short, author, date, subject, *paths = commit.split("\0")
        then = next((each for line in paths if (each := line.strip("\n"))), "")
        found.append(Revision(name, short, author, date, subject, then))
    return found


def _shown(name: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    """A file as it was in a revision. `git show` would take a name with brackets for a pattern where there is no such file."""
    return call_git("cat-file", "blob", name, folder=folder)


def _output(done: subprocess.CompletedProcess[bytes], call: str) -> bytes:
    """What git printed. Raises ConfigurationError with its message where the call failed."""
    if done.returncode:
        raise ConfigurationError(f"{call}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout
