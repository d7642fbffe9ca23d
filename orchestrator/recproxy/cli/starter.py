"""What `recproxy init` writes: the texts, made of what was chosen. Pure but for the look at what is installed."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from importlib import metadata
from typing import Any
from urllib.parse import unquote, urlsplit

import tomlkit

from recproxy.cli.found_suite import PYTEST_SUITE, FoundSuite
from recproxy.cli.test_requirements import NO_REQUIREMENTS, TestRequirements
from recproxy.config.loopback_hosts import base_url_name
from recproxy.config.profile import Profile
from recproxy.control.host_names import is_loopback
from recproxy.recording.values import MADE_BY_INIT

__all__ = ["ChosenProfile", "Starter", "requirement"]

#: The recording of the first test, which bears its name.
_RECORDED = "test_first/test_the_service_answers.rec"
_LOCAL = "# These paths exist on this machine only: replace them before others use this file."
_ANSWER = "hello from a recording"

_HEAD = '''"""The first functional test; its response is in recordings/{name}/{recorded}."""

{imports}from urllib.request import urlopen

from recproxy import recproxy


'''
_DECORATED = """# A handwritten recording replays in every run, even one that records.
@recproxy("{name}", "{recorded}", mode="replay")
"""
_PYTEST = (
    _HEAD
    + _DECORATED
    + """def test_the_service_answers():
    with urlopen({asked}) as response:
        assert response.read() == b"{answer}"
