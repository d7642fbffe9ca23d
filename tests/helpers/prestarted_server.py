"""The program of a prestarted interpreter: it imports, listens, and forks for each run that it is asked for.

    python prestarted_server.py SOCKET DESCRIPTOR MODULE...

A fork takes the streams, the folder, the environment and the words of its run, and then does what `python -m MODULE` does.
"""

import atexit
import contextlib
import gc
import importlib
import io
import json
import os
import runpy
import select
import selectors
import shutil
import signal
import socket
import struct
import sys
import threading
import time
import warnings
from types import ModuleType

from prestarted_imports import import_as_pytest, import_installed, remember_what_is_installed
from prestarted_scripts import INTERRUPTED, Script
from prestarted_starts import ENTRY, HOLDER, WORKER, is_module, module_and_words, start_by_forks, turn

#: Variables that name the roots that TLS trusts.
_ROOTS = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def _serve(path, listening):
    """Accept runs until nobody holds the other end of standard input. Only a fork returns, with what it is to run."""
    remember_what_is_installed()
    links = {}
    with listening, selectors.DefaultSelector() as selector:
        selector.register(listening, selectors.EVENT_READ)
        selector.register(0, selectors.EVENT_READ)
        ended = _Ended(links, os.path.dirname(path))
        signal.signal(signal.SIGCHLD, lambda *_: ended.wait())  # at once: its time is its test's
        while True:
            ready = {key.fd for key, _ in selector.select()}
            if 0 in ready:
                with turn():
                    if select.select([0], [], [], 0)[0]:
                        shutil.rmtree(ended.folder)
                        sys.exit()
            if listening.fileno() not in ready:
                continue
            link = listening.accept()[0]
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])  # it may end before its link is known
            if (pid := os.fork()) == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
                for each in (selector, listening, ended, *links.values()):
                    each.close()
                return _begin(link, ended.folder)
            links[pid] = link
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])


class _Ended:
    """Waits for forks, and says how each has ended and what it has used."""

    def __init__(self, links, folder):
        self._links = links
        self.folder = folder
        self._accounts = {}
        self._told = 0.0

    def wait(self):
        """Say of each fork that has ended how it has."""
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status, used = os.wait4(-1, os.WNOHANG)
                if not pid:
                    return
                place = os.path.join(self.folder, str(pid))
                with contextlib.suppress(OSError):  # it has ended before it was found
                    self._add(os.readlink(place).split()[1], used.ru_utime + used.ru_stime)
                    os.unlink(place)
                with self._links.pop(pid) as link, contextlib.suppress(OSError):  # who asked has ended
                    link.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))

    def close(self):
        """Close the accounts: a fork has none of them."""
        for file, _ in self._accounts.values():
            os.close(file)

    def _add(self, holder, seconds):
        """Note what a fork has used, and this process since the last one, for who asked at the first."""
        if holder not in self._accounts:
            file = os.open(os.path.join(self.folder, f"used-{holder}"), os.O_WRONLY | os.O_CREAT)
            self._accounts[holder] = [file, 0.0]
        account, now = self._accounts[holder], time.process_time()
        account[1] += seconds + now - self._told
        self._told = now
        os.pwrite(account[0], struct.pack("d", account[1]), 0)


def _begin(link, folder):
    """Read what this fork is to run, take its streams, and have it found among the processes."""
    _, streams, _, _ = socket.recv_fds(link, 1, 4)
    with link.makefile("rb") as lines:
        request = json.loads(lines.readline())
    if request["session"]:
        os.setsid()
    elif request["group"]:
        os.setpgid(0, 0)
    if sys.platform == "linux":
        asker, _, _ = struct.unpack("3i", link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
        if not request["group"] and os.getsid(asker) == os.getsid(0):
            os.setpgid(0, os.getpgid(asker))
        os.symlink(f"{asker} {request['servers'][HOLDER]}", os.path.join(folder, str(os.getpid())))
        _show(request["command"])
    signal.signal(signal.SIGINT, signal.SIG_IGN if request["is_deaf"] else signal.SIG_DFL)
    for module, name, words in request["calls"]:
        getattr(importlib.import_module(module), name)(*words)
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)  # as at the start of an interpreter
    with contextlib.suppress(OSError):
        link.sendall(b"%d\n" % os.getpid())
    link.close()
    for number, descriptor in enumerate(streams[:3]):
        os.dup2(descriptor, number)
        os.close(descriptor)
    if request["network"]:
        _enter_network(request["network"])
    if request["keeper"]:
        _enter(request["keeper"], (*streams, 2)[3])
    for descriptor, number in zip(streams[3:], request["passed"], strict=False):
        os.dup2(descriptor, number)
    for descriptor in {*streams[3:]} - {*request["passed"]}:
        os.close(descriptor)  # which tells that the command has begun
    return request


