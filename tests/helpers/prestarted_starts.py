"""How a fork of a prestarted interpreter is asked for, and a `subprocess.Popen` that asks for one where it can.

Of the program that is started, it has to look like a start: where anything of that is unusual, an interpreter is started.
"""

import _socket
import contextlib
import fcntl
import inspect
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

from prestarted_imports import IMPORTS
from prestarted_scripts import KEEPER, RUN_BY, SCRIPT_IMPORTS, kind, starts_alike

#: Variables of Python that a fork obeys; any other must be what it was when the interpreter started.
_OBEYED = ("PYTHONPATH", "PYTHONWARNINGS", "PYTHONUNBUFFERED", "PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE")
#: Variables that tox sets and that change nothing here.
_IDLE = ("PYTHONHASHSEED", "PYTHONIOENCODING")
#: Scripts that do what `python -m` does with the module of this name.
_SCRIPTS = ("pytest", "recproxy")
#: What xdist gives to the interpreter of a worker, which has to have imported what pytest imports.
WORKER = ["-u", "-c", "import sys;exec(eval(sys.stdin.readline()))"]
#: The program that a run starts a command with in its namespaces; the keeper's pid, a descriptor and the command follow.
ENTRY = Path(__file__).parents[2] / "orchestrator/recproxy/orchestrator/namespace_entry.py"
#: What a start may call in the new process, and a fork as well: by their modules.
_CALLED = (
    ("permissions", "obey_permissions"),
    ("resource", "setrlimit"),
    ("seccomp", "refuse_call"),
    ("signal", "signal"),
)
#: The name of the process of tests, among those of the interpreters, that what a fork uses is for.
HOLDER = "holder"
#: What `subprocess.Popen` is asked for, where it is asked for nothing unusual.
_USUAL = {
    "executable": None,
    "pass_fds": (),
    "startupinfo": None,
    "creationflags": 0,
    "shell": False,
    "restore_signals": True,
    "gid": None,
    "gids": None,
    "uid": None,
    "umask": -1,
}


def can_run(words, environment, pytest=""):
    """Whether these are words for `run`, `-m` and a module, and the module is the one installed here, or that `pytest`.

    Forks have the order of sets of their server: whoever asks for another by name gets an interpreter.
    """
    if environment.get("PYTHONHASHSEED") == "random":
        return False
    if words[0] != "-m" or words[1] not in (IMPORTS.keys() | RUN_BY.keys()) - SCRIPT_IMPORTS.keys():
        return False
    folders = environment.get("PYTHONPATH", "").split(os.pathsep)
    if any(Path(path, words[1]).exists() for path in folders if path != pytest):
        return False
    return words[1] not in RUN_BY or starts_alike(environment, environment, os.curdir)


def ask(link, servers, streams, command, *, cwd, environment, keeper=None, network=None, **more):
    """Ask for a fork that becomes this command; it says its pid and, at its end, its exit code.

    `more` may be a `session` or a process `group` of its own, `calls` at the start, whose effect is inherited, and the
    number that a fourth stream has there, if it is `passed`.
    `keeper` is the pid of the process whose namespaces it is to enter. A fourth stream gets what goes wrong there.
    `network` is the name of the network namespace that it is to enter.
    """
    request = request_of(servers, command, cwd=cwd, environment=environment, keeper=keeper, network=network) | more
    socket.send_fds(link, [b"\n"], streams)
    link.sendall(json.dumps(request).encode() + b"\n")


def request_of(servers, command, *, cwd="", environment=(), keeper=None, network=None):
    """What a fork is told; of the calls at its start, its descriptors, its session and its group, that there are none."""
    return {
        "servers": servers,
        "command": command,
        "cwd": cwd,
        "environment": environment,
        "session": False,
        "group": False,
        "calls": (),
        "passed": (),
        "keeper": keeper,
        "network": network,
        "is_deaf": signal.getsignal(signal.SIGINT) is signal.SIG_IGN,  # which a start inherits, and no handler
    }


