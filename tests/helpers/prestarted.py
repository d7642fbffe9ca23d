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
"""

import _socket
import atexit
import contextlib
import fcntl
import fnmatch
import functools
import gc
import hashlib
import importlib.metadata
import inspect
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
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path
from types import ModuleType, SimpleNamespace

from prestarted_scripts import INTERRUPTED, KEEPER, RUN_BY, SCRIPT_IMPORTS, Script, kind, starts_alike

#: What any pytest imports that has plugins and asks something over HTTP.
_OF_PYTEST = (
    *("ast", "concurrent.futures.thread", "ctypes", "dateutil.parser", "difflib", "encodings.ascii", "encodings.idna"),
    *(
        "encodings.unicode_escape",
        "execnet",
        "faulthandler",
        "getpass",
        "h2.connection",
        "http.client",
        "httpcore",
        "httpx",
        "netrc",
        "pdb",
        "pickle",
    ),
    *("queue", "readline", "requests", "resource", "ssl", "stringprep", "sysconfig", "tomllib", "urllib.request"),
    "zoneinfo",
)
#: The folders in which pytest looks for no tests.
_FOLDERS = ("*.egg", ".*", "_darcs", "build", "CVS", "dist", "node_modules", "venv", "{arch}")
#: The packages of plugins whose asserts pytest rewrites when it imports them, and complains where somebody was first.
_REWRITTEN = ("anyio", "pytest_randomly", "pytest_split", "recproxy", "time_machine", "xdist")
#: The plugins that the pytest of a test has, and what they import late: in a run, and with workers.
_OF_PLUGINS = (
    *("pytest_randomly", "pytest_split.plugin", "time_machine"),
    *("xdist.dsession", "xdist.looponfail", "xdist.newhooks", "xdist.plugin", "xdist.remote"),
    *("recproxy.client.handle", "recproxy.client.outcome", "recproxy.client.recorded_clock"),
    *("recproxy.client.redirect.curl", "recproxy.client.redirect.greenlets", "recproxy.client.redirect.loops"),
    *("recproxy.client.redirect.sockets", "recproxy.client.redirect.trust"),
    *("recproxy.client.server", "recproxy.client.suite", "recproxy.config.project", "recproxy.pytest_plugin"),
    *("recproxy.report.listed_misses", "recproxy.report.run_timeline"),
)
#: What redaction decodes texts with.
_CODECS = ("encodings.idna", "encodings.utf_16_be", "encodings.utf_16_le", "stringprep")
#: What a run imports late: to make its CA, to record, and to prove.
_OF_RUNS = (
    *("concurrent.futures.thread", "cryptography.hazmat.backends.openssl.backend", "importlib.resources.readers"),
    *("recproxy.cli.proving", "recproxy.orchestrator.proof", "recproxy.orchestrator.recovery"),
    *("recproxy.play.git_versions", "recproxy.play.written_values", "recproxy.redaction.scope"),
    *("recproxy.report.report_files", *_CODECS),
)
#: The verbs that tests run most.
_VERBS = (
    *("recproxy.cli.check", "recproxy.cli.diff", "recproxy.cli.import_recordings", "recproxy.cli.init"),
    *("recproxy.cli.mutate", "recproxy.cli.profiles", "recproxy.cli.prune", "recproxy.cli.run", "recproxy.cli.scan"),
    *("recproxy.cli.serve", "recproxy.cli.show"),
)
#: What a proxy imports late: for a miss, for mail, WebSockets, gRPC and HTTP/2, and to redact.
_OF_PROXIES = (
    *("recproxy.matching.miss", "recproxy.play.mending", "recproxy.proxy.redaction_worker"),
    *("recproxy.proxy.smtp_connection", "recproxy.proxy.imap_speaking", "recproxy.proxy.imap_scope"),
    *("recproxy.proxy.websocket_scope", "recproxy.proxy.h2_connection", "recproxy.grpc.bodies"),
    *("recproxy.proxy.exchange", "recproxy.proxy.h2_services", "recproxy.proxy.scope_webhooks"),
    *("concurrent.futures.thread", "http", "recproxy.formats.stored", *_CODECS),
)
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
#: What is imported for a module before it is run. Each has its own process: a test may see what was imported.
IMPORTS = {
    "recproxy": ("recproxy.cli", *_VERBS, "recproxy.orchestrator.run", *_OF_RUNS),
    "recproxy.proxy": ("recproxy.proxy.forking", *_OF_PROXIES),
    "pytest": ("pytest", *_OF_PYTEST, *_OF_PLUGINS),
    "nox": ("nox", "recproxy.nox"),
    "tox": ("tox.run", "recproxy.tox"),
    "virtualenv": ("virtualenv.__main__", "virtualenv.run"),
    **SCRIPT_IMPORTS,
}
#: What runs start themselves; these interpreters are there from the first run on.
_STARTED_BY_RUNS = ("recproxy", "recproxy.proxy", "pytest", *SCRIPT_IMPORTS)
_STARTED_BY = {"nox": (*_STARTED_BY_RUNS, "virtualenv")}
#: Variables of Python that a fork obeys; any other must be what it was when the interpreter started.
_OBEYED = ("PYTHONPATH", "PYTHONWARNINGS", "PYTHONUNBUFFERED", "PYTHONPYCACHEPREFIX", "PYTHONDONTWRITEBYTECODE")
#: Variables that name the roots that TLS trusts.
_ROOTS = ("SSL_CERT_FILE", "SSL_CERT_DIR")
#: Variables that tox sets and that change nothing here.
_IDLE = ("PYTHONHASHSEED", "PYTHONIOENCODING")
#: Scripts that do what `python -m` does with the module of this name.
_SCRIPTS = ("pytest", "recproxy")
#: What xdist gives to the interpreter of a worker, which has to have imported what pytest imports.
_WORKER = ["-u", "-c", "import sys;exec(eval(sys.stdin.readline()))"]
#: The program that a run starts a command with in its namespaces; the keeper's pid, a descriptor and the command follow.
_ENTRY = Path(__file__).parents[2] / "orchestrator/recproxy/orchestrator/namespace_entry.py"
#: What a start may call in the new process, and a fork as well: by their modules.
_CALLED = (
    ("permissions", "obey_permissions"),
    ("resource", "setrlimit"),
    ("seccomp", "refuse_call"),
    ("signal", "signal"),
)
#: A project such as tests have.
_PROJECT = """[project]
name = "demo"
[tool.recproxy.profiles.shop]
credentials = ["SHOP_KEY"]
[[tool.recproxy.profiles.shop.endpoints]]
hosts = ["api.shop.example", "*.shop.example"]
base_url = "SHOP_BASE_URL"
[tool.recproxy.profiles.shop.placeholders]
SHOP_KEY = "placeholder"
"""
#: The name of the process of tests, among those of the interpreters, that what a fork uses is for.
_HOLDER = "holder"
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
        _ask(link, servers, (nothing, out[1], err[1]), command, cwd=str(cwd), environment=environment)
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
    _start_by_forks(servers, dict(os.environ))
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

    _start_by_forks(_servers_for((*modules, *_STARTED_BY_RUNS)), dict(os.environ), popen=Forking)
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


def _ask(link, servers, streams, command, *, cwd, environment, keeper=None, network=None, **more):
    """Ask for a fork that becomes this command; it says its pid and, at its end, its exit code.

    `more` may be a `session` or a process `group` of its own, `calls` at the start, whose effect is inherited, and the
    number that a fourth stream has there, if it is `passed`.
    `keeper` is the pid of the process whose namespaces it is to enter. A fourth stream gets what goes wrong there.
    `network` is the name of the network namespace that it is to enter.
    """
    request = _request(servers, command, cwd=cwd, environment=environment, keeper=keeper, network=network) | more
    socket.send_fds(link, [b"\n"], streams)
    link.sendall(json.dumps(request).encode() + b"\n")


def _request(servers, command, *, cwd="", environment=(), keeper=None, network=None):
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


def write_script(path, module="recproxy"):
    """Write a program that is a fork of what is prestarted, for scripts of a shell that name it.

    No signal reaches the fork.
    """
    servers = _servers_for((module, *_STARTED_BY_RUNS))
    request = _request(servers, [sys.executable, "-P", "-m", module])
    path.write_text(_SCRIPT.format(python=sys.executable, address=servers[module], request=request))
    path.chmod(0o755)


def _read(descriptor):
    with open(descriptor, encoding="utf-8") as file:
        return file.read()


def _servers_for(modules, also=()):
    """The addresses of interpreters by what they run, and who is to be told what they use."""
    also = dict(also)
    return {each: _server(each, "", also.get(each, ())) for each in modules} | {_HOLDER: str(os.getpid())}


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
    with _turn():
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


@contextlib.contextmanager
def _turn():
    """One process after the other: who begins to hold an interpreter, and an interpreter that nobody holds and that ends."""
    with open(__file__, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


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
            [sys.executable, __file__, path, str(listening.fileno()), *imports],
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


def _remember_what_is_installed():
    """Read once what the packages here say of themselves.

    Pytest, its plugins and recproxy look through all at each start.
    """
    kind = importlib.metadata.PathDistribution
    known = {each._path: each for each in importlib.metadata.distributions()}

    def remembered(read):
        read = functools.cache(read)
        return property(lambda self: read(known.get(self._path, self)))

    for name in ("_normalized_name", "entry_points", "files", "metadata"):
        setattr(kind, name, remembered(getattr(kind, name).fget))
    for each in known.values():
        _ = each._normalized_name
        if any(point.group == "pytest11" for point in each.entry_points):
            _ = each.metadata, [str(file) for file in each.files or ()]
        if each._normalized_name == "pluggy":  # whose version each pytest shows
            _ = each.metadata
    if installed := sys.modules.get("recproxy.config.installed"):
        installed.offers()


def _serve(path, listening):
    """Accept runs until nobody holds the other end of standard input. Only a fork returns, with what it is to run."""
    _remember_what_is_installed()
    links = {}
    with listening, selectors.DefaultSelector() as selector:
        selector.register(listening, selectors.EVENT_READ)
        selector.register(0, selectors.EVENT_READ)
        ended = _Ended(links, os.path.dirname(path))
        signal.signal(signal.SIGCHLD, lambda *_: ended.wait())  # at once: its time is its test's
        while True:
            ready = {key.fd for key, _ in selector.select()}
            if 0 in ready:
                with _turn():
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
        os.symlink(f"{asker} {request['servers'][_HOLDER]}", os.path.join(folder, str(os.getpid())))
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
    entry = runpy.run_path(str(_ENTRY))  # nothing of the package: a test may see what was imported
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
    is_worker = request["command"][1:] == _WORKER
    script = None if is_worker or _is_module(request["command"]) else Script(request["command"][1:], request["cwd"])
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
        safe, module, *words = (False, "-c") if is_worker else _module_and_words(request["command"])
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
        _start_by_forks(request["servers"], began, request["keeper"], request["network"], request["calls"])
    if script:
        _end(*script.run())
    sys.argv = [module, *words]
    if is_worker:
        main = sys.modules["__main__"] = ModuleType("__main__")
        exec(_WORKER[-1], vars(main))
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


def _is_module(command):
    return command[1] == "-m" or command[1:3] == ["-P", "-m"]


def _module_and_words(command):
    """Whether it is started with -P, its module, and the words for it."""
    safe = command[1] == "-P"
    dash, *rest = command[1 + safe :]
    assert dash == "-m"
    return (safe, *rest)


def _start_by_forks(servers, began, keeper=None, network=None, calls=(), popen=subprocess.Popen):
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
        _ask(
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
    if words[:4] != [sys.executable, "-I", "-S", str(_ENTRY)] or os.geteuid() != 0:
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
    if words[1:] == _WORKER and (found := _version("pytest", environment, servers)):
        module = found
    elif _is_module(words):
        _, name, *_ = _module_and_words(words)
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


def _import(names):
    """Import what is installed of these modules."""
    if any(name.startswith("recproxy") for name in names):
        _compile_at_once()
    for name in names:
        with contextlib.suppress(ModuleNotFoundError):  # not each session has all of them
            __import__(name)
    if "recproxy.redaction.scope" in sys.modules:
        _compile_patterns()
        _fill_caches()
    if virtualenv := sys.modules.get("nox.virtualenv"):
        _remember_uv(virtualenv)


def _remember_uv(virtualenv):
    """Ask the uv that is installed here for its version once, and not in each nox."""
    with contextlib.suppress(AttributeError, FileNotFoundError, ModuleNotFoundError):
        uv = importlib.import_module("uv").find_uv_bin()
        virtualenv.uv_version = functools.cache(virtualenv.uv_version)
        virtualenv.uv_version(uv)


def _compile_at_once():
    """Compile the `__init__` of recproxy's dataclasses here, and not in each fork when it makes the first object."""
    module = importlib.import_module("recproxy.lazy.dataclass")
    module._late_init = module._init


