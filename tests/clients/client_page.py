"""The tables of docs/reference/clients.md: what is written there for each client."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

from client_table import Client

PAGE = Path(__file__).parents[2] / "docs/reference/clients.md"
_BEGIN, _END = "<!-- clients -->\n", "<!-- end of clients -->\n"
_HEAD = "| client | version | environment | base URL | isolated | remark |\n|---|---|---|---|---|---|\n"


def tables(clients: Sequence[Client], versions: Mapping[tuple[str, str], str]) -> str:
    """The tables, one for each language; versions by language and name."""
    return "\n".join(
        f"### {language}\n\n{_HEAD}" + "".join(_row(client, versions) for client in members)
        for language, members in groupby(clients, lambda client: client.language)
    )


def written(text: str) -> str:
    """The tables as they stand in the page's text."""
    return text.partition(_BEGIN)[2].partition(_END)[0].strip("\n") + "\n"


def replaced(text: str, new: str) -> str:
    """The page's text with new tables."""
    before, _, rest = text.partition(_BEGIN)
    return f"{before}{_BEGIN}\n{new}\n{_END}{rest.partition(_END)[2]}"


def versions(text: str) -> dict[tuple[str, str], str]:
    """The versions that the page names, by language and client."""
    found = {}
    for section in re.split(r"^### ", written(text), flags=re.MULTILINE)[1:]:
        language, _, table = section.partition("\n")
        for name, version in re.findall(r"^\| ([^|]+) \| ([^|]+) \|", table, re.MULTILINE):
            found[language, name] = version
    return found


def _row(client: Client, found: Mapping[tuple[str, str], str]) -> str:
    version = found.get((client.language, client.name), "not run")
    columns = (client.name, version, client.environment, client.base_url, client.isolated, client.remark)
    return f"| {' | '.join(columns)} |\n".replace("|  |", "| |")
