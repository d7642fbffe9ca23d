"""The project's own sessions; `functional` is made the way any project makes it."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tomllib
from pathlib import Path

import nox
from nox.command import CommandFailed

# A noxfile is read before anything is installed: our own sessions use the source beside it. Other projects install
# recproxy next to nox, or name it in the noxfile's PEP 723 block, and leave this line out.
sys.path.insert(0, str(Path(__file__).parent / "orchestrator"))

from recproxy.nox import FunctionalRun, functional_sessions

nox.options.error_on_missing_interpreters = True

SHARE = ("twitter", "bitly", "gmail", "facebook", "github", "slack")  # the share application asks these
PROFILES = (*SHARE, "anthropic", "openai", "stripe")
INLINE = ("google", "linkedin", "pubsub", "yahoo")  # they stand in pyproject.toml
OWN = ("-e", ".", *(word for profile in PROFILES for word in ("-e", f"profiles/{profile}")))
CLIENTS = ("requests", "httpx", "webob", "routes", "websockets", "grpcio", "protobuf")


@functional_sessions(*SHARE, *INLINE)
def functional(session: nox.Session, recproxy: FunctionalRun) -> None:
    """The share application's functional suite."""
    session.install(*OWN, *CLIENTS, "pytest")
    recproxy.run("pytest", "tests/functional", *recproxy.args)


@nox.session(default=False, venv_backend="uv|virtualenv")  # uv, where it is there, takes less time
def tests(session: nox.Session) -> None:
    """All tests but the functional suite, which they run as a user does."""
    beside = Path(session.virtualenv.location).absolute()
    variables = {}
    if os.environ.get("PYTHONDONTWRITEBYTECODE"):
        # What is compiled is kept in the environment, not beside the source: each worker would compile all it imports.
        # pip compiles what it installs, and puts it where Python will look for it.
        compiled = str(beside / "compiled-modules")
        variables = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": compiled, "COMPILED_MODULES": compiled}
    session.install(
        *OWN,
        *CLIENTS,
        *(
            "aiohttp",
            "aiosmtpd",
            "anyio",
            "async-lru",
            "connectrpc",
            "detect-secrets",
            "eventlet",
            "flask",  # with flask-cors and moto: a server of S3
            "flask-cors",
            "fsspec",
            "gevent",
            "grpclib",
            "grpcio-reflection",  # with grpcio
            "grpcio-status",
            "grpcio-tools",
            "hatchling",
            "hypercorn",  # a service of HTTP/2
            "hypothesis",
            "httpx-ws",
            "imapclient",
            "jinja2",
            "jsonschema",
            "moto[s3]>=5",
            "mypy",
            "nox",
            "pygls",
            "pytest",
            "pytest-asyncio",
            "pytest-rerunfailures",
            "pytest-randomly",
            "pytest-split",
            "pytest-timeout",
            "pytest-xdist",
            "responses",
            "s3fs",
            "starlette",
            "time-machine",
            "tomli-w",
            "toml",
            "tox",
            "trustme",
            "tweepy",
            "uv",
            "uvicorn",
            "vcrpy>=9",
            "websocket-client",
            "betamax>=0.9",
        ),
        env=variables,
    )
    # Two plugins that refuse to stand beside each other: tests put the one that they are about on the path.
    # (Not below session.create_tmp(): that becomes everyone's temporary folder, and this project's settings hold there.)
    clashing = beside / "clashing-plugins"
    for plugin in ("pytest-recording", "pytest-vcr"):
        session.install("--no-deps", "--upgrade", "--target", str(clashing / plugin), plugin)
    # The pytest before the one installed, for the tests of the plugin: they put it in front of it.
    former = beside / "former-pytest"
    session.install("--no-deps", "--upgrade", "--target", str(former), "pytest>=8,<9")
    # The lowest vcrpy that the extra allows, for one test of the bridge.
    lowest = beside / "former-vcrpy"
    session.install("--no-deps", "--upgrade", "--target", str(lowest), "vcrpy>=6,<7")
    variables |= {
        "CLASHING_PYTEST_PLUGINS": str(clashing),
        "FORMER_PYTEST": str(former),
        "FORMER_VCRPY": str(lowest),
    }
    # One worker more than processors: tests also wait, for clients, timeouts and processes that end.
    workers = str((os.cpu_count() or 1) + 1)
    session.run("pytest", "-n", workers, "--dist", "worksteal", *session.posargs, env=variables)


