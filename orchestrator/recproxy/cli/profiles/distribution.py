"""The files of a new profile's distribution. Pure: names in, texts by path out."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata

from recproxy.cli.git import KEPT
from recproxy.config.loopback_hosts import base_url_name
from recproxy.config.profile import Profile
from recproxy.config.profile_reading import parse_profile
from recproxy.config.toml_files import TomlFile
from recproxy.errors import ConfigurationError

__all__ = ["distribution"]


def distribution(name: str, hosts: Sequence[str], credentials: Sequence[str] = ()) -> Mapping[str, str]:
    """The texts of a distribution, by path.

    Raises:
        ConfigurationError: the name, a host or a variable is none, or no host is without `*`.
    """
    package = "recproxy_" + name.replace("-", "_")
    variable = base_url_name(name)
    # The first host is the one that is recorded under.
    ordered = sorted(hosts, key=lambda host: "*" in host)
    toml = _profile(name, ordered, variable, credentials)
    host = _checked(toml).hosts[0]
    return {
        "pyproject.toml": _PYPROJECT.format(name=name, package=package),
        "README.md": _README.format(name=name, package=package, hosts=_listed(ordered), variable=variable),
        ".gitattributes": f"{KEPT}\n",
        f"{package}/__init__.py": f'"""The service profile {name}: `profile.toml` and `recordings/` next to this file."""\n',
        f"{package}/profile.toml": toml,
        f"{package}/recordings/example.rec": _RECORDING.format(host=host),
        "tests/test_profile.py": _TEST.format(name=name, package=package, variable=variable),
    }


def _checked(toml: str) -> Profile:
    """The profile of a text that was put together; what is wrong with it is wrong with the command's words."""
    try:
        values = tomllib.loads(toml)
    except tomllib.TOMLDecodeError:
        raise ConfigurationError("the name, the hosts and the variables must be plain words") from None
    try:
        return parse_profile(TomlFile(path="", text=toml, error=ConfigurationError, values=values))
    except ConfigurationError as problem:
        raise ConfigurationError(problem.message.partition(": ")[2]) from None


def _profile(name: str, hosts: Sequence[str], variable: str, credentials: Sequence[str]) -> str:
    version = ".".join(metadata.version("recproxy").split(".")[:2])
    placeholders = "".join(
        f'{each if each.isidentifier() else json.dumps(each)} = "placeholder-of-{each.lower().replace("_", "-")}"\n'
        for each in dict.fromkeys(credentials)
    )
    return _TOML.format(
        name=name,
        version=version,
        credentials=_array(dict.fromkeys(credentials)),
        hosts=_array(dict.fromkeys(hosts)),
        variable=variable,
        placeholders=placeholders,
    )


def _array(words: Iterable[str]) -> str:
    return "[" + ", ".join(json.dumps(word, ensure_ascii=False) for word in words) + "]"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


_TOML = """\
schema = 1
name = "{name}"
summary = "The service {name}"
requires_recproxy = ">={version}"

# Variables that a program needs to reach the real service. Their values never reach a recording.
credentials = {credentials}

[[endpoints]]
protocol = "http"
hosts = {hosts}
base_url = "{variable}"

# Values for these variables in replay, if they are not set.
[placeholders]
{placeholders}
# Names whose values change with each request: they are not compared.
[match.ignore]
query = []
form = []
json = []

# What to redact, in addition to the built-in rules and the values of the credentials.
[redact]
headers = []
query = []
form = []
json = []
"""

_PYPROJECT = """\
[build-system]
build-backend = "hatchling.build"
requires = [ "hatchling>=1.27" ]

[project]
name = "recproxy-{name}"
version = "0.1.0"
description = "recproxy's service profile {name}, with starter recordings"
readme = "README.md"
requires-python = ">=3.11"
optional-dependencies.test = [ "pytest", "recproxy" ]
entry-points."recproxy.profiles".{name} = "{package}"

[tool.hatch]
build.targets.wheel.packages = [ "{package}" ]
"""

_README = """\
# recproxy-{name}

The service profile {name} for recproxy.

| | |
| --- | --- |
| hosts | {hosts} |
| base URL | `{variable}` |

Install it next to recproxy, then use it by its name:

    recproxy run --profile {name} -- pytest tests/functional

A test can name its starter recordings in `{package}/recordings/`.

To work on it:

    recproxy profiles check ./{package}
    python -m pytest
    python -m build
"""

_RECORDING = """\
#recproxy 2
# A handwritten example: replace it with your own recording.

GET https://{host}/example HTTP/1.1

====
HTTP/1.1 200 OK
Content-Type: text/plain

hello
=======
"""

_TEST = '''\
"""The profile is sound, and its starter recordings answer."""

import os
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "{package}"
ASK = """
import os, urllib.request
print(urllib.request.urlopen(os.environ["{variable}"] + "/example").read().decode())
"""


def recproxy(*words):
    environment = {{name: value for name, value in os.environ.items() if not name.startswith("RECPROXY")}}
    return subprocess.run(
        [sys.executable, "-m", "recproxy", *words],
        cwd=PACKAGE.parent,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_profile_is_sound():
    done = recproxy("profiles", "check", str(PACKAGE))

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_example_answers():
    recording = ("--recordings", "{name}=example.rec")
    done = recproxy("run", "--profile", str(PACKAGE), *recording, "--", sys.executable, "-c", ASK)

    assert (done.returncode, done.stdout) == (0, "hello\\n"), done.stderr
'''
