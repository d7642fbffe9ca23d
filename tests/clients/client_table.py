"""The clients that are tried, from data/*.toml: a file for each language. It knows nothing of recproxy."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass, fields
from importlib import metadata
from pathlib import Path

DATA = Path(__file__).with_name("data")
#: What a column can say: see docs/reference/clients.md.
WORDS = ("yes", "with variables", "refused", "no", "-")


@dataclass(frozen=True, kw_only=True)
class Client:
    """A client: how its version is found and its program is run, and what must come of it."""

    language: str
    name: str
    #: The package of PyPI or npm that brings it; the session installs these.
    registry: str
    package: str
    #: More packages that the program needs.
    also: tuple[str, ...]
    #: Commands that the program needs.
    tools: tuple[str, ...]
    #: A command that prints the version. Where it fails, or the package is missing, the client is not here.
    version: tuple[str, ...]
    #: The text of a program that requests the URL it is given and prints the body; none for commands that do.
    program: str
    suffix: str
    #: Commands, in which {program}, {url}, {python}, {chromium}, {home}, {folder} and {packages} stand for what they say.
    build: tuple[str, ...]
    command: tuple[str, ...]
    #: More lines for [tool.recproxy].
    project: str
    environment: str
    base_url: str
    isolated: str
    #: What the run says of a client that it refuses, as a regular expression.
    refusal: str
    remark: str
    #: For a mail client, "smtp" or "imap", and the server's port: see mail_runs.py.
    protocol: str
    port: str


def clients() -> list[Client]:
    """All of them, in the order of the page."""
    return [client for path in sorted(DATA.glob("*.toml"), key=lambda path: path.stem) for client in _read(path)]


def _read(path: Path) -> list[Client]:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    common = {key: value for key, value in table.items() if key != "clients"}
    found = []
    for row in table["clients"]:
        own = {**common, **row}
        unknown = set(own) - {field.name for field in fields(Client)}
        assert not unknown, (path, unknown)
        expected = {key: own.get(key, "yes") for key in ("environment", "base_url", "isolated")}
        assert set(expected.values()) <= set(WORDS), (path, own["name"])
        found.append(
            Client(
                language=own["language"],
                name=own["name"],
                registry=own.get("registry", "") if "package" in own else "",
                package=own.get("package", ""),
                also=tuple(own.get("also", ())),
                tools=tuple(own.get("tools", ())),
                version=tuple(own.get("version", ())),
                program=own.get("program", ""),
                suffix=own.get("suffix", ""),
                build=tuple(own.get("build", ())),
                command=tuple(own["command"]),
                project=own.get("project", ""),
                refusal=own.get("refusal", ""),
                remark=own.get("remark", ""),
                protocol=own.get("protocol", ""),
                port=own.get("port", ""),
                **expected,
            )
        )
    return found


def packages_of(registry: str) -> list[str]:
    """The packages that one registry gives, each once."""
    ours = [client for client in clients() if client.registry == registry]
    return list(dict.fromkeys(package for client in ours for package in (client.package, *client.also)))


def version_here(client: Client, packages: Path) -> str:
    """The version of a client on this machine; empty where it is not here. `packages` is where npm has installed."""
    if any(shutil.which(tool) is None for tool in client.tools):
        return ""
    if client.registry:
        versions = [_installed(client.registry, package, packages) for package in (client.package, *client.also)]
        return versions[0] if all(versions) else ""
    words = [word.format(python=sys.executable, packages=packages) for word in client.version]
    if any(shutil.which(word) is None for word in (words[0], *(client.build or ("sh",))[:1])):
        return ""
    done = subprocess.run(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60
    )
    found = re.search(r"\d+(\.\d+)+", done.stdout)
    return found[0] if done.returncode == 0 and found else ""


def _installed(registry: str, package: str, packages: Path) -> str:
    try:
        if registry == "npm":
            return json.loads((packages / "node_modules" / package / "package.json").read_bytes())["version"]
        return metadata.version(package)
    except (OSError, metadata.PackageNotFoundError):
        return ""


if __name__ == "__main__":  # the session asks what to install
    print(*packages_of(sys.argv[1]))
