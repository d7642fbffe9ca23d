"""What the prestarted interpreters import, and what they work out once, so that no fork has to."""

import contextlib
import fnmatch
import functools
import gc
import importlib.metadata
import inspect
import sys
import tempfile
from pathlib import Path
from types import ModuleType

from prestarted_scripts import SCRIPT_IMPORTS

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


def remember_what_is_installed():
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


def import_installed(names):
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
    """Ask the uv that is installed here for its version once, and not in each nox. Older ones ask their own uv."""
    with contextlib.suppress(AttributeError, FileNotFoundError, ModuleNotFoundError):
        if not inspect.signature(virtualenv.uv_version).parameters:
            return
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


def import_as_pytest(names):
    """Import them after pytest's own plugins, and those of other plugins as pytest imports them."""
    from _pytest.assertion import install_importhook  # here, because the other interpreters need nothing of pytest
    from _pytest.config import default_plugins, get_config

    import_installed(f"_pytest.{name}" for name in default_plugins)
    _remember_hooks()
    config = get_config()
    if not hasattr(type(config), "inicfg"):
        config.inicfg = {}  # pytest 8 looks there for the names of test files
    hook = install_importhook(config)
    hook.mark_rewrite(*_REWRITTEN)
    import_installed(names)
    sys.meta_path.remove(hook)
    _remember_plugins()
    for pattern in (*_FOLDERS, "test_*.py", "*_test.py"):
        fnmatch.fnmatch("name", pattern)  # which remembers it
    inspect.getmodule(
        import_installed.__code__
    )  # which remembers the file of each module, for the first test that fails


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
