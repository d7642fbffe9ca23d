"""What holds of the house as a whole: what importing costs, what is public, and what no file may say."""

import ast
import dataclasses
import functools
import gc
import importlib
import importlib.util
import itertools
import json
import os
import pkgutil
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from deadlines import seconds
from row_checks import for_each

import recproxy
from recproxy.config.overlap import check_overlap, settled
from recproxy.config.profile_reading import parse_profile
from recproxy.config.toml_files import read_toml
from recproxy.recording import load

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = Path(recproxy.__file__).resolve().parent
TESTS = ROOT / "tests"

#: Modules without a test file of their own name, and what tests them.
ELSEWHERE = {
    "__main__": "one line; the journeys start it",
    "cli/wanted": "tests/journeys/test_wanted.py: lists of real runs",
    "orchestrator/wanted": "tests/journeys/test_wanted.py: lists of real runs",
    "cli/mutate": "tests/journeys/test_mutate.py",
    "runners/tox/proving": "tests/runners/tox/test_plugin.py: calls of tox",
    "orchestrator/kept_mutations": "tests/journeys/test_mutate.py: files of real runs",
    "orchestrator/mutation_sweep": "tests/journeys/test_mutate.py: real runs",
    "orchestrator/swept_scopes": "tests/journeys/test_mutate.py: real runs",
    "testing/pytest_repeats": "tests/journeys/test_mutate.py: real runs",
    "orchestrator/proof_replays": "tests/journeys/test_proof.py: real runs",
    "cli/report": "tests/journeys/test_reports.py: reports of real runs",
    "play/changed_lines": "tests/cli/test_diff.py, as they are printed",
    "cli/runs_played": "tests/cli/test_prune.py: check --orphans --run",
    "cli/verifying": "tests/cli/test_verify.py: a service on loopback",
    "cli/verify_report": "tests/cli/test_verify.py",
    "proxy/asking": "tests/cli/test_verify.py: a service on loopback",
    "cli/profiles/distribution_tests": "tests/cli/profiles/test_new.py: they pass",
    "config/verify_table": "tests/config/test_reference.py: its keys as they are documented",
    "config/websocket_table": "tests/play/test_websocket_turns.py: what its key does",
    "config/shift_table": "tests/play/test_shifted_times.py: what its keys do",
    "report/sweep_result": "an enum: tests/report/test_fault_report.py and test_mutation_report.py",
    "config/report_table": "tests/play/test_response_tokens.py: what its keys do",
    "config/upstream_table": "tests/config/test_reference.py: its keys as they are documented",
    "control/webhook_messages": "tests/client/test_webhooks.py: what both processes say to each other",
    "orchestrator/webhook_carrier": "tests/client/test_webhooks.py",
    "orchestrator/webhook_intake": "tests/client/test_webhooks.py: what a service sends",
    "orchestrator/webhook_calls": "tests/orchestrator/test_lane_webhooks.py: what they make of a lane's",
    "proxy/miss_remarks": "tests/journeys/test_replay.py and test_workers.py: what a miss says",
    "cli/doctor_probes": "tests/cli/test_doctor.py: clients against a real run",
    "cli/ui": "tests/ui/test_server.py: its process",
    "ui/page_assets": "tests/ui/test_app.py: what a browser gets",
    "cli/serve": "tests/journeys holds runs by it",
    "play/change": "tests/play/test_recording_difference.py and test_conversation_difference.py: values",
    "cli/exporting": "tests/cli/test_export.py",
    "cli/importing": "tests/cli/test_import_recordings.py",
    "cli/completion": "tests/cli/test_docs.py",
    "cli/lsp": "tests/lsp/test_server.py: a client starts it",
    "cli/verb": "tests/cli/test_docs.py: the help of each verb",
    "cli/collected_tests": "tests/cli/test_prune.py: tests that pytest really collects",
    "testing/pytest_listing": "tests/cli/test_prune.py",
    "cli/import_report": "tests/cli/test_import_recordings.py and test_export.py, as they are printed",
    "play/scanning": "tests/cli/test_scan.py",
    "cli/profiles/group": "tests/cli/profiles/test_listing.py: the list is the group without a word",
    "proxy/asker": "tests/proxy/test_connection.py and test_h2_connection.py: what both do",
    "proxy/h2_link": "tests/proxy/test_h2_services.py: streams of services",
    "proxy/h2_service": "tests/proxy/test_h2_services.py: services on loopback",
    "proxy/link": "tests/proxy/test_upstream.py: connections that are kept",
    "proxy/h2_stream": "tests/proxy/test_h2_connection.py: streams of a client",
    "proxy/imap_wire": "two protocols: tests/proxy/test_imap_replaying.py",
    "proxy/smtp_socket": "tests/proxy/test_smtp_connection.py: clients over TCP",
    "proxy/mail_socket": "tests/proxy/test_imap_connection.py",
    "orchestrator/run_requests": "tests/ui/test_live_runs.py: what a viewer gets of real runs",
    "orchestrator/arrival": "tests/orchestrator/test_gateway.py: what arrives there",
    "orchestrator/router": "tests/orchestrator/test_gateway.py: it is what a gateway asks",
    "orchestrator/control_calls": "tests/orchestrator/test_control_address.py: calls as clients make them",
    "orchestrator/lane": "tests/journeys/test_gateway.py and test_replay.py: real lanes, real proxies",
    "orchestrator/fork_server": "tests/journeys/test_hygiene.py: births and deaths are processes",
    "control/redaction_messages": "tests/control/test_messages.py",
    "control/outcomes": "tests/control/test_messages.py: they travel with messages",
    "orchestrator/scope_redaction": "a protocol, a value and a step of test_recorder.py",
    "orchestrator/time_limit": "tests/orchestrator/test_second_look.py",
    "orchestrator/kept_replies": "tests/orchestrator/test_recorder.py: whatever goes wrong while keeping",
    "orchestrator/recorded_names": "tests/orchestrator/test_recorder.py: names that would hold a secret",
    "orchestrator/left_journals": "tests/orchestrator/test_journal.py: what is written there is read",
    "orchestrator/pending_scope": "a value of tests/orchestrator/test_recorder.py",
    "orchestrator/scope_ends": "tests/client/test_scopes.py and tests/journeys: scopes of real runs",
    "http/request_events": "tests/http/test_requests.py: values and a protocol that the reader fills",
    "testing/pytest_outside": "tests/testing/pytest_plugin/test_outside.py: sessions of real tests",
    "testing/pytest_summary": "tests/testing/pytest_plugin: what sessions say",
    "orchestrator/command_waiting": "tests/journeys/test_hygiene.py: signals, and the death of a proxy or of a parent",
    "orchestrator/fault_sweep": "tests/journeys/test_fault_sweep.py: real suites",
    "orchestrator/sweep_command": "tests/journeys/test_fault_sweep.py: real suites",
    "testing/pytest_chosen": "tests/journeys/test_fault_sweep.py: the tests that were run",
    "play/smtp_playback": "tests/proxy/test_smtp_connection.py: what clients get of it",
    "proxy/imap_service": "tests/proxy/test_imap_relaying.py: a Dovecot",
    "proxy/imap_texts": "tests/proxy/test_imap_speaking.py: what scopes are told, and what is kept",
    "proxy/imap_scope": "tests/journeys/test_imap.py: a miss as it is told",
    "formats/coded_bodies": "tests/formats/test_stored.py: bodies with a coding, and without the one they name",
    "formats/f1_trace": "tests/formats/test_f1.py: traces of the corpus, and others",
    "proxy/smtp_relay": "tests/proxy/test_smtp_connection.py: a real server on loopback",
    "proxy/mail_lane": "tests/proxy/test_smtp_connection.py: a service that is asked late, and misses without secrets",
    "config/endpoint": "tests/config/test_profile_reading.py and test_reference.py: its keys",
    "proxy/smtp_history": "tests/proxy/test_smtp_connection.py: misses without secrets",
    "proxy/smtp_scope": "tests/proxy/test_smtp_connection.py: misses and differences",
    "proxy/conversation_scope": "tests/proxy/test_smtp_connection.py: misses and plays of connections",
    "matching/difference_table": "tests/matching/test_miss.py: what a person reads, and test_webhook_miss.py",
    "matching/mail_miss": "tests/proxy/test_smtp_connection.py: what a client and the run are told",
    "mail/conversation_pieces": "a table of two: tests/mail/test_smtp_pieces.py and tests/report/page/test_messages.py",
    "mail/pieces": "an enum and a value of tests/mail/test_smtp_pieces.py",
    "proxy/websocket_service": "tests/proxy/scripted/test_websocket.py: what is kept",
    "proxy/websocket_scope": "tests/proxy/scripted/test_websocket.py, and tests/matching/test_message_miss.py for its texts",
    "runners/nox_selection": "tests/runners/test_nox.py: real nox selecting sessions",
    "proxy/__main__": "a few lines; the journeys start it",
    "proxy/lane": "tests/journeys/test_replay.py: listeners and connections arrive from an orchestrator",
    "proxy/forking": "tests/journeys/test_hygiene.py: forks and their ends",
    "proxy/downstream": "two protocols and a value",
    "proxy/answer_forms": "tests/proxy/test_scope.py and test_faults.py: what a client gets",
    "proxy/connection_lane": "a protocol",
    "proxy/response_relay": "tests/proxy/test_exchange.py and tests/proxy/scripted: both ends",
    "proxy/turns": "tests/proxy/scripted: what a client sees, in which order",
    "testing/pytest_start": "tests/testing/pytest_plugin/test_start.py: modules that real pytest runs import",
    "testing/pytest_mode": "tests/testing/pytest_plugin/test_scopes.py: modes of real pytest runs",
    "testing/pytest_plugin": "tests/testing/pytest_plugin",
}
#: Public names, each a face of a room: what they offer is tested there.
FACES = ("betamax_bridge", "inprocess", "nox", "pytest_plugin", "tox", "vcrpy_bridge")
#: Public names that are defined in two modules or more, and why: five at most.
NAMED_ALIKE = {
    "dump": "the one way into each format: the format is the module",
    "load": "the one way out of each format: the format is the module",
    "load_json": "the same for the formats that are written as JSON too",
    "normal_host": "the redirect imports no package of ours; tests/control/test_host_names.py holds the two equal",
    "recproxy": "the decorator and the fixture: what users type",
}
#: Rooms whose tests are arranged by behaviour instead, each in a folder of the same name.
BY_BEHAVIOUR = ("client", "redaction", "testing/betamax_bridge", "testing/vcrpy_bridge")
#: Loaded in a fresh interpreter; only these and the standard library may come with them.
CHEAP = ("recproxy", "recproxy.client", "recproxy.client.decorator", "recproxy.control.variables")

