"""The pages say what the code does: commands, options, keys, variables, examples and links."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import click
import pytest
from deadlines import seconds
from row_checks import for_each
from verbs import verbs_of

from recproxy.config.keys import leaves
from recproxy.config.profile import Profile
from recproxy.config.profile_reading import parse_profile
from recproxy.config.project import Project, find_project
from recproxy.config.toml_files import TomlFile
from recproxy.orchestrator import recorded_clock
from recproxy.orchestrator.environment import LaneAddresses, RunFiles, lane_variables, run_variables
from recproxy.orchestrator.java import java_variables
from recproxy.orchestrator.plan import make_plan
from recproxy.orchestrator.recorded_clock import clock_variables
from recproxy.recording import load
from recproxy.runners.arguments import split_arguments
from recproxy.runners.tox.settings import define

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [ROOT / "README.md", ROOT / "CHANGELOG.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("profiles/*/README.md")]
    + [ROOT / "tests/functional/README.md"]
)
TEXTS = {str(page.relative_to(ROOT)): page.read_text(encoding="utf-8") for page in PAGES}
SHIPPED = tuple(sorted(path.parent.name for path in ROOT.glob("profiles/*/pyproject.toml")))
VERBS = verbs_of()
FENCE = re.compile(r"^```([\w-]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Keys(dict):
    """Stands in for a tox environment: which keys are added."""

    def add_config(self, key, **definition):
        self[key] = definition["default"]


def of(verb, words):
    """The verb that a line calls, below a group where it is one, and the words behind it."""
    command = VERBS[verb]
    below = getattr(command, "commands", {})
    return (below[words[0]], words[1:]) if words and words[0] in below else (command, words)


def options(command):
    """The options of a verb, and of the verbs below it."""
    own = [option for option in command.params if isinstance(option, click.Option)]
    return own + [option for below in getattr(command, "commands", {}).values() for option in options(below)]


def blocks(*languages):
    """Each fenced block in one of these languages, with where it stands."""
    return [
        pytest.param(block, id=f"{page}:{text[: match.start()].count(chr(10)) + 1}")
        for page, text in TEXTS.items()
        for match in FENCE.finditer(text)
        for language, block in [match.groups()]
        if language in languages
    ]


def lines_with(word):
    """Each line of a shell or indented block that begins with a command, and each call of a verb within a sentence."""
    found = []
    for page, text in TEXTS.items():
        shell = [line for language, block in FENCE.findall(text) if language == "sh" for line in block.splitlines()]
        rest = FENCE.sub("", text)
        shell += re.findall(r"^ {4}(.*)$", rest, re.MULTILINE)
        inline = re.findall(rf"(?<!`)`({word} [^`\n]+)`", rest)  # messages stand in code too: only known verbs
        shell += [line for line in inline if word != "recproxy" or line.split()[1] in VERBS]
        found += [pytest.param(line, id=f"{page}: {line}") for line in shell if re.match(rf"{word} [a-z-]", line)]
    return found


def table_words(text):
    """What stands as code in the first column of the tables."""
    rows = re.findall(r"^\| ([^|]*) \|", text, re.MULTILINE)
    return [word for row in rows for word in re.findall(r"`([^`]+)`", row)]


def section(text, heading):
    return re.split(r"^## ", text.partition(f"\n## {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


@for_each(lines_with("recproxy"))
def test_a_command_line_uses_what_exists(line):
    _, verb, *words = shlex.split(line, comments=True)
    if verb == "--version":
        return
    assert verb in VERBS
    command, words = of(verb, words)
    words = words[: words.index(">")] if ">" in words else words
    before = words[: words.index("--")] if "--" in words else words
    known = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
    assert [word for word in before if word.startswith("-") and word.partition("=")[0] not in known] == []
    if "[OPTIONS]" not in words and words:
        command.make_context(verb, [*words, *([] if "--" in words or verb != "run" else ["--", "true"])])


@for_each(lines_with("nox"))
def test_a_nox_line_has_words_that_a_session_takes(line):
    options = r"^nox (-[jp] \S+ |-R )*-s (\S+)( -p [\d.]+)*|^nox (-t functional-\w+|-l( --json)?)$"
    plain = " ".join(shlex.split(line, comments=True))
    assert (match := re.match(options, plain)), line
    if match[2] is None:
        return
    name, words = match[2], shlex.split(plain[match.end() :])

    assert re.fullmatch(
        r"functional-(replay|record|live|verify)|tests|lint|audit|fuzz|endurance|bench|clients|sdks|extras|browser|docs|editors|build",
        name,
    )
    if name.startswith("functional-"):
        assert words[:1] in ([], ["--"])
        split_arguments(words[1:], SHIPPED, f"nox -s {name}")


@for_each(lines_with("tox"))
def test_a_tox_line_has_words_that_an_environment_takes(line):
    words = shlex.split(line, comments=True)[1:]
    before, behind = (words[: words.index("--")], words[words.index("--") + 1 :]) if "--" in words else (words, [])

    assert re.fullmatch(
        r"-[alp]|(exec )?-e functional-(replay|record|live|verify)( -x env\.functional-\w+\.recproxy_\w+=\w+)?",
        " ".join(before),
    )
    if before[0] != "exec":
        split_arguments(behind, SHIPPED, "tox")


def test_the_keys_of_tox_are_those_that_are_defined():
    keys = Keys()
    define(keys)
    rows = re.findall(r"^\| `(recproxy_\w+)` \|", TEXTS["docs/how-to/tox.md"], re.MULTILINE)

    assert rows == list(keys)


def test_the_first_two_commands_stand_as_they_are():
    commands = [line.strip() for line in TEXTS["README.md"].splitlines() if "-m nox -s" in line]

    assert commands == [
        "python3 -m pip install nox && python3 -m nox -s functional-replay",
        "python3 -m pip install nox && python3 -m nox -s tests",
    ]


def test_each_verb_has_a_section_and_each_section_a_verb():
    assert sorted(re.findall(r"^## recproxy (\w+)$", TEXTS["docs/reference/command-line.md"], re.MULTILINE)) == sorted(
        VERBS
    )


@for_each(sorted(VERBS))
def test_the_options_are_those_of_the_verb(verb):
    wanted = [
        f"{name} {option.metavar}" if option.metavar else name
        for option in options(VERBS[verb])
        for name in (*option.opts, *option.secondary_opts)
    ]
    page = section(TEXTS["docs/reference/command-line.md"], f"recproxy {verb}")
    rows = re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)

    assert sorted(rows) == sorted(wanted)


@pytest.mark.parametrize(("page", "declared"), [("profile", Profile), ("project", Project)])
def test_the_keys_of_a_page_are_those_that_are_declared(page, declared):
    keys = re.findall(r"^\| `([^`]+)` \|", TEXTS[f"docs/reference/{page}.md"], re.MULTILINE)

    assert sorted(keys) == sorted(".".join(path) for path, _ in leaves(declared))


def test_the_variables_are_those_that_a_run_sets(tmp_path, monkeypatch):
    monkeypatch.setattr(recorded_clock, "faketime_library", lambda: "/usr/lib/faketime/libfaketime.so.1")
    (tmp_path / "recproxy.toml").write_text(
        'clock = "recorded"\n[[profiles.shop.endpoints]]\nhosts = ["shop.example"]\n'
    )
    plan = make_plan(find_project(tmp_path), mode="replay", profiles=["shop"], folder=tmp_path, environment={})
    files = RunFiles(tmp_path, b"")
    variables = run_variables(files, plan.profiles, plan=plan, control="", token="", environment={})
    variables |= lane_variables("default", LaneAddresses(1, {}), [("shop.example", 443)])
    variables |= clock_variables(plan, 0, {})
    variables |= java_variables(files.java, "127.0.0.1", 1, {})  # of a project that asks for it
    page = section(TEXTS["docs/reference/environment-variables.md"], "What a run sets").partition("Of each profile")[0]

    assert sorted(table_words(page)) == sorted(variables)


#: What the shown tables may override.
OVERRIDDEN = TomlFile(path="", text="", error=ValueError, values={"endpoints": [{"hosts": ["shop.example"]}]})


@pytest.mark.parametrize("block", blocks("toml"))
def test_a_toml_block_is_read(block, tmp_path):
    values = tomllib.loads(block)
    file = TomlFile(path="profile.toml", text=block, error=ValueError, values=values)
    if "schema" in values:
        assert parse_profile(file)
    elif "tool" in values:
        (tmp_path / "pyproject.toml").write_text(block)
        project = find_project(tmp_path)
        for name in project.inline:
            assert parse_profile(OVERRIDDEN, project.source.table("profiles", name), name=name)
        assert {each for each in project.profiles if "/" not in each} <= set(SHIPPED)
    elif "profiles" in values:
        (tmp_path / "recproxy.toml").write_text(block)
        project = find_project(tmp_path)
        assert [parse_profile(OVERRIDDEN, project.source.table("profiles", name), name=name) for name in project.inline]
    elif "env" in values or "env_run_base" in values:
        tables = [values.get("env_run_base", {}), *values.get("env", {}).values()]
        keys = Keys()
        define(keys)
        assert {key for table in tables for key in table if key.startswith("recproxy")} <= set(keys)
    elif "project" not in values:
        assert parse_profile(OVERRIDDEN, file, name="shop")


@for_each(blocks("rec", "rec-2011"))
def test_a_recording_is_read(block):
    assert load(block.encode()).interactions


@for_each(blocks("python", "py"))
def test_a_python_block_compiles(block):
    compile(block, "example.py", "exec")


def slugs(page):
    """The anchors of a page's headings."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@for_each(PAGES)
