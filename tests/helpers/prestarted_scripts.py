"""Scripts that a fork of an interpreter can run: what `python -c CODE` and `python FILE` ask for, and how it is done.

Nothing else of prestarted interpreters: prestarted_starts asks whether a command is such a script, and
prestarted_server runs it in the fork.
"""

import builtins
import gc
import importlib.machinery
import os
import re
import signal
import sys
import threading
from pathlib import Path
from types import ModuleType

#: What scripts import from the standard library, and what that imports late.
_OF_SCRIPTS = (
    *("argparse", "asyncio", "base64", "calendar", "concurrent.futures.thread", "ctypes", "dataclasses", "datetime"),
    *("decimal", "email.message", "email.mime.multipart", "email.mime.text", "email.parser", "email.policy"),
    *("encodings.idna", "fcntl", "getpass", "gzip", "hashlib", "hmac", "html", "http.client", "http.cookiejar"),
    *("http.server", "imaplib", "json", "logging", "mimetypes", "pathlib", "queue", "random", "shutil", "smtplib"),
    *("socketserver", "ssl", "stringprep", "struct", "subprocess", "tempfile", "textwrap", "traceback", "unicodedata"),
    *("urllib.request", "uuid", "xml.etree.ElementTree", "zlib", "zoneinfo"),
)
#: The clients of which a script names one; what they import is imported before. grpc starts no thread until it is used.
_CLIENTS = ("grpc", "google.protobuf", "httpx", "requests", "tweepy", "urllib3", "websockets")
_OF_CLIENTS = (
    *("google.protobuf.descriptor_pb2", "google.protobuf.json_format", "google.rpc.error_details_pb2", "grpc"),
    *("grpc_status.rpc_status", "h2.connection", "httpx", "httpx._transports.default", "requests", "urllib3"),
    *("urllib3.contrib.socks", "websockets.asyncio.client", "websockets.sync.client"),
    *("httpcore._async.http2", "httpcore._backends.anyio", "httpcore._sync.http2", "anyio._backends._asyncio"),
    "tweepy",
)
#: What the share application imports, which uses the same clients.
_OF_SHARE = ("routes", "webob", "wsgiref.simple_server")
#: The interpreters for scripts, and what is imported in each.
SCRIPT_IMPORTS = {"python": _OF_SCRIPTS, "python with clients": (*_OF_SCRIPTS, *_OF_CLIENTS, *_OF_SHARE)}
#: The interpreters that run modules as well, which import the same.
RUN_BY = {"hypercorn": "python with clients", "share": "python with clients", "unittest": "python"}
#: What a script is about that has to be the first to import something, or to be alone in its process.
_UNUSUAL = re.compile(
    r"\b(eventlet|gevent|meta_path|resource|setrlimit|sys\.modules(?!\[[^]]*\] = )|time_machine|tracemalloc)\b"
)
_IMPORTS_PYTEST = re.compile(r"\b(?:import|from)\b[^\n]*\bpytest\b")
_IMPORTS_CLIENT = re.compile(rf"\b(?:import|from)\b[^\n]*\b(?:{'|'.join(map(re.escape, _CLIENTS))})\b")
#: Modules that stand beside a script under a name of these would be imported in the place of what is imported already.
_NAMES = sys.stdlib_module_names | {
    *("anyio", "certifi", "charset_normalizer", "google", "grpc", "grpc_status", "h11", "h2", "hpack", "httpcore"),
    *("httpx", "hyperframe", "idna", "repoze", "requests", "routes", "sitecustomize", "six", "sniffio", "socks"),
    *("typing_extensions", "urllib3", "usercustomize", "webob", "websockets"),
}
#: Variables that are read when an interpreter or a library starts.
_READ_AT_START = re.compile(
    r"LC_(?!ALL|CTYPE)|LD_|LANGUAGE$|MALLOC_|OPENSSL_|GRPC_(?!DEFAULT_SSL_ROOTS)|RECPROXY_CLOCK$"
)
#: The program that keeps the namespaces of a run, which imports the standard library alone and obeys no environment.
KEEPER = ["-I", "-S", str(Path(__file__).parents[2] / "orchestrator/recproxy/orchestrator/namespace_keeper.py")]
#: The exit code of a program that Ctrl-C ends, as `subprocess` says it.
INTERRUPTED = -signal.SIGINT
#: Languages of which Python makes one with UTF-8.
_PLAIN = ("C", "POSIX")
_REDIRECT = str(Path(__file__).parents[2] / "orchestrator/recproxy/client/redirect/startup")