PROGRAM = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
before = set(sys.modules)
loaded = []
for name in sys.argv[2:]:
    importlib.import_module(name)
    loaded.append(sorted(set(sys.modules) - before))
print(json.dumps(loaded))
"""
#: What a proxy imports, in this order: three tests look, and importing takes longer than they do.
OF_PROXIES = (
    "recproxy.proxy.forking",
    "recproxy.proxy.service",
    "recproxy.proxy.exchange",
    "recproxy.orchestrator.run",
)


def loaded_by(*names):
    """The modules that importing these brings in."""
    return loaded_after_each(*names)[-1]


@functools.cache
def loaded_after_each(*names):
    """The modules that have come in after each of these imports."""
    done = subprocess.run(
        # -I: no environment, no user site; the folder of the source is the first on the path.
        [sys.executable, "-I", "-W", "error", "-c", PROGRAM, str(PACKAGE.parent), *names],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds(60),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def foreign(modules):
    """What is neither the standard library's nor ours."""
    tops = {name.partition(".")[0] for name in modules}
    return {name for name in tops if name not in sys.stdlib_module_names and name != "recproxy"}


def modules():
    """All our modules, as `room/name`."""
    for path in sorted(PACKAGE.rglob("*.py")):
        relative = path.relative_to(PACKAGE).with_suffix("")
        if relative.name != "__init__" and "startup" not in relative.parts:
            yield relative.as_posix()


