"""Interpreters that have imported what a program imports: a process of its own for each run, without that time.

`python -m recproxy` and `python -m pytest` take most of their time to import modules, and tests run them hundreds of
times. Here one process has imported the modules and forks for each run, whichever worker asks for it. The fork gets the
working directory, environment, arguments and streams of the run, and then does what `python -m MODULE` does. A list of
processes shows its command, and `askers` who asked for it: its parent is the process that forked. Tests of the start
itself start the program as a user does.

What such a run starts in the same way is a fork as well: a run's fork server, the pytest that is its command, in the
namespaces of the run if it is isolated, the workers of that pytest, the `recproxy serve` of a test, and a script, which
prestarted_scripts.py knows. Where anything of the start is unusual, an interpreter is started, and for all that a script
starts itself, unless it runs pytest.

Here interpreters are held and asked. prestarted_server is their program, prestarted_imports what they import,
prestarted_starts how a fork is asked for in the place of a start.
"""

import contextlib
import fcntl
import functools
import hashlib
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from types import SimpleNamespace

from prestarted_imports import IMPORTS
from prestarted_scripts import RUN_BY, SCRIPT_IMPORTS
from prestarted_starts import HOLDER, ask, request_of, start_by_forks, turn

#: The program of an interpreter.
_PROGRAM = Path(__file__).with_name("prestarted_server.py")
#: A program that has a fork do what it is to do, which imports as little as can be.
_SCRIPT = """#!{python} -IS
import json, os, socket, sys
request = {request}
request["command"] += sys.argv[1:]
request |= {{"cwd": os.getcwd(), "environment": dict(os.environ)}}
with socket.socket(socket.AF_UNIX) as link, link.makefile("rb") as answer:
    link.connect({address!r})
    socket.send_fds(link, [b"\\n"], (0, 1, 2))
    link.sendall(json.dumps(request).encode() + b"\\n")
    answer.readline()
    sys.exit(int(answer.readline()))
"""
#: What runs start themselves; these interpreters are there from the first run on.
_STARTED_BY_RUNS = ("recproxy", "recproxy.proxy", "pytest", *SCRIPT_IMPORTS)
_STARTED_BY = {"nox": (*_STARTED_BY_RUNS, "virtualenv")}


def run(module, words, *, cwd, environment, timeout, merged=False, path="", also=(), pytest=""):
    """Run a module with nothing on its standard input: as `subprocess.run` with captured text.

    `merged` means that standard error is in standard output, `path` is a folder in which modules are looked for first,
    `also` are modules that each pytest of such runs imports. `pytest` is the first folder on the path of modules of the
    environment, if another pytest than the installed one is there.
    """
    out, err = os.pipe(), os.pipe()
    if merged:
        os.dup2(out[1], err[1])
    nothing = os.open(os.devnull, os.O_RDONLY)
    of_pytest = {"pytest": also}  # the pytest of a run, and the workers of one
    servers = _servers_for(_STARTED_BY.get(module, _STARTED_BY_RUNS), of_pytest)
    if pytest:
        servers[f"pytest of {pytest}"] = _server("pytest", pytest, also)
    command = [sys.executable, "-m", module, *map(str, words)]
    own = _server(RUN_BY.get(module, module), pytest if module == "pytest" else path, of_pytest.get(module, ()))
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(own)
        ask(link, servers, (nothing, out[1], err[1]), command, cwd=str(cwd), environment=environment)
        for descriptor in (nothing, out[1], err[1]):
            os.close(descriptor)
        answer = link.makefile("rb")
        pid = int(answer.readline())
        late = threading.Timer(timeout, os.kill, (pid, signal.SIGTERM))  # a run takes what it started along
        late.start()
        said = {}
        reader = threading.Thread(target=lambda: said.update(err=_read(err[0])))
        reader.start()
        said["out"] = _read(out[0])
        reader.join()
        code = int(answer.readline())
        answer.close()
        late.cancel()
        late.join()
    return subprocess.CompletedProcess([module, *words], code, said["out"], said["err"])


@contextlib.contextmanager
def forks(*modules):
    """Let `subprocess.Popen` of this process fork what is prestarted, as in a run: for a program run in this process."""
    servers = _servers_for(modules)
    before = {name: getattr(subprocess.Popen, name) for name in ("_execute_child", "_try_wait", "_internal_poll")}
    start_by_forks(servers, dict(os.environ))
    try:
        yield
    finally:
        for name, method in before.items():
            setattr(subprocess.Popen, name, method)


@functools.cache
def popen(*modules):
    """`subprocess.Popen`, but for a fork of what is prestarted: of these modules, and of what runs start."""

    class Forking(subprocess.Popen):
        pass

    start_by_forks(_servers_for((*modules, *_STARTED_BY_RUNS)), dict(os.environ), popen=Forking)
    return Forking


def askers():
    """The forks that are running, by pid: the process that asked for each, which would be its parent if it were started."""
    found = {}
    for path in _held:
        with contextlib.suppress(OSError):
            for name in filter(str.isdigit, os.listdir(os.path.dirname(path))):
                with contextlib.suppress(OSError):  # it has just ended
                    found[int(name)] = int(os.readlink(os.path.join(os.path.dirname(path), name)).split()[0])
    return found


