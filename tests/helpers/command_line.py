"""`recproxy` run in this process, for the tests of what a verb says: an interpreter starts slower than most verbs end.

`tests/journeys` starts the program as a user does.
"""

import contextlib
import io
import os
import subprocess
import sys
from unittest import mock

from recproxy.cli import main


def recproxy(*words, folder, path=(), environment=None):
    """Run it in a folder, with more folders on the path of modules: its exit code and what it said."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.chdir(folder))
        stack.enter_context(mock.patch.object(sys, "argv", ["recproxy", *words]))
        stack.enter_context(mock.patch.object(sys, "path", [*path, *sys.path]))
        stack.enter_context(mock.patch.object(sys, "stdin", stack.enter_context(open(os.devnull))))
        if environment is not None:
            stack.enter_context(mock.patch.dict(os.environ, environment, clear=True))
        stack.enter_context(contextlib.redirect_stdout(out))
        stack.enter_context(contextlib.redirect_stderr(err))
        before = set(sys.modules)
        code = _code(main)
        _forget_modules(set(sys.modules) - before, folder)
    return subprocess.CompletedProcess(words, code, *(each.buffer.getvalue().decode() for each in (out, err)))


def _forget_modules(names, folder):
    """Hooks of a project: the next project may have a module of the same name."""
    for name in names:
        if (getattr(sys.modules[name], "__file__", None) or "").startswith(f"{folder}{os.sep}"):
            del sys.modules[name]


def _code(command):
    try:
        command()
    except SystemExit as ended:
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
            return 1
        return ended.code or 0
    return 0
