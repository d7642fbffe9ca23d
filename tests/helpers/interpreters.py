"""Other Pythons that are installed here."""

import os
import shutil
import subprocess
from pathlib import Path


def interpreter(version):
    """The interpreter of this version on the path of programs; None if there is none, or none that starts."""
    found = shutil.which(f"python{version}")
    if found is None or not _may_start(Path(found)):
        return None
    return found if subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0 else None


def _may_start(path):
    """Whether it may be more than a script of pyenv for a version that nobody has chosen.

    Such a script takes as long as ten interpreters to say so.
    """
    root = path.parent.parent
    with path.open("rb") as file:
        if file.read(2) != b"#!" or not (root / "versions").is_dir() or _is_chosen_elsewhere():
            return True
    try:
        chosen = (root / "version").read_text().split()
    except OSError:
        return True
    return "system" in chosen or any((root / "versions" / each / "bin" / path.name).exists() for each in chosen)


def _is_chosen_elsewhere():
    """Whether versions are chosen by something else than pyenv's own file, which stands for all users of it."""
    here = Path.cwd()
    return "PYENV_VERSION" in os.environ or any((each / ".python-version").exists() for each in (here, *here.parents))