"""
)
_UNITTEST = (
    _HEAD
    + """class TestService(unittest.TestCase):
    # A handwritten recording replays in every run, even one that records.
    @recproxy("{name}", "{recorded}", mode="replay")
    def test_the_service_answers(self):
        with urlopen({asked}) as response:
            self.assertEqual(response.read(), b"{answer}")
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenProfile:
    """A profile that was chosen: `host` where it is the project's own, else an installed one and what installs it.

    `upstream` is the address of an own service that has a port of its own.
    """

    profile: Profile
    host: str = ""
    upstream: str = ""
    requirement: str = ""

    @property
    def address(self) -> str:
        """A host that the first test may ask; empty where the service speaks no HTTP."""
        hosts = (host for endpoint in self.profile.endpoints if endpoint.protocol == "http" for host in endpoint.hosts)
        return next((host for host in hosts if "*" not in host), "")

    @property
    def variable(self) -> str:
        """The variable that gets the local address of that host."""
        variables = (each.base_url for each in self.profile.endpoints if self.address in each.hosts)
        return next(filter(None, variables), base_url_name(self.profile.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    """A project's beginning; `packaged` where it can be installed itself.

    `needs` is what its tests need. `given` are lines of a requirements file, taken as they are: requirements instead of
    those that are found here, and options of the installer.
    """

    chosen: tuple[ChosenProfile, ...]
    packaged: bool
    needs: TestRequirements = NO_REQUIREMENTS
    given: tuple[str, ...] = ()
    suite: FoundSuite = PYTEST_SUITE

    @property
    def names(self) -> tuple[str, ...]:
        """The profiles of the suite."""
        return tuple(each.profile.name for each in self.chosen)

    def configuration(self, *tables: str) -> str:
        """The keys of the project, below these tables."""
        # Not the list `profiles`: a name stands once in TOML, and tables may follow that override an installed profile.
        values: dict[str, Any] = {"run": list(self.names)}
        own = {each.profile.name: _own(each) for each in self.chosen if each.host}
        if own:
            values["profiles"] = own
        for table in reversed(tables):
            values = {table: values}
        return tomlkit.dumps(values)

    def noxfile(self) -> str:
        """A noxfile with one body for all modes."""
        extra = f"[{self.needs.extra}]" if self.needs.extra else ""
        installs = ["-e", f".{extra}"] if self.packaged else []
        installs += [word for name in self.needs.files for word in ("-r", name)]
        installs += ["--group", self.needs.group] if self.needs.group else []
        installs += self.requirements
        lines = [f"    session.install({', '.join(json.dumps(word) for word in installs)})"]
        if len(lines[0]) > 110:
            lines = ["    session.install(", *(f"        {json.dumps(word)}," for word in installs), "    )"]
        if self.local:
            lines.insert(0, f"    {_LOCAL}")
        outside = ", external=True" if self.suite.is_node else ""
        return "\n".join(
            [
                '"""Functional tests, against recordings or the real services: `nox -l` lists the sessions."""',
                "",
                "from recproxy.nox import functional_sessions",
                "",
                "",
                f"@functional_sessions({', '.join(json.dumps(name) for name in self.names)})",
                "def functional(session, recproxy):",
                '    """The functional suite."""',
                *lines,
                f"    recproxy.run({', '.join(json.dumps(word) for word in self.suite.words)}, *recproxy.args{outside})",
                "",
            ]
        )

    def tox(self, *tables: str) -> str:
        """A tox.toml whose base makes an environment for each mode; below these tables in a file of others."""
        base: dict[str, Any] = {"recproxy_profiles": list(self.names), "deps": [*self._files(), *self._lines()]}
        if self.needs.extra:
            base["extras"] = [self.needs.extra]
        if self.needs.group:
            base["dependency_groups"] = [self.needs.group]
        variables = self._variables()
        if variables:
            base["pass_env"] = variables
        if self.suite.is_node:
            base["allowlist_externals"] = [self.suite.words[0]]
        posargs = tomlkit.inline_table()
        posargs.update({"replace": "posargs", "extend": True})
        base["commands"] = tomlkit.array()
        base["commands"].append([*self.suite.words, posargs])
        values: dict[str, Any] = {"env_list": ["functional-replay"]}
        if not self.packaged:
            values["no_package"] = True
        values["env_run_base"] = base
        for table in reversed(tables):
            values = {table: values}
        local = f"{_LOCAL}\n" if self.local else ""
        return f"# recproxy is a plugin for tox: install it next to tox\n{local}{tomlkit.dumps(values)}"

    def tox_ini(self) -> str:
        """What a tox.ini needs for an environment of each mode."""
        lines = [
            *((_LOCAL,) if self.local else ()),
            "[testenv]",
            f"recproxy_profiles = {', '.join(self.names)}",
            *((f"extras = {self.needs.extra}",) if self.needs.extra else ()),
            *((f"dependency_groups = {self.needs.group}",) if self.needs.group else ()),
            "deps =",
            *(f"    {line}" for line in (*self._files(), *self._lines())),
        ]
        variables = self._variables()
        if variables:
            lines += ["pass_env =", *(f"    {name}" for name in variables)]
        if self.suite.is_node:
            lines.append(f"allowlist_externals = {self.suite.words[0]}")
        return "\n".join([*lines, f"commands = {shlex.join(self.suite.words)} {{posargs}}", ""])

    def _variables(self) -> list[str]:
        """What a program may need to record: replay has placeholders for some of it."""
        names: list[str] = []
        for each in self.chosen:
            names += (*each.profile.credentials, *each.profile.placeholders)
            if each.host:  # whose credentials are not known yet
                names.append(f"{base_url_name(each.profile.name).removesuffix('BASE_URL')}*")
        return list(dict.fromkeys(names))

    @property
    def local(self) -> tuple[str, ...]:
        """The folders and files of this machine that the test tools are installed from."""
        places = (line.removeprefix("-e ").rpartition("file://")[2] for line in self._lines())
        return tuple(place for place in places if place.startswith("/"))

    @property
    def lacks_requirements(self) -> bool:
        """Whether there are tests, and nothing says what they import."""
        named = self.packaged or self.given or self.needs != NO_REQUIREMENTS
        return self.suite.is_there and not named

    @property
    def requirements(self) -> tuple[str, ...]:
        """The words that install the test tools, recproxy and the profiles."""
        words: list[str] = []
        for line in self._lines():
            words += line.split(" ", 1) if line.startswith("-") else [line]
        return tuple(words)

    def _files(self) -> list[str]:
        return [f"-r {name}" for name in self.needs.files]

    def _lines(self) -> list[str]:
        found = {} if self.suite.is_unittest or self.suite.is_node else {"pytest": "pytest"}
        found["recproxy"] = requirement("recproxy")
        found |= {f"recproxy-{each.profile.name}": each.requirement for each in self.chosen if each.requirement}
        options = [line for line in self.given if line.startswith("-") and not line.startswith("-e ")]
        for line in self.given:
            if line not in options:
                found[_name_of(line)] = line
        return [*options, *found.values()]

    def first_test(self) -> tuple[str, str, str] | None:
        """The first test, and its recording: the test's text, the recording's place and text; None without a host."""
        each = next((each for each in self.chosen if each.address), None)
        if each is None:
            return None
        url = f"{each.upstream or f'https://{each.address}'}/hello"
        if is_loopback(each.address):  # no client asks a proxy for it
            imports, asked = "import os\n", f'os.environ["{each.variable}"] + "/hello"'
        else:
            imports, asked = "", f'"{url}"'
        template = _UNITTEST if self.suite.is_unittest else _PYTEST
        imports += "import unittest\n" if self.suite.is_unittest else ""
        test = template.format(name=each.profile.name, recorded=_RECORDED, imports=imports, asked=asked, answer=_ANSWER)
        recording = f"""#recproxy 2
# {MADE_BY_INIT}

GET {url} HTTP/1.1

====
HTTP/1.1 200 OK
Content-Type: text/plain

{_ANSWER}
=======
"""
        return test, f"{each.profile.name}/{_RECORDED}", recording


def requirement(name: str) -> str:
    """What installs a distribution as it is installed here: its name, or the place it came from."""
    try:
        text = metadata.distribution(name).read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return name
    if not text:
        return name
    origin = json.loads(text)
    url = origin["url"]
    if "dir_info" in origin:
        path = unquote(urlsplit(url).path)
        return f"-e {path}" if origin["dir_info"].get("editable") else path
    if "vcs_info" in origin:
        how = origin["vcs_info"]
        revision = how.get("requested_revision") or how["commit_id"]
        folder = f"#subdirectory={origin['subdirectory']}" if origin.get("subdirectory") else ""
        return f"{name} @ {how['vcs']}+{url}@{revision}{folder}"
    return f"{name} @ {url}"


def _name_of(line: str) -> str:
    """The distribution that a requirement is of; the requirement itself where that cannot be seen."""
    found = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*(?=\s*(?:$|[\[<>=!~;@ ]))", line)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else line


def _own(chosen: ChosenProfile) -> dict[str, Any]:
    """The table of a profile of one's own."""
    endpoint = chosen.profile.endpoints[0]
    if endpoint.protocol != "http":
        said = {name: list(getattr(endpoint, name)) for name in ("hosts", "ports", "tls_ports")}
        table = {"protocol": endpoint.protocol, **said, "variables": endpoint.variables}
        return {"endpoints": [{name: value for name, value in table.items() if value}]}
    if not chosen.address:  # a pattern has no address, and what is asked through a proxy brings its port
        return {"endpoints": [{"hosts": [chosen.host]}]}
    own: dict[str, Any] = {"endpoints": [{"hosts": [chosen.host], "base_url": chosen.variable}]}
    return own | ({"upstream": {"address": chosen.upstream}} if chosen.upstream else {})