def packages():
    return [name for _, name, is_package in pkgutil.walk_packages([str(PACKAGE)], "recproxy.") if is_package]


def client_modules():
    """What runs inside a test process."""
    return [f"recproxy.{name.replace('/', '.')}" for name in modules() if name.startswith("client/")]


def text_files():
    """The files of the repository, as version control knows them; all of them where there is none."""
    known = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if known.returncode:
        hidden = {".git", ".nox", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", "__pycache__"}
        names = [path.relative_to(ROOT) for path in ROOT.rglob("*") if not hidden & set(path.parts)]
    else:
        names = [Path(os.fsdecode(name)) for name in known.stdout.split(b"\0") if name]
    for name in names:
        path = ROOT / name
        if not path.is_file():
            continue
        try:
            yield name, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


@pytest.mark.parametrize("name", CHEAP)
def test_importing_costs_nothing_but_the_standard_library(name):
    assert foreign(loaded_by(name)) == set()


def test_no_module_of_the_client_costs_more():
    assert foreign(loaded_by(*client_modules())) == set()


def test_the_decorator_is_loaded_when_first_asked_for():
    assert [name for name in loaded_by("recproxy") if name.startswith("recproxy.")] == []


def test_a_noxfile_costs_nothing_but_nox():
    if importlib.util.find_spec("nox") is None:
        pytest.skip("nox is not installed")

    of_nox, of_both = loaded_after_each("nox", "recproxy.nox")

    assert foreign(of_both) - foreign(of_nox) == set()


def test_a_proxy_imports_no_cryptography_and_no_command_line():
    got = {name.partition(".")[0] for name in loaded_after_each(*OF_PROXIES)[1]}

    assert got & {"cryptography", "click", "rich", "pytest", "nox", "tomllib"} <= {"tomllib"}


@pytest.mark.parametrize(
    ("names", "unused"),
    [
        # What is loaded before the fork server starts delays it.
        (["recproxy.cli.main"], {"asyncio", "dataclasses", "recproxy.recording", "recproxy.cli.check"}),
        (["recproxy.client.decorator"], {"asyncio", "recproxy.recording"}),
        (
            ["recproxy.orchestrator.run", "recproxy.orchestrator.plan"],
            {
                *("h11", "importlib.metadata", "recproxy.formats", "recproxy.matching.index"),
                *("recproxy.recording.reader", "recproxy.redaction.scope", "rich"),
            },
        ),
    ],
    ids=["command line", "client", "orchestrator"],
)
def test_a_process_does_not_load_what_a_replay_does_not_use(names, unused):
    assert set(loaded_by(*names)) & unused == set()


def test_a_fork_server_does_not_load_what_a_replay_does_not_use():
    unused = {
        *("h11", "recproxy.proxy.exchange", "recproxy.matching.miss", "recproxy.redaction.scope"),
        *("recproxy.mail", "recproxy.grpc.bodies"),
    }

    assert set(loaded_after_each(*OF_PROXIES)[0]) & unused == set()


@for_each(["recproxy", *packages()])
def test_the_names_a_package_offers_exist_and_are_in_order(name):
    package = importlib.import_module(name)
    offered = getattr(package, "__all__", ())

    assert [each for each in offered if not hasattr(package, each)] == []
    assert list(offered) == sorted(set(offered), key=_order)


def _order(name):
    """Constants, then classes, then functions, as the linter sorts them."""
    return (not name.isupper(), not name[:1].isupper(), name)


@for_each(packages())
def test_a_package_offers_all_that_it_brings_in_and_nothing_else(name):
    """Its face is its `__all__`: what is imported there is for others."""
    package = importlib.import_module(name)
    imported = {
        alias.asname or alias.name
        for outer in outline(Path(package.__file__)).body
        for node in (outer.body if isinstance(outer, ast.If) else [outer])
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("recproxy")
        for alias in node.names
    }

    assert imported == set(getattr(package, "__all__", ()))


@for_each(list(modules()))
def test_what_a_module_offers_exists_and_is_in_order(name):
    body = outline(PACKAGE / f"{name}.py").body
    offered = [
        ast.literal_eval(node.value)
        for node in body
        if isinstance(node, ast.Assign)
        and [each.id for each in node.targets if isinstance(each, ast.Name)] == ["__all__"]
    ]
    defined = {
        target
        for node in body
        for target in (
            [node.name]
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            else [
                each.id
                for each in getattr(node, "targets", [getattr(node, "target", None)])
                if isinstance(each, ast.Name)
            ]
            + [alias.asname or alias.name for alias in getattr(node, "names", []) if isinstance(alias, ast.alias)]
        )
    }

    for names in offered:
        assert [each for each in names if each not in defined] == []
        assert names == sorted(names, key=_order)


def test_the_tree_of_tests_mirrors_the_package():
    untested = [
        name
        for name in modules()
        if name not in ELSEWHERE
        and name not in FACES
        and not name.startswith(tuple(f"{room}/" for room in BY_BEHAVIOUR))
        and not (TESTS / name).with_name(f"test_{Path(name).name}.py").is_file()
    ]

    assert untested == []


class Outline(NamedTuple):
    """The lines of a module, its outermost statements without what is in functions and classes, and all its imports."""

    lines: list
    body: list
    imports: list


@functools.cache
def outline(path):
    """Read a module once: five tests look at all of them, and parsing takes most of their time.

    The collector of garbage would look through each tree while it grows, and through all before it.
    """
    text = path.read_text(encoding="utf-8")
    gc.disable()
    try:
        body = ast.parse(text).body
        imports = [node for node in statements(body) if isinstance(node, ast.Import | ast.ImportFrom)]
        for node in body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                node.body = []
    finally:
        gc.enable()
    return Outline(text.splitlines(), body, imports)


def statements(body):
    """All statements, those inside of others too: walking through expressions takes most of the time."""
    for node in body:
        yield node
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            yield from statements(getattr(node, name, ()))


def imports():
    """Which of our modules each imports, those that only the type checker imports included."""
    paths = {
        ".".join(("recproxy", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__"): path
        for path in PACKAGE.rglob("*.py")
        if "startup" not in path.parts
    }
    found = {}
    for name, path in paths.items():
        nodes = outline(path).imports
        named = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
        for node in nodes:
            if isinstance(node, ast.ImportFrom) and node.module:
                # A module of that name, or else a name that the package itself brings in.
                named |= {
                    inner if (inner := f"{node.module}.{alias.name}") in paths else node.module for alias in node.names
                }
        found[name] = named & set(paths) - {name}
    return found


@pytest.mark.parametrize("name", ["http", "recording"])
def test_what_a_room_offers_when_it_is_asked_for_is_found(name):
    room = importlib.import_module(f"recproxy.{name}")

    assert sorted(itertools.chain(*room._NAMES.values())) == sorted(room.__all__)
    assert [each for each in room.__all__ if getattr(room, each) is None] == []
    with pytest.raises(AttributeError, match=f"module 'recproxy.{name}' has no attribute 'nothing'"):
        room.nothing  # noqa: B018


def test_no_modules_import_each_other_in_a_circle():
    """Not even for the type checker: modules that know each other are one module in two files."""
    waiting = imports()
    while free := [name for name, needed in waiting.items() if not needed & set(waiting)]:
        for name in free:
            del waiting[name]

    assert sorted(waiting) == []


def test_no_verb_imports_another():
    from recproxy.cli.main import _VERBS  # noqa: PLC0415 - it brings the command line

    verbs = {f"recproxy.cli.{place.partition(':')[0]}" for place in _VERBS.values()}

    assert {name: found for name, needed in imports().items() if name in verbs and (found := needed & verbs)} == {}


def public_names(path):
    """The public names that a module defines, whether its `__all__` offers them or not."""
    names = set()
    for node in outline(path).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        for target in getattr(node, "targets", [getattr(node, "target", None)]):
            if isinstance(target, ast.Name):
                names.add(target.id)
    # pytest and the type checker say what these are called.
    return {each for each in names if not each.startswith(("_", "pytest_"))} - {"TYPE_CHECKING"}


def test_no_public_name_stands_twice_without_a_reason():
    where = {}
    for name in modules():
        for public in public_names(PACKAGE / f"{name}.py"):
            where.setdefault(public, []).append(name)

    assert {public for public, places in where.items() if len(places) > 1} == set(NAMED_ALIKE)
    assert len(NAMED_ALIKE) <= 5


def test_no_module_is_long():
    lengths = {name: len(outline(PACKAGE / f"{name}.py").lines) for name in modules()}

    assert [name for name, length in lengths.items() if length > 300] == []


#: Words in the names of limits.
_LIMIT = re.compile(r"(?:_|\b)(?:MOST|LARGEST|LONGEST|SHORTEST|DEEPEST|WIDEST|LEAST|LIMIT|SECONDS|AT_ONCE)(?:_|\b)")


def limits_without_a_reason(path):
    """The limits of a module with no comment on their line, nor above them or above those that they stand with."""
    lines, body, _ = outline(path)
    for node in body:
        target = getattr(node, "targets", [getattr(node, "target", None)])[0]
        if isinstance(target, ast.Name) and _LIMIT.search(target.id) and target.id.isupper():
            leaves = [each.value for each in ast.walk(node.value) if isinstance(each, ast.Constant)]
            is_number = isinstance(node.value, ast.Constant | ast.BinOp) and {*map(type, leaves)} <= {int, float}
            above = node.lineno - 2
            while above >= 0 and re.match(r"_?[A-Z][A-Z_, ]* = [0-9][^#]*$", lines[above]):
                above -= 1
            if is_number and "#" not in lines[node.lineno - 1] and not lines[above].startswith("#"):
                yield f"{target.id} in line {node.lineno}"


def test_every_limit_says_what_it_is_for():
    paths = {name: PACKAGE / f"{name}.py" for name in modules()}

    assert [f"{name}: {limit}" for name, path in paths.items() for limit in limits_without_a_reason(path)] == []


def test_loose_modules_are_the_public_names_and_the_errors():
    assert {name for name in modules() if "/" not in name} == {
        *("__main__", "errors", "hooks"),
        *FACES,
    }


def test_no_module_is_excused_in_vain():
    known = set(modules())

    assert [name for name in ELSEWHERE if name not in known] == []
    assert [name for name in ELSEWHERE if (TESTS / name).with_name(f"test_{Path(name).name}.py").is_file()] == []
    assert [room for room in BY_BEHAVIOUR if not list((TESTS / room).rglob("test_*.py"))] == []


#: Where people keep their own files, and where we keep ours: no file of the repository may know.
#: It begins with the slash, which is what is searched fast.
_HOMES = re.compile(
    r"/(?<![\w.]/)(?:(?:home|Users|root|work|tmp/venv|workspace)/[\w.-]+|" + re.escape(str(ROOT)[1:]) + r"\b)"
)


#: What lies at the top level, besides files whose names begin with a dot.
TOP_LEVEL = {
    *(
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "docs",
        "noxfile.py",
        "orchestrator",
        "profiles",
        "pyproject.toml",
        "tests",
    )
}


def top_level(root):
    """What git has at the top level of a checkout, and what it would take with `git add --all`."""
    words = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    listed = subprocess.run(["git", "-C", root, *words], capture_output=True, text=True, check=True)
    return {path.partition("/")[0] for path in listed.stdout.split("\0") if path}


def test_the_top_level_is_closed(tmp_path):
    assert {each for each in top_level(ROOT) if not each.startswith(".")} == TOP_LEVEL
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text((ROOT / ".gitignore").read_text())
    for name in ("package-1.0-py3-none-any.whl", "package-1.0.tar.gz", "seen.py"):
        (tmp_path / name).touch()
    assert top_level(tmp_path) == {".gitignore", "seen.py"}  # packages that somebody downloads stay out


def test_no_file_names_a_path_of_a_machine():
    found = [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]}"
        for name, text in text_files()
        if name.name != Path(__file__).name and name.suffix != ".rec"
        for match in _HOMES.finditer(text)
    ]

    assert found == []


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("profiles/*/recproxy_*/profile.toml")), ids=lambda path: path.parent.name
)
def test_the_older_toml_package_reads_our_profiles_alike(path):
    """Tools around us still use it; it has had no release since 2020."""
    toml = pytest.importorskip("toml")
    text = path.read_text(encoding="utf-8")

    assert toml.loads(text) == tomllib.loads(text)


