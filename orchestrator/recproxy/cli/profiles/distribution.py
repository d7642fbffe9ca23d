"""The files of a new profile's distribution. Pure: names in, texts by path out."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence

from recproxy.cli.git import KEPT
from recproxy.cli.profiles.distribution_tests import PROFILE_TEST, RECORDING, SDK_TEST, STREAM
from recproxy.config.installed import own_version
from recproxy.config.loopback_hosts import base_url_name
from recproxy.config.profile import Profile
from recproxy.config.profile_reading import parse_profile
from recproxy.config.toml_files import TomlFile
from recproxy.errors import ConfigurationError

__all__ = ["distribution"]


def distribution(
    name: str, hosts: Sequence[str], credentials: Sequence[str] = (), *, base_url: str = "", base_path: str = ""
) -> Mapping[str, str]:
    """The texts of a distribution, by path. Its base URL is in the variable given, which the service's SDK reads.

    Raises:
        ConfigurationError: the name, a host or a variable is none, or no host is without `*`.
    """
    package = "recproxy_" + name.replace("-", "_")
    variable = base_url or base_url_name(name)
    # The first host is the one that is recorded under.
    ordered = sorted(hosts, key=lambda host: "*" in host)
    toml = _profile(name, ordered, (variable, base_path), credentials)
    address = f"https://{_checked(toml).hosts[0]}{base_path}"
    words = {"name": name, "package": package, "variable": variable}
    return {
        "pyproject.toml": _PYPROJECT.format(name=name, package=package),
        "README.md": _README.format(**words, hosts=_listed(ordered)),
        ".gitattributes": f"{KEPT}\n",
        f"{package}/__init__.py": f'"""The service profile {name}: `profile.toml` and `recordings/` next to this file."""\n',
        f"{package}/profile.toml": toml,
        f"{package}/recordings/example.rec": RECORDING.format(address=address),
        f"{package}/recordings/stream.rec": STREAM.format(address=address),
        "tests/test_profile.py": PROFILE_TEST.format(**words),
        "tests/test_sdk.py": SDK_TEST.format(**words, credentials=list(dict.fromkeys(credentials))),
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


def _profile(name: str, hosts: Sequence[str], base: tuple[str, str], credentials: Sequence[str]) -> str:
    version = ".".join(own_version().split(".")[:2])
    placeholders = "".join(
        f'{each if each.isidentifier() else json.dumps(each)} = "placeholder-of-{each.lower().replace("_", "-")}"\n'
        for each in dict.fromkeys(credentials)
    )
    return _TOML.format(
        name=name,
        version=version,
        credentials=_array(dict.fromkeys(credentials)),
        hosts=_array(dict.fromkeys(hosts)),
        variable=base[0],
        path=f"base_path = {json.dumps(base[1])}\n" if base[1] else "",
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
{path}
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