@contextlib.contextmanager
def turn():
    """One process after the other: who begins to hold an interpreter, and an interpreter that nobody holds and that ends."""
    with open(__file__, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_module(command):
    return command[1] == "-m" or command[1:3] == ["-P", "-m"]


def module_and_words(command):
    """Whether it is started with -P, its module, and the words for it."""
    safe = command[1] == "-P"
    dash, *rest = command[1 + safe :]
    assert dash == "-m"
    return (safe, *rest)


def start_by_forks(servers, began, keeper=None, network=None, calls=(), popen=subprocess.Popen):
    """Let `subprocess.Popen` of this process fork what is prestarted, in the namespaces in which this process is.

    A fork makes the calls of this process's own start, since it inherits nothing from it.
    """
    start, try_wait, poll = popen._execute_child, popen._try_wait, popen._internal_poll
    signature = inspect.signature(start)

    def execute_child(self, *words):
        asked = SimpleNamespace(**signature.bind(self, *words).arguments)
        environment = dict(os.environ if asked.env is None else asked.env)
        entered, report, command = _entry(asked) or (keeper, (), asked.args)
        inside, command = _network(command) or (network, command)
        command = _words(command, environment)
        call = _call(asked.preexec_fn)
        passed = _passed(asked)
        given = {"pass_fds": report or passed}
        usual = all(getattr(asked, name) == value for name, value in (_USUAL | given).items())
        usual = usual and call is not None and asked.process_group in (-1, 0)
        folder = os.path.abspath(asked.cwd or ".")
        link = _link(servers, began, command, environment, folder) if usual else None
        if link is None:
            start(self, *words)
            return
        streams = (asked.p2cread, asked.c2pwrite, asked.errwrite)
        ask(
            link,
            servers,
            [
                *(number if descriptor == -1 else descriptor for number, descriptor in enumerate(streams)),
                *given["pass_fds"],
            ],
            command,
            cwd=folder,
            environment=environment,
            session=bool(asked.start_new_session),
            group=asked.process_group == 0,
            calls=[*calls, *call],
            passed=passed,
            keeper=entered,
            network=inside,
        )
        self._fork = link.makefile("rb")
        link.close()
        self.pid = int(self._fork.readline())
        self._child_created = True
        ends = (asked.p2cread, asked.p2cwrite, asked.c2pread, asked.c2pwrite, asked.errread, asked.errwrite)
        self._close_pipe_fds(*ends)

    def wait_for_fork(self, flags):
        if not hasattr(self, "_fork"):
            return try_wait(self, flags)
        if flags and not select.select([self._fork], [], [], 0)[0]:
            return 0, 0
        code = int(self._fork.readline() or -signal.SIGKILL)  # Ctrl-C may interrupt it, and who waits asks again
        self._fork.close()
        return self.pid, -code if code < 0 else code << 8

    def poll_fork(self, _deadstate=None):
        if not hasattr(self, "_fork"):
            return poll(self, _deadstate)
        if self.returncode is None and self._waitpid_lock.acquire(blocking=False):
            try:
                pid, status = self._try_wait(os.WNOHANG)
                if pid:
                    self._handle_exitstatus(status)
            finally:
                self._waitpid_lock.release()
        return self.returncode

    popen._execute_child, popen._try_wait, popen._internal_poll = execute_child, wait_for_fork, poll_fork


def _call(preexec):
    """What is called at a start, where that is nothing or a `partial` of what sets a signal's handler or a limit."""
    if preexec is None:
        return ()
    if getattr(preexec, "keywords", None):
        return None
    function = getattr(preexec, "func", None)
    called = next((pair for pair in _CALLED if getattr(sys.modules.get(pair[0]), pair[1], ()) is function), None)
    return called and ((*called, preexec.args),)


def _entry(asked):
    """The keeper of the namespaces that a command is to enter, the descriptor for what goes wrong, and the command."""
    words = list(map(str, asked.args)) if isinstance(asked.args, list | tuple) else []
    if words[:4] != [sys.executable, "-I", "-S", str(ENTRY)] or os.geteuid() != 0:
        return None  # where it is another user's, exec takes the rights that entering gives
    return int(words[4]), (int(words[5]),), words[6:]


def _passed(asked):
    """The descriptor that the keeper of namespaces is started with."""
    words = list(map(str, asked.args)) if isinstance(asked.args, list | tuple) else []
    return (int(words[4]),) if words[:4] == [sys.executable, *KEEPER] else ()


def _network(args):
    """The network namespace that a command is to enter, and the command."""
    words = list(map(str, args)) if isinstance(args, list | tuple) else []
    return (words[3], words[4:]) if words[:3] == ["ip", "netns", "exec"] else None


def _words(args, environment):
    """The command; that of a script is the one of its module, and this interpreter is named by its path."""
    words = list(map(str, args)) if isinstance(args, list | tuple) else [str(args)]
    name = os.path.basename(words[0])
    script = os.path.join(os.path.dirname(sys.executable), name)
    if name in (*_SCRIPTS, "python") and shutil.which(words[0], path=environment.get("PATH")) == script:
        return [sys.executable, *words[1:]] if name == "python" else [sys.executable, "-P", "-m", name, *words[1:]]
    return words


def _version(module, environment, servers):
    """The name of the interpreter for a module as this environment finds it; None where there is none."""
    first = environment.get("PYTHONPATH", "").partition(os.pathsep)[0]
    other = f"{module} of {first}"
    if other in servers:
        return other if can_run(("-m", module), environment, first) else None
    return module if can_run(("-m", module), environment) else None


def _link(servers, began, words, environment, folder):
    """A connection to the interpreter that has imported what this command is about, if there is one."""
    if words[0] != sys.executable or len(words) < 2:
        return None
    if words[1:] == WORKER and (found := _version("pytest", environment, servers)):
        module = found
    elif is_module(words):
        _, name, *_ = module_and_words(words)
        module = _version(name, environment, servers)
        if module in RUN_BY:
            module = RUN_BY[module] if starts_alike(began, environment, folder) else None
    elif environment.get("PYTHONHASHSEED") == "random":
        return None
    else:
        module = kind(words[1:], folder, began, environment)
    python = [
        {name: value for name, value in each.items() if name.startswith("PYTHON") and name not in (*_OBEYED, *_IDLE)}
        for each in (began, environment)
    ]
    if module is None or python[0] != python[1]:
        return None
    link = socket.socket(socket.AF_UNIX)
    try:
        # The plain connect: a suite may have blocked its own network, and this is none of it.
        _socket.socket.connect(link, servers.get(module, ""))
    except OSError:  # it is not there, or not yet
        link.close()
        return None
    return link