def test_there_are_profiles_to_read():
    assert {path.parent.name for path in ROOT.glob("profiles/*/recproxy_*/profile.toml")} >= {
        "recproxy_twitter",
        "recproxy_bitly",
        "recproxy_gmail",
        "recproxy_facebook",
        "recproxy_openai",
        "recproxy_anthropic",
        "recproxy_slack",
        "recproxy_stripe",
        "recproxy_github",
    }


#: Clocks that go on while others use the machine; process_time does not.
WALL_CLOCKS = ("monotonic", "perf_counter", "time")


def _calls_of_time(node, *names):
    return [
        each.lineno
        for each in ast.walk(node)
        if isinstance(each, ast.Call)
        and isinstance(each.func, ast.Attribute)
        and isinstance(each.func.value, ast.Name)
        and (each.func.value.id, each.func.attr) in {("time", name) for name in names}
    ]


def test_what_a_run_starts_with_knows_nothing_of_http_2():
    """Only a connection that speaks it pays for it."""
    loaded = loaded_by(*OF_PROXIES)

    assert not {"h2", "hpack", "hyperframe"} & foreign(loaded)
    assert [name for name in loaded if name.startswith("recproxy.http.h2.")] == []


def test_no_test_sleeps_or_asserts_how_long_something_takes():
    """Tests wait for events, until deadlines that follow the speed of the machine: tests/helpers/deadlines.py."""
    found = []
    for path in sorted(TESTS.rglob("test_*.py")):
        if "data" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        if not re.search(rf"\btime\s*\.\s*(?:sleep|{'|'.join(WALL_CLOCKS)})\b", text):
            continue  # most call none of them, and a tree takes longer than a search
        tree = ast.parse(text)
        lines = _calls_of_time(tree, "sleep")
        for node in ast.walk(tree):
            if isinstance(node, ast.Assert):
                lines += _calls_of_time(node, *WALL_CLOCKS)
        found += [f"{path.relative_to(TESTS)}:{line}" for line in lines]

    assert found == []