def _show(command):
    """Have lists of processes show this command, as much of it as there is room for, instead of the one that forked."""
    with open("/proc/self/stat", "rb") as file:
        start, end = map(int, file.read().rpartition(b")")[2].split()[45:47])  # arg_start and arg_end by proc(5)
    words = b"".join(os.fsencode(word) + b"\0" for word in command)
    with open("/proc/self/mem", "r+b", buffering=0) as memory:
        memory.seek(start)
        memory.write(words[: end - start - 1].ljust(end - start, b"\0"))


def _enter(keeper, report):
    """Be in the namespaces of this process, as a command of an isolated run is."""
    entry = runpy.run_path(str(ENTRY))  # nothing of the package: a test may see what was imported
    try:
        entry["_join"](keeper)
    except OSError as problem:
        os.write(report, f"the command cannot join its namespaces: {problem.strerror}".encode())
        os._exit(entry["CANNOT_JOIN"])


def _enter_network(name):
    """Be in this network namespace, as what `ip netns exec` starts is."""
    import ctypes  # here, because few forks need it

    with open(f"/run/netns/{name}") as file:
        if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), 0x40000000):
            raise OSError(ctypes.get_errno(), f"cannot enter the network namespace {name}")


def _become(request):
    """Be what an interpreter starts with these words, in this folder and environment."""
    sys.stdin, sys.stdout, sys.stderr = sys.__stdin__, sys.__stdout__, sys.__stderr__ = (
        io.TextIOWrapper(io.BufferedReader(io.FileIO(0, "r", closefd=False)), "utf-8"),
        io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w", closefd=False)), "utf-8"),
        io.TextIOWrapper(
            io.BufferedWriter(io.FileIO(2, "w", closefd=False)), "utf-8", "backslashreplace", line_buffering=True
        ),
    )
    environment = request["environment"]
    is_worker = request["command"][1:] == WORKER
    script = None if is_worker or is_module(request["command"]) else Script(request["command"][1:], request["cwd"])
    if is_worker or (script and script.unbuffered) or environment.get("PYTHONUNBUFFERED"):
        sys.stdout = sys.__stdout__ = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), "utf-8", write_through=True)
    sys.pycache_prefix = environment.get("PYTHONPYCACHEPREFIX") or None
    sys.dont_write_bytecode = bool(environment.get("PYTHONDONTWRITEBYTECODE") or (script and script.without_bytecode))
    began = dict(os.environ)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    if any(began.get(name) != environment.get(name) for name in _ROOTS):  # what is made trusts what another one names
        if spare := sys.modules.get("recproxy.proxy.spare_contexts"):
            spare.SPARE_CONTEXTS.forget()
        if parts := sys.modules.get("aiohttp_parts"):
            parts.forget()
    sys.orig_argv = request["command"]
    paths = environment.get("PYTHONPATH", "")
    if script:
        first = (script.first,)
    else:
        safe, module, *words = (False, "-c") if is_worker else module_and_words(request["command"])
        first = () if safe else ("",) if is_worker else (request["cwd"],)
    if script and script.is_isolated:
        environment, first, paths = {}, (), ""
    sys.path[:1] = [*first, *(path for path in paths.split(os.pathsep) if path)]
    if xdist := sys.modules.get("xdist.plugin"):
        xdist._sys_path[:] = sys.path  # which it has kept for its workers when it was imported
    sys.warnoptions += [
        *filter(None, environment.get("PYTHONWARNINGS", "").split(",")),
        *(script.warnings if script else ()),
    ]
    warnings._processoptions(sys.warnoptions)
    if "RECPROXY_REDIRECT" in environment:  # what a .pth file of recproxy does
        from recproxy.client.redirect import install_from_env

        install_from_env()
    if not script or script.is_of_pytest:  # what another script starts is below it, and ends with it
        start_by_forks(request["servers"], began, request["keeper"], request["network"], request["calls"])
    if script:
        _end(*script.run())
    sys.argv = [module, *words]
    if is_worker:
        main = sys.modules["__main__"] = ModuleType("__main__")
        exec(WORKER[-1], vars(main))
        return
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _end(code, forget=lambda: None):
    """End with what a program leaves, and do not take the interpreter apart: that copies all memory that forks share.

    `forget` ends what the program itself has made.
    """
    if code is not None and not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    threading._shutdown()
    atexit._run_exitfuncs()
    code = _flush() or code
    forget()
    code = _flush() or code
    if code == INTERRUPTED:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
    os._exit((code or 0) & 0xFF)


def _flush():
    """Write what is left; the exit code of an interpreter that cannot, which says so, if it is that of standard output."""
    code = None
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except (OSError, ValueError) as problem:
            if stream is sys.stdout:
                code = 120
                with contextlib.suppress(OSError, ValueError):
                    print(f"Exception ignored in: {stream!r}\n{type(problem).__name__}: {problem}", file=sys.stderr)
    return code


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends those who hold it; a fork has a handler of its own
    (import_as_pytest if sys.argv[3] == "pytest" else import_installed)(sys.argv[3:])
    gc.freeze()
    try:
        _become(_serve(sys.argv[1], socket.socket(fileno=int(sys.argv[2]))))
    except SystemExit as end:
        _end(end.code)
    _end(0)