def _compile_patterns():
    """Compile the expressions of runs and proxies that recproxy compiles when it first uses them."""
    lazy = importlib.import_module("recproxy.lazy.patterns")._LazyPattern
    for value in gc.get_objects():  # some are in tables
        if type(value) is lazy:
            value.search  # noqa: B018


def _fill_caches():
    """Do once what each run does, or each proxy: the first time, it takes longer than all others."""
    scope, rules = (importlib.import_module(f"recproxy.redaction.{name}") for name in ("scope", "rules"))
    scope.redact_text("GET https://api.shop.example/item?id=1", rules.RedactionRules())
    if forking := sys.modules.get("recproxy.proxy.forking"):
        forking._make_ready()
        forking._make_ready = lambda: None  # it is
        forking.SPARE_CONTEXTS.prepare()
        import ssl  # here, because only proxies and pytest need it

        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    elif authority := sys.modules.get("recproxy.orchestrator.authority"):
        authority.CertificateAuthority().issue("api.shop.example")
        _read_project()


def _read_project():
    """Read an example of what each run reads: its words, and its project with a profile."""
    run = importlib.import_module("recproxy.cli.run").run
    project = importlib.import_module("recproxy.config.project")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "pyproject.toml").write_text(_PROJECT)
        project.find_project(Path(folder)).load(["shop"])
    tempfile.tempdir = None  # a fork has one of its own
    run.make_context("run", ["--mode", "replay", "--", "true"])