def test_all_distributions_have_one_version():
    projects = [ROOT / "pyproject.toml", *ROOT.glob("profiles/*/pyproject.toml")]

    assert {tomllib.loads(path.read_text(encoding="utf-8"))["project"]["version"] for path in projects} == {"0.2.0"}


PACKAGES = sorted(ROOT.glob("profiles/*/recproxy_*"))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_starter_recordings_are_read_and_listed_with_their_origin(package):
    recordings = {path.name: load(path.read_bytes()) for path in package.glob("recordings/*.rec")}
    page = (package / "recordings/README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([\w.]+\.rec)` \|(.*)\|$", page, re.MULTILINE))

    assert all(recording.interactions for recording in recordings.values())
    assert sorted(rows) == sorted(recordings)
    for name, recording in recordings.items():
        comment = " ".join(recording.comments)
        assert ("MPL 1.1" in rows[name]) == ("MPL 1.1" in comment)


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_starter_recordings_are_of_their_profile(package):
    profile = parse_profile(read_toml(package / "profile.toml", ValueError))
    for path in package.glob("recordings/*.rec"):
        for interaction in load(path.read_bytes()).interactions:
            host = urlsplit(interaction.request.url).hostname
            wild = host == (interaction.request.wild or "").lower()  # any of the profile's
            assert wild or any(
                host == known or known.startswith("*.") and host.endswith(known[1:]) for known in profile.hosts
            )


def test_the_profiles_share_no_host_and_no_variable():
    profiles = [parse_profile(read_toml(package / "profile.toml", ValueError)) for package in PACKAGES]

    check_overlap(profiles)
    assert settled(profiles) == ()


def test_what_a_project_owns_below_github_leaves_the_hosts_of_our_profile():
    (package,) = (package for package in PACKAGES if package.name == "recproxy_github")
    ours = parse_profile(read_toml(package / "profile.toml", ValueError))
    theirs = dataclasses.replace(
        ours, name="pages", endpoints=(dataclasses.replace(ours.endpoints[2], hosts=("*.github.com",)),)
    )

    check_overlap((theirs, ours))
    names = ("api.github.com", "uploads.github.com", "codeload.github.com")
    assert [line for line in settled((theirs, ours)) if line.startswith(tuple(f"host {name!r}" for name in names))] == [
        f"host {name!r} belongs to 'github', although 'pages' owns '*.github.com': the most specific wins"
        for name in names
    ]