def test_links_lead_somewhere(page):
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    missing = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if "://" not in link and not (target.exists() and (not anchor or anchor in slugs(target))):
            missing.append(link)

    assert missing == []


def test_the_files_of_the_architecture_exist():
    files = re.findall(r"`([a-z_/]+\.py)`", TEXTS["docs/explanation/architecture.md"])

    assert len(files) > 20
    assert [name for name in files if not (ROOT / "orchestrator/recproxy" / name).is_file()] == []


def test_a_line_that_chooses_tests_chooses_some():
    lines = re.findall(r"(tests/\S+\.py) -k (\w+)", TEXTS["docs/CONTRIBUTING.md"])

    assert lines
    for file, word in lines:
        assert re.search(rf"^def test_\w*{word}", (ROOT / file).read_text(), re.MULTILINE), word


def test_the_rooms_of_the_architecture_are_those_of_the_floors():
    page = section(TEXTS["docs/explanation/architecture.md"], "Rooms and floors")
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    floors = settings["tool"]["importlinter"]["contracts"][0]["layers"]

    assert sorted(table_words(page)) == sorted(
        name.strip(" |").removeprefix("recproxy.") for floor in floors for name in floor.split("|")
    )


def test_every_page_is_in_the_index():
    linked = set(re.findall(r"\]\(([^)#]+)\)", TEXTS["docs/README.md"]))
    pages = {str(page.relative_to(ROOT / "docs")) for page in ROOT.glob("docs/**/*.md")} - {"README.md"}

    assert pages <= linked


