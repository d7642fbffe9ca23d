"""The environment of a run as other programs read it: shells, container engines, CI. Pure.

What only this machine's files can give, such as the folder of the socket redirect, is left out.
"""

from __future__ import annotations

import json
import re
import secrets
import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from recproxy.control.reserved_variables import BUNDLES
from recproxy.control.variables import CA, R_PROFILE, REDIRECT, TOKEN
from recproxy.errors import ConfigurationError
from recproxy.lazy.patterns import lazy_pattern

__all__ = ["CA_FILES", "ENVIRONMENT_FORMATS", "elsewhere", "file_name", "github_masks", "written_as"]

#: Variables that name files of this installation or of this run, which are nowhere else.
_OF_THIS_MACHINE = (
    *("WGETRC", "PHP_INI_SCAN_DIR", "NODE_OPTIONS", "BUN_OPTIONS", "PYTHONPATH", "R_PROFILE_USER", R_PROFILE),
    *("JAVA_TOOL_OPTIONS", "GUILE_TLS_CERTIFICATE_DIRECTORY"),
)
_BUNDLE, _OWN = "ca.pem", "own.pem"
#: The files that go with the variables: the bundle of CAs to trust, and that of the run alone.
CA_FILES: Final = (_BUNDLE, _OWN)
#: What dotenv readers and `docker run --env-file` read alike without quotes.
_PLAIN = lazy_pattern(r"[\w./:@%+,=*\[\]!~-]*", re.ASCII)
#: What dotenv readers take differently, or not at all, although it stands in single quotes.
_NO_DOTENV = lazy_pattern(r"[\n\r'\\]|\$\{")
#: Characters of a string of JSON that YAML does not take as they are, or takes for a line break.
_NO_YAML = lazy_pattern("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def elsewhere(variables: Mapping[str, str], folder: str, direct: Sequence[str] = ()) -> dict[str, str]:
    """The variables as a program of another machine needs them.

    Args:
        variables: those of the run.
        folder: where that program finds the files of CAs.
        direct: hosts that it reaches without the run, such as the application under test.
    """
    kept = {name: value for name, value in variables.items() if name not in _OF_THIS_MACHINE}
    for name in kept:
        if name in BUNDLES:
            kept[name] = f"{folder}/{_BUNDLE}"
    if CA in kept:
        kept[CA] = f"{folder}/{_OWN}"
    for name in ("NO_PROXY", "no_proxy"):
        if name in kept:
            kept[name] = ",".join((kept[name], *direct))
    if kept.get(REDIRECT):
        kept[REDIRECT] = ",".join((kept[REDIRECT], *(f"{host}=pass" for host in direct)))
    return kept


def file_name(form: str) -> str:
    """The usual name of a file of this format."""
    return _NAMES[form]


def written_as(form: str, variables: Mapping[str, str], *, services: Sequence[str], files: Mapping[str, str]) -> str:
    """The variables in one of ENVIRONMENT_FORMATS.

    Args:
        form: one of ENVIRONMENT_FORMATS.
        variables: as `elsewhere` gives them.
        services: of compose, those that get the variables.
        files: the texts of CA_FILES, by name.

    Raises:
        ConfigurationError: the format cannot hold a value.
    """
    for name, value in variables.items():
        if not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value):
            raise ConfigurationError(f"{name}: its value is no UTF-8, which other machines could not be given")
    if form == "compose":
        return _compose(variables, services)
    if form == "k8s":
        return _kubernetes(variables, files)
    if form == "json":
        return json.dumps(dict(variables), indent=2) + "\n"
    return "".join(f"{_LINES[form](name, value)}\n" for name, value in variables.items())


def github_masks(variables: Mapping[str, str]) -> str:
    """The commands that keep the secrets of the run out of GitHub's log."""
    proxy = variables.get("HTTPS_PROXY", "")
    password = proxy.partition("://")[2].rpartition("@")[0].rpartition(":")[2]
    return "".join(f"::add-mask::{each}\n" for each in (variables.get(TOKEN, ""), password) if each)


def _sh(name: str, value: str) -> str:
    return f"export {name}={shlex.quote(value)}"


def _dotenv(name: str, value: str) -> str:
    if _PLAIN.fullmatch(value):
        return f"{name}={value}"
    if _NO_DOTENV.search(value):
        raise ConfigurationError(
            f"{name}: its value has a line break, a quote, a backslash or ${{, which readers of dotenv take differently: "
            "use --format json"
        )
    return f"{name}='{value}'"


def _github(name: str, value: str) -> str:
    if "\n" not in value:
        return f"{name}={value}"
    end = f"end_{secrets.token_hex(8)}"
    return f"{name}<<{end}\n{value}\n{end}"


def _compose(variables: Mapping[str, str], services: Sequence[str]) -> str:
    """An override file; compose takes a dollar for a variable."""
    lines = ["services:"]
    for service in services:
        lines += [f"  {_yaml(service)}:", "    environment:"]
        lines += [f"      {name}: {_yaml(value).replace('$', '$$')}" for name, value in variables.items()]
    return "\n".join(lines) + "\n"


def _kubernetes(variables: Mapping[str, str], files: Mapping[str, str]) -> str:
    """A Secret of the variables, for envFrom, and a ConfigMap of the CAs, to mount."""
    lines = ["apiVersion: v1", "kind: Secret", "metadata:", "  name: recproxy", "stringData:"]
    lines += [f"  {name}: {_yaml(value)}" for name, value in variables.items()]
    lines += ["---", "apiVersion: v1", "kind: ConfigMap", "metadata:", "  name: recproxy-ca", "data:"]
    lines += [f"  {name}: {_yaml(text)}" for name, text in files.items()]
    return "\n".join(lines) + "\n"


def _yaml(text: str) -> str:
    """A string of JSON that YAML reads as it is meant: two escapes of JSON for one character are two characters there."""
    return _NO_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


_LINES: Final[Mapping[str, Callable[[str, str], str]]] = {"sh": _sh, "dotenv": _dotenv, "github": _github}
_NAMES: Final = {
    "sh": "recproxy.sh",
    "dotenv": "recproxy.env",
    "json": "recproxy.json",
    "compose": "recproxy.compose.yaml",
    "k8s": "recproxy.k8s.yaml",
    "github": "recproxy.github.env",
}
ENVIRONMENT_FORMATS: Final = tuple(_NAMES)