def write_script(path, module="recproxy"):
    """Write a program that is a fork of what is prestarted, for scripts of a shell that name it.

    No signal reaches the fork.
    """
    servers = _servers_for((module, *_STARTED_BY_RUNS))
    request = request_of(servers, [sys.executable, "-P", "-m", module])
    path.write_text(_SCRIPT.format(python=sys.executable, address=servers[module], request=request))
    path.chmod(0o755)


def _read(descriptor):
    with open(descriptor, encoding="utf-8") as file:
        return file.read()


def _servers_for(modules, also=()):
    """The addresses of interpreters by what they run, and who is to be told what they use."""
    also = dict(also)
    return {each: _server(each, "", also.get(each, ())) for each in modules} | {HOLDER: str(os.getpid())}


def _server(module, first, also):
    """The address of the process that has imported what this module imports.

    The workers of a session share it: it ends when none of those who asked for it holds it any more. It need not be up:
    whoever connects waits. One that has died is replaced.
    """
    path = _paths.get((module, first, also))
    if path in _held:
        if not _is_gone(_held[path].held):
            return path
        _forget(path)
    session = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if session:
        name = hashlib.sha256(repr((session, module, first, also)).encode()).hexdigest()[:16]
        folder = os.path.join(tempfile.gettempdir(), f"recproxy-runs-{name}")
    else:
        folder = tempfile.mkdtemp(prefix="recproxy-runs-")
    path = os.path.join(folder, "socket")
    with turn():
        held, process = _hold(folder), None
        if held is None:
            held, process = _start(folder, path, first, (*IMPORTS[module], *also))
        used = os.open(os.path.join(folder, f"used-{os.getpid()}"), os.O_RDONLY | os.O_CREAT)
        users = os.open(os.path.join(folder, "users"), os.O_RDWR | os.O_CREAT)
        fcntl.lockf(users, fcntl.LOCK_SH)  # which no fork of this process has, as it has the other descriptors
    _held[path] = SimpleNamespace(module=module, held=held, used=used, users=users, process=process)
    _paths[module, first, also] = path
    return path


def _is_gone(held):
    """Whether the interpreter that this descriptor keeps from its end has died."""
    poll = select.poll()
    poll.register(held, 0)
    return bool(poll.poll(0))


def _forget(path):
    """Hold an interpreter that has died no more."""
    each = _held.pop(path)
    for descriptor in (each.held, each.used, each.users):
        os.close(descriptor)
    if each.process:
        each.process.wait()


def _hold(folder):
    """A descriptor that keeps the interpreter of this folder from its end; None where there is no such interpreter."""
    try:
        return os.open(os.path.join(folder, "held"), os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None


def _start(folder, path, first, imports):
    """Start an interpreter that listens already, and hold it."""
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder, 0o700)
    os.mkfifo(os.path.join(folder, "held"))
    end = os.open(os.path.join(folder, "held"), os.O_RDONLY | os.O_NONBLOCK)
    held = _hold(folder)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen(128)
        process = subprocess.Popen(
            [sys.executable, _PROGRAM, path, str(listening.fileno()), *imports],
            env=os.environ | {"PYTHONPATH": first},
            stdin=end,
            stdout=subprocess.DEVNULL,
            pass_fds=(listening.fileno(),),
        )
    os.close(end)
    return held, process


_paths = {}
_held = {}
_used = {"at": 0.0, "seconds": 0.0}


def cpu_seconds():
    """What the interpreters have used for this process, and all that they have run for it, as of the last fifth of a second.

    Each test asks twice, and most tests are shorter than the answer takes.
    """
    now = time.monotonic()
    if now - _used["at"] > 0.2:
        told = [os.pread(each.used, 8, 0) for each in _held.values()]  # to open the file would take six times as long
        _used.update(at=now, seconds=sum(struct.unpack("d", each)[0] for each in told if each))
    return _used["seconds"]


def close():
    """End what was started for the runs, once the other workers hold it no more.

    What a test has left behind may hold it as well, as a fork of this process: that is not waited for without end.
    """
    from deadlines import seconds  # here, because no interpreter needs it

    started = [(path, each) for path, each in _held.items() if each.process]
    while _held:
        _, each = _held.popitem()
        os.close(each.held)
        os.close(each.used)
        if each.process:
            fcntl.lockf(each.users, fcntl.LOCK_UN)
        else:
            os.close(each.users)
    for _, each in started:
        fcntl.lockf(each.users, fcntl.LOCK_EX)  # the other workers have closed, or ended
        os.close(each.users)
    if not started:
        return
    deadline = time.monotonic() + seconds(20)
    for path, each in started:
        try:
            each.process.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            each.process.kill()
            each.process.wait()
            shutil.rmtree(os.path.dirname(path), ignore_errors=True)
            what = f"the prestarted interpreter of {each.module}, process {each.process.pid}"
            print(f"Killed {what}: a process that a test left behind still holds it.", file=sys.stderr)