@pytest.mark.parametrize("page", ["README.md", "docs/how-to/ci.md"])
def test_the_line_for_git_is_our_own(page):
    assert (ROOT / ".gitattributes").read_text().strip() in TEXTS[page]


@pytest.mark.parametrize("code", [0, 1, 3])
def test_tests_beside_an_application_end_the_run_with_their_own_code(tmp_path, code):
    (line,) = re.findall(r"sh -c '(share [^']*)'", TEXTS["docs/how-to/another-process.md"])
    for name, does in {"share": "exec sleep 100", "pytest": f"exit {code}"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    path = os.pathsep.join((str(tmp_path), os.environ["PATH"]))

    done = subprocess.run(["sh", "-c", line], env={**os.environ, "PATH": path}, timeout=seconds(60), check=False)

    assert done.returncode == code


def test_each_promise_of_the_security_page_names_a_test_that_exists():
    page = (ROOT / "docs/explanation/security.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\|(.*)\|$", page.partition("## Threats")[2].partition("What recproxy does not")[0], re.MULTILINE
    )[2:]
    tests = [re.findall(r"`(tests/\S+?\.py)` *$", row) for row in rows]

    assert [row for row, found in zip(rows, tests, strict=True) if not found] == []
    assert [path for found in tests for path in found if not (ROOT / path).is_file()] == []