def _import_as_pytest(names):
    """Import them after pytest's own plugins, and those of other plugins as pytest imports them."""
    from _pytest.assertion import install_importhook  # here, because the other interpreters need nothing of pytest
    from _pytest.config import default_plugins, get_config

    _import(f"_pytest.{name}" for name in default_plugins)
    _remember_hooks()
    config = get_config()
    if not hasattr(type(config), "inicfg"):
        config.inicfg = {}  # pytest 8 looks there for the names of test files
    hook = install_importhook(config)
    hook.mark_rewrite(*_REWRITTEN)
    _import(names)
    sys.meta_path.remove(hook)
    _remember_plugins()
    for pattern in (*_FOLDERS, "test_*.py", "*_test.py"):
        fnmatch.fnmatch("name", pattern)  # which remembers it
    inspect.getmodule(_import.__code__)  # which remembers the file of each module, for the first test that fails


def _remember_hooks():
    """Look once for what a name is in the module of a plugin: a small pytest does so a thousand times."""
    manager = importlib.import_module("pluggy._manager")
    if look := getattr(manager, "_static_hook_attr", None):
        remembered = functools.cache(look)
        manager._static_hook_attr = lambda of, name: (remembered if isinstance(of, ModuleType) else look)(of, name)


def _remember_plugins():
    """Look once for the hooks and fixtures of plugins: a small pytest spends a third of its time on that."""
    fixtures, manager = importlib.import_module("_pytest.fixtures"), importlib.import_module("pluggy._manager")
    varnames, look = _remember_arguments(), getattr(manager, "_static_hook_attr", lambda *_: None)
    hooks = {}  # by module and by class of plugins, the names of hooks in it
    only = {}  # by module, what is a fixture in it
    plain = set()  # classes of plugins without a fixture
    for name, module in list(sys.modules.items()):
        if found := _hooks(dir(module)):
            hooks[module], only[module] = found, ModuleType(name)
            for key, value in vars(module).items():
                if type(value) is fixtures.FixtureFunctionDefinition:
                    setattr(only[module], key, value)
            for each in found:
                if (hook := look(module, each)) is not None:
                    _ = varnames(hook[1])
        if name.partition(".")[0] in ("_pytest", *_REWRITTEN):
            for each in filter(inspect.isclass, list(vars(module).values())):
                if found := _hooks(dir(each)):
                    hooks[each] = found
                    values = (value for base in each.__mro__ for value in vars(base).values())
                    if not any(type(value) is fixtures.FixtureFunctionDefinition for value in values):
                        plain.add(each)

    def hooks_of(plugin):
        if isinstance(plugin, ModuleType):
            return hooks.get(plugin) or dir(plugin)
        known = None if inspect.isclass(plugin) else hooks.get(type(plugin))
        return dir(plugin) if known is None else dict.fromkeys((*known, *_hooks(getattr(plugin, "__dict__", ()))))

    manager.dir = hooks_of
    search = fixtures.FixtureManager.parsefactories

    def parsefactories(self, *where, **named):
        holder = named.get("holder")  # as pytest 9 asks for it
        if isinstance(holder, ModuleType):
            named["holder"] = only.get(holder, holder)
        if type(holder) not in plain:
            search(self, *where, **named)

    fixtures.FixtureManager.parsefactories = parsefactories


def _remember_arguments():
    """Look once for the names of the arguments of a hook."""
    using = [each for name, each in sys.modules.items() if name.startswith("pluggy._") and hasattr(each, "varnames")]
    remembered = functools.cache(using[0].varnames)
    for module in using:
        module.varnames = remembered
    return remembered


def _hooks(names):
    return [name for name in names if name.startswith("pytest_")]


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends those who hold it; a fork has a handler of its own
    (_import_as_pytest if sys.argv[3] == "pytest" else _import)(sys.argv[3:])
    gc.freeze()
    try:
        _become(_serve(sys.argv[1], socket.socket(fileno=int(sys.argv[2]))))
    except SystemExit as end:
        _end(end.code)
    _end(0)