class Script:
    """What the words after `python` ask for: warnings, how it writes, a text and its words."""

    def __init__(self, words, folder):
        """Read words as an interpreter does.

        Raises:
            ValueError: they ask for something else than a script, or in an unusual way.
            OSError: the file cannot be read.
        """
        self.warnings, self.unbuffered, self.without_bytecode, self.file = [], False, False, None
        words = list(words)
        self.is_isolated = words[:3] == KEEPER
        if self.is_isolated:
            del words[:2]
        while words and words[0] in ("-W", "-u", "-B"):
            option = words.pop(0)
            if option == "-W":
                self.warnings.append(words.pop(0))
            self.unbuffered |= option == "-u"
            self.without_bytecode |= option == "-B"
        match words:
            case ["-c", text, *rest]:
                self.text, self.argv, self.first = text + "\n", ["-c", *rest], ""
            case [name, *rest] if name.endswith(".py") and not name.startswith("-"):
                self.file = os.path.abspath(os.path.join(folder, name))
                with open(self.file, "rb") as file:
                    self.text = file.read()
                self.argv, self.first = [name, *rest], os.path.dirname(os.path.realpath(self.file))
            case _:
                raise ValueError(words)
        self.readable = self.text if isinstance(self.text, str) else self.text.decode("utf-8", "replace")
        self.is_of_pytest = bool(_IMPORTS_PYTEST.search(self.readable))

    def run(self):
        """Be the program: its exit code. Whatever it raises is shown as an interpreter shows it."""
        set_language()
        known = set(sys.modules)
        main = sys.modules["__main__"] = ModuleType("__main__")
        main.__builtins__ = builtins
        main.__annotations__ = {}
        if self.file:
            main.__file__, main.__cached__ = self.file, None
            main.__loader__ = importlib.machinery.SourceFileLoader("__main__", self.file)
        else:
            main.__loader__ = importlib.machinery.BuiltinImporter
        sys.argv = self.argv
        try:
            exec(compile(self.text, self.file or "<string>", "exec", dont_inherit=True), vars(main))
        except SystemExit as end:
            code = end.code
        except BaseException as problem:  # noqa: BLE001 - as an interpreter does, which shows it
            trace = problem.__traceback__.tb_next
            sys.last_type, sys.last_value, sys.last_traceback = type(problem), problem.with_traceback(trace), trace
            sys.excepthook(type(problem), problem, trace)
            code = INTERRUPTED if isinstance(problem, KeyboardInterrupt) else 1
        else:
            code = 0
        return code, lambda: _forget(main, known)


def kind(words, folder, began, environment):
    """Which of the interpreters can fork for these words after `python`; None if an interpreter has to be started."""
    try:
        script = Script(words, folder)
    except (IndexError, OSError, ValueError):
        return None
    if script.is_isolated:
        return "python"
    if _UNUSUAL.search(script.readable) or not starts_alike(began, environment, script.first or folder, folder):
        return None
    if script.is_of_pytest:
        return "pytest"
    return "python with clients" if _IMPORTS_CLIENT.search(script.readable) else "python"


def starts_alike(began, environment, *folders):
    """Whether an interpreter of one environment would be the same in another, with modules that are looked for there."""
    read = [{name: each[name] for name in each if _READ_AT_START.match(name)} for each in (began, environment)]
    language = _language(environment)
    if read[0] != read[1] or not (language in _PLAIN or language.lower().endswith(("utf-8", "utf8"))):
        return False
    paths = environment.get("PYTHONPATH", "").split(os.pathsep)
    places = {*folders, *(os.path.join(folders[-1], path) for path in paths if path and path != _REDIRECT)}
    return not any(_hides(place) for place in places)


def set_language():
    """Have the variable in the environment that an interpreter sets where no language is asked for, by PEP 538."""
    if not os.environ.get("LC_ALL") and _language(os.environ) in _PLAIN:
        os.environ["LC_CTYPE"] = "C.UTF-8"


def _language(environment):
    return environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG") or "C"


def _hides(folder):
    """Whether a folder has a module of a name that is imported already."""
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return False
    return any(
        entry.name.partition(".")[0] in _NAMES
        and (entry.name.endswith((".py", ".so")) or os.path.exists(os.path.join(entry.path, "__init__.py")))
        for entry in entries
    )


def _forget(main, known):
    """Forget the script and its modules as an interpreter does at its end: what it left open is complained of."""
    if threading.active_count() > 1:
        return  # threads that nobody waits for stand still in an interpreter that ends
    own = [module for name, module in sys.modules.items() if name not in known and name != "__main__"]
    for module in (main, *reversed(own)):
        values = getattr(module, "__dict__", {})
        for hidden in (True, False):
            for name in list(values):
                if name != "__builtins__" and (name[:1] == "_" != name[1:2]) == hidden:
                    values[name] = None
    del own, module, values
    gc.collect()