@nox.session(default=False)
@nox.parametrize("version", ["lowest", "highest"])
def extras(session: nox.Session, version: str) -> None:
    """The tests of what each extra is for, with the lowest version that it allows and with the highest."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    packages = sorted(
        {each for extra in project["optional-dependencies"].values() for each in extra} | {"betamax>=0.9"}
    )
    if version == "lowest":
        # vcrpy 6 does not work with newer ones, recproxy or not.
        packages = ["aiohttp<3.12", "urllib3<2.3", *(each.replace(">=", "==") for each in packages)]
    helpers = ("aiohttp", "hypothesis", "pytest-asyncio", "pytest-rerunfailures", "pytest-timeout", "pytest-xdist")
    session.install("--upgrade", *OWN, *packages, *CLIENTS, *helpers, "trustme")
    # The suite itself has nox and tox from the oldest version to the newest: journeys/test_runner_versions.py.
    tests = "testing/vcrpy_bridge/test_suites.py testing/vcrpy_bridge/test_matching.py testing/betamax_bridge"
    tests += " ui testing/inprocess formats/test_responses.py play/test_detectors.py"
    tests += " stores lsp testing/pytest_plugin/test_scopes.py testing/vcrpy_bridge/test_callbacks.py"
    # pytest 8.0 prints the text of a miss once more, which that test counts.
    others = ["-k", "not a_miss_fails_the_test_that_caused_it"] if version == "lowest" else []
    session.run("pytest", *(f"tests/{each}" for each in tests.split()), *others, *session.posargs)


@nox.session(default=False)
def lint(session: nox.Session) -> None:
    """Style, types, floors, spelling, and the workflows of the docs; then `audit`, which needs a network."""
    session.install(*OWN, "codespell", "import-linter", "jinja2", "mypy", "nox", "pytest", "pyyaml", "ruff")
    session.install("starlette", "tox", "uvicorn", "zizmor")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("mypy")
    session.run("lint-imports")
    session.run("codespell", "README.md", "CHANGELOG.md", "docs", "orchestrator", "profiles", "tests")
    session.run("python", "tests/helpers/workflows.py", str(Path(session.create_tmp()) / "workflows"))
    session.notify("audit")


@nox.session(default=False)
def browser(session: nox.Session) -> None:
    """The report and the viewer in Chromium: filters, edits, keyboard, both themes, 375 pixels, axe-core, hostile texts.

    And clients of gRPC and gRPC-Web in node and in a page, where npm is installed.
    """
    packages = (
        "axe-playwright-python",
        "grpcio-status",
        "httpx",
        "hypothesis",
        "playwright",
        "pytest",
        "pytest-timeout",
    )
    session.install("-e", ".[ui]", *OWN[2:], *packages)
    variables = {"RECPROXY_BROWSER": "1"}  # it fails where chromium is missing, rather than skip
    folder = Path(session.create_tmp()).absolute()
    if shutil.which("npm") and _npm(session, folder, "@grpc/grpc-js", "grpc-web", "xhr2"):
        variables["RECPROXY_GRPC_MODULES"] = str(folder / "node_modules")
    names = ("report_page", "viewer_page", "grpc_scripts")
    session.run("pytest", *(f"tests/journeys/test_{name}.py" for name in names), *session.posargs, env=variables)


@nox.session(default=False)
def docs(session: nox.Session) -> None:
    """The docs as a site in build/site; a link or an anchor that leads nowhere fails."""
    session.install("-e", ".", "mkdocs-material>=9.7", "mkdocs<2")
    session.run("mkdocs", "build", "--config-file", ".ci/site/mkdocs.yml", env={"NO_MKDOCS_2_WARNING": "1"})


@nox.session(default=False)
def editors(session: nox.Session) -> None:
    """The grammar of recordings in the engine that VS Code has, and in vim where it is installed. Needs node and npm."""
    folder = Path(session.create_tmp()).absolute()
    _npm(session, folder, "vscode-textmate", "vscode-oniguruma")
    session.install("-e", ".", "hypothesis", "pytest", "pytest-timeout")
    variables = {"RECPROXY_TEXTMATE": str(folder / "node_modules")}  # it fails where npm is missing, rather than skip
    session.run("pytest", "tests/test_editors.py", *session.posargs, env=variables)


@nox.session(default=False)
def audit(session: nox.Session) -> None:
    """Ask PyPI whether a dependency has a known vulnerability. Needs a network."""
    session.install(*OWN, "nox", "pip-audit", "tox", "vcrpy")
    session.run("python", "tests/helpers/dependency_audit.py")


@nox.session(default=False)
def fuzz(session: nox.Session) -> None:
    """Fuzz all targets, or those named, for so many seconds: `nox -s fuzz -- 600 rec replay`."""
    session.install(*OWN, "tomli-w", "vcrpy>=9")
    # Not every Python and system has a wheel of it; the campaign says so, and does without.
    with contextlib.suppress(CommandFailed):
        session.install("--only-binary", "atheris", "atheris")
    session.run("python", "tests/fuzz/campaign.py", *(session.posargs or ("60",)))


@nox.session(default=False)
def endurance(session: nox.Session) -> None:
    """Kills, crowds and a broken world, in the sizes of docs/explanation/reliability.md; or those named."""
    session.install(*OWN, "grpcio", "pytest", "pytest-xdist")
    session.run("python", "tests/endurance/endurance.py", *session.posargs)


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """The costs that matter beside other tools, and nginx where it is installed; or, `--against`, of another checkout.

    `nox -s bench -- --into docs/explanation` makes the table and the pictures of the page on performance. `--hoverfly
    PROGRAM`, `--wiremock JAR` and `--mockttp FOLDER` put these tools beside it, too.
    """
    tools = (*CLIENTS, "aiosmtpd", "hypothesis", "pytest", "pytest-timeout", "pytest-xdist", "trustme", "vcrpy>=9")
    session.install(*OWN, *tools)
    if session.posargs[:1] == ["--against"]:
        other, *names = session.posargs[1:] or session.error("--against needs a folder or a commit")
        session.run("python", "tests/bench/compare.py", _environment_of(session, other, tools), *names)
        return
    table = ["python", "tests/bench/table.py", *_rivals(session)]
    session.run(*table, *session.posargs)
    if not session.posargs:
        for name in ("replay", "record", "redaction", "scan", "imap", "smtp"):
            session.run("python", f"tests/bench/{name}.py")


def _rivals(session: nox.Session) -> tuple[str, ...]:
    """Install what stands beside recproxy, each apart from the others: what tells the table where it is."""
    folder = Path(session.virtualenv.location).absolute() / "rivals"
    words = ["--rivals", str(folder)]
    for name in ("pytest-recording", "cassetter"):  # two plugins with the same options
        with contextlib.suppress(CommandFailed):  # a system may have no wheel of it
            session.install("--no-deps", "--upgrade", "--target", str(folder / name), name)
    mitmproxy = folder / "mitmproxy"  # it wants other versions of what recproxy needs
    with contextlib.suppress(CommandFailed):
        session.run("python", "-m", "venv", str(mitmproxy))
        session.run(str(mitmproxy / "bin/python"), "-m", "pip", "install", "--quiet", "mitmproxy", external=True)
        words += ["--mitmdump", str(mitmproxy / "bin/mitmdump")]
    return tuple(words)


def _environment_of(session: nox.Session, other: str, tools: tuple[str, ...]) -> str:
    """Install another checkout, a folder or a commit of this repository, beside this one: its interpreter."""
    folder = Path(session.virtualenv.location).absolute() / "other"
    source = Path(other).resolve()
    if not source.is_dir():
        source = folder / "source"
        shutil.rmtree(source, ignore_errors=True)
        source.mkdir(parents=True)
        archive = str(folder / "source.tar")
        session.run("git", "archive", "--output", archive, other, external=True)
        shutil.unpack_archive(archive, source, filter="data")
    python = str(folder / "venv/bin/python")
    session.run("python", "-m", "venv", "--clear", str(folder / "venv"))
    there = [
        folder for profile in PROFILES if (folder := source / "profiles" / profile).is_dir()
    ]  # fewer in an older one
    profiles = (word for folder in there for word in ("-e", str(folder)))
    session.run(python, "-m", "pip", "install", "--quiet", "-e", str(source), *profiles, *tools, external=True)
    return python


@nox.session(default=False)
def clients(session: nox.Session) -> None:
    """Run each client that is here, or those named, under recproxy, and write docs/reference/clients.md."""
    table = "tests/clients/client_table.py"
    folder = Path(session.virtualenv.location).absolute() / "clients"
    session.install("-e", ".", "aiosmtpd", "pytest", "trustme")
    for registry, install in (("pypi", _pypi), ("npm", _npm)):
        packages = (session.run("python", table, registry, silent=True) or "").split()
        if packages and not install(session, folder, *packages):
            for package in packages:  # one that this system cannot have keeps no other away
                install(session, folder, package)
    session.run("python", "tests/clients/matrix.py", str(folder), *session.posargs)


@nox.session(default=False)
def sdks(session: nox.Session) -> None:
    """Record and replay the usual calls of the profiles' SDKs, or of those named, against services on loopback."""
    table = "tests/sdks/sdk_table.py"
    folder = Path(session.virtualenv.location).absolute() / "sdks"
    session.install(*OWN, "trustme")
    for registry, install in (("pypi", _pypi), ("npm", _npm)):
        packages = (session.run("python", table, registry, silent=True) or "").split()
        for package in packages:  # one that this system cannot have keeps no other away
            install(session, folder, package)
    for suite in ("sdk_suite.py", "starter_suite.py"):
        session.run("python", f"tests/sdks/{suite}", str(folder), *session.posargs)


