"""Interpreters that have imported what a program imports: a process of its own for each run, without that time.

`python -m recproxy` and `python -m pytest` take most of their time to import modules, and tests run them hundreds of
times. Here one process has imported the modules and forks for each run. The fork gets the working directory, environment,
arguments and streams of the run, and then does what `python -m MODULE` does. Tests that are about processes, signals and
the start itself start the program as a user does, for example with `Project.start`.

A run's fork server, which is an interpreter of its own, is a fork as well.
"""

import contextlib
import functools
import io
import json
import os
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import warnings
from pathlib import Path
from types import SimpleNamespace

from _pytest.config import default_plugins

#: What is imported for a module before it is run. Each has its own process: a test may see what was imported.
IMPORTS = {
    "recproxy": ("recproxy.cli", "recproxy.orchestrator.run", "recproxy.proxy.forking"),
    "pytest": ("pytest", *(f"_pytest.{name}" for name in default_plugins)),
    "nox": ("nox", "recproxy.nox"),
    "tox": ("tox.run", "recproxy.tox"),
}


def can_run(words, environment):
    """Whether these are words for `run`, `-m` and a module, and the module is the one installed here."""
    folders = environment.get("PYTHONPATH", "").split(os.pathsep)
    return words[0] == "-m" and words[1] in IMPORTS and not any(Path(path, words[1]).exists() for path in folders)


def run(module, words, *, cwd, environment, timeout, merged=False, path=""):
    """Run a module with nothing on its standard input: as `subprocess.run` with captured text.

    `merged` means that standard error is in standard output, `path` is a folder in which modules are looked for first.
    """
    out, err = os.pipe(), os.pipe()
    if merged:
        os.dup2(out[1], err[1])
    request = {"cwd": str(cwd), "environment": environment, "words": [module, *map(str, words)]}
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(_server(module, path))
        socket.send_fds(link, [b"\n"], [out[1], err[1]])
        os.close(out[1])
        os.close(err[1])
        link.sendall(json.dumps(request).encode() + b"\n")
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


def _read(descriptor):
    with open(descriptor, encoding="utf-8") as file:
        return file.read()


@functools.cache
def _server(module, first):
    """The address of the process that has imported what this module imports; it ends with this process."""
    path = Path(tempfile.mkdtemp(prefix="recproxy-runs-"), "socket")
    server = subprocess.Popen(
        [sys.executable, __file__, str(path), *IMPORTS[module]],
        env=os.environ | {"PYTHONPATH": first},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout.readline() == "up\n"
    server.stdout.close()
    _servers.append(server)
    return str(path)


_servers = []


def close():
    """End what was started for the runs."""
    while _servers:
        server = _servers.pop()
        server.stdin.close()
        server.wait()


def _serve(path):
    """Accept runs until standard input ends. Only a fork returns, with what it is to run."""
    with socket.socket(socket.AF_UNIX) as listening, selectors.DefaultSelector() as selector:
        listening.bind(path)
        listening.listen()
        selector.register(listening, selectors.EVENT_READ)
        selector.register(0, selectors.EVENT_READ)
        print("up", flush=True)
        while True:
            ready = {key.fd for key, _ in selector.select()}
            if 0 in ready:
                os.unlink(path)
                os.rmdir(os.path.dirname(path))
                sys.exit()
            link = listening.accept()[0]
            if os.fork() == 0:
                selector.close()
                listening.close()
                return _begin(link)
            link.close()
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass


def _begin(link):
    """Fork once more: one process says how the other ends."""
    _, streams, _, _ = socket.recv_fds(link, 1, 2)
    with link.makefile("rb") as lines:
        request = json.loads(lines.readline())
    pid = os.fork()
    if pid:
        for descriptor in (0, *streams):
            os.close(descriptor)
        link.sendall(b"%d\n" % pid)
        link.sendall(b"%d\n" % os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        os._exit(0)
    link.close()
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, number in ((nothing, 0), (streams[0], 1), (streams[1], 2)):
        os.dup2(descriptor, number)
        os.close(descriptor)
    return request


def _become(request):
    """Be what `python -m` starts with these words, in this folder and environment."""
    sys.stdin, sys.stdout, sys.stderr = sys.__stdin__, sys.__stdout__, sys.__stderr__ = (
        io.TextIOWrapper(io.BufferedReader(io.FileIO(0, "r", closefd=False)), "utf-8"),
        io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w", closefd=False)), "utf-8"),
        io.TextIOWrapper(
            io.BufferedWriter(io.FileIO(2, "w", closefd=False)), "utf-8", "backslashreplace", line_buffering=True
        ),
    )
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environment"])
    paths = request["environment"].get("PYTHONPATH", "")
    sys.path[:1] = [request["cwd"], *(path for path in paths.split(os.pathsep) if path)]
    for action in filter(None, request["environment"].get("PYTHONWARNINGS", "").split(",")):
        sys.warnoptions.append(action)
        warnings.simplefilter(action)
    sys.argv = request["words"]
    if "recproxy.proxy.forking" in sys.modules:
        module = sys.modules["recproxy.orchestrator.fork_server"]
        module.subprocess = SimpleNamespace(Popen=_ForkServer, DEVNULL=subprocess.DEVNULL)
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


class _ForkServer:
    """What `subprocess.Popen` starts for a run: `python -P -m recproxy.proxy`, here a fork of this process."""

    def __init__(self, command, *, stdin, stdout, stderr, env, start_new_session):
        assert (command, stdout, start_new_session) == (
            [sys.executable, "-P", "-m", "recproxy.proxy"],
            subprocess.DEVNULL,
            True,
        )
        self._status = None
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                _be_fork_server(stdin, stderr, env)
            except BaseException:  # noqa: BLE001 - its last words, then it ends
                sys.excepthook(*sys.exc_info())
            finally:
                os._exit(1)

    def poll(self):
        return self._ended(os.WNOHANG)

    def wait(self):
        return self._ended(0)

    def kill(self):
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def _ended(self, options):
        if self._status is None:
            pid, status = os.waitpid(self.pid, options)
            self._status = os.waitstatus_to_exitcode(status) if pid else None
        return self._status


def _be_fork_server(orders, errors, environment):
    os.setsid()
    nothing = os.open(os.devnull, os.O_WRONLY)
    for descriptor, number in ((orders, 0), (nothing, 1), (errors, 2)):
        os.dup2(descriptor, number)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.environ.clear()
    os.environ.update(environment)
    del sys.path[0]  # -P
    sys.modules["recproxy.proxy.forking"].run_fork_server()
    os._exit(0)


if __name__ == "__main__":
    for name in sys.argv[2:]:
        __import__(name)
    _become(_serve(sys.argv[1]))