def _pypi(session: nox.Session, _folder: Path, *packages: str) -> bool:
    with contextlib.suppress(CommandFailed):
        session.install(*packages)
        return True
    return False


def _npm(session: nox.Session, folder: Path, *packages: str) -> bool:
    if shutil.which("npm") is None:
        return True
    words = ("npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), *packages)
    with contextlib.suppress(CommandFailed):
        session.run(*words, external=True)
        return True
    return False


@nox.session(default=False)
def build(session: nox.Session) -> None:
    """Wheels and sdists of all distributions into dist/, checked, installed alone, and the main job run from them."""
    session.install("build", "check-wheel-contents", "twine")
    shutil.rmtree("dist", ignore_errors=True)
    for project in (".", *(f"profiles/{profile}" for profile in PROFILES)):
        session.run("python", "-m", "build", "--outdir", "dist", project, silent=True)
    files = sorted(map(str, Path("dist").iterdir()))
    wheels = [file for file in files if file.endswith(".whl")]
    session.run("twine", "check", "--strict", *files)
    # W003 and W009: recproxy.start, which interpreters read at their start, must lie next to the package.
    # W010: recproxy_docs has pages only, and in the package an editable install would make a second `recproxy` of it.
    session.run("check-wheel-contents", "--ignore", "W003,W009,W010", *wheels)
    clean = Path(session.create_tmp()).resolve() / "clean"
    session.run("python", "-m", "venv", "--clear", str(clean))
    scripts = clean / "bin"
    session.run(str(scripts / "python"), "-m", "pip", "install", "--quiet", *wheels, *CLIENTS, "pytest", external=True)
    where = "import pathlib, sys, recproxy; sys.exit(not pathlib.Path(recproxy.__file__).is_relative_to(sys.prefix))"
    session.run(str(scripts / "python"), "-P", "-c", where, external=True)
    chosen = [word for profile in (*SHARE, *INLINE) for word in ("--profile", profile)]
    command = ["run", "--mode", "replay", *chosen, "--", str(scripts / "pytest"), "tests/functional"]
    session.run(str(scripts / "recproxy"), *command, external=True)
