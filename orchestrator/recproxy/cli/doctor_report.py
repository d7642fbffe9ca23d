"""What `recproxy doctor` prints: what each client does, what a command sent past recproxy, and what to write where. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from recproxy.cli.doctor_probes import ClientResult
from recproxy.recording.counting import counted
from recproxy.recording.printable import printable

__all__ = [
    "client_advice",
    "client_rows",
    "client_values",
    "passed_advice",
    "passed_rows",
    "passed_values",
    "table_lines",
]

_BASE_URL = (
    'set base_url = "SHOP_BASE_URL" under [[endpoints]] of the profile, and have the program take the service\'s address '
    "from that variable"
)
#: What helps a program that went past, by the name that it begins with.
_PROGRAMS = (
    (("java",), "set java = true in {project}: JVMs read JAVA_TOOL_OPTIONS"),
    (
        ("node", "npm", "npx", "bun"),
        "leave NODE_OPTIONS, BUN_OPTIONS and RECPROXY_REDIRECT of the run in the environment that it is started with",
    ),
    (
        ("python", "pytest", "uvicorn", "gunicorn"),
        "leave PYTHONPATH and RECPROXY_REDIRECT of the run in the environment that it is started with, and no -I or -E",
    ),
)


def client_rows(results: Iterable[ClientResult]) -> list[tuple[str, ...]]:
    """The table of the clients, its head first."""
    rows: list[tuple[str, ...]] = [("client", "version", "variables", "redirect", "CA", "isolated")]
    for each in results:
        redirect = _word(each.redirect)
        if each.client.by == "java = true":
            redirect = "java = true" if each.redirect else "no"
        elif not each.client.by:
            redirect = "-"  # nothing of recproxy is loaded into it
        cells = (_word(each.variables), redirect, _word(each.ca), each.isolated)
        rows.append((each.client.name, each.version or "-", *cells))
    return rows


def client_values(results: Iterable[ClientResult]) -> list[dict[str, Any]]:
    """The same for machines."""
    return [{**asdict(each), "client": each.client.name, "said": printable(each.said)} for each in results]


def client_advice(results: Sequence[ClientResult], project: str, isolation: str) -> Iterator[str]:
    """What to write where for each kind of client; `isolation` is why there is none here, empty where there is."""
    for names, line in _grouped(results, project):
        yield f"{', '.join(names)}: {line}"
    if isolation:
        yield f"isolation is not possible here: {isolation}"
    elif any(not each.variables for each in results):
        yield f"for all programs at once: isolate = true in {project}, or recproxy run --isolate -- COMMAND"


def _grouped(results: Sequence[ClientResult], project: str) -> Iterator[tuple[list[str], str]]:
    kinds: dict[str, list[str]] = {}
    for each in results:
        kinds.setdefault(_line(each, project), []).append(each.client.name)
    yield from ((names, line) for line, names in kinds.items())


def _line(result: ClientResult, project: str) -> str:
    by = result.client.by
    if result.variables:
        return "nothing to write: the proxy variables lead here, and the run's CA is trusted"
    if result.redirect and by == "java = true":
        return f"java = true in {project}"
    if result.redirect:
        return (
            "nothing to write: the redirect leads here, where NODE_OPTIONS, PYTHONPATH and RECPROXY_REDIRECT of the run "
            "reach the program"
        )
    if result.ca is False:
        return f"the proxy variables lead here, but the run's CA is not trusted: {_BASE_URL}"
    return _BASE_URL


def passed_rows(caught: Mapping[tuple[str, str], int], owner: Callable[[str], str | None]) -> list[tuple[str, ...]]:
    """The table of what a command sent past the proxy variables and the redirect, its head first; empty for nothing."""
    if not caught:
        return []
    rows: list[tuple[str, ...]] = [("to", "connections", "by", "profile")]
    for (place, program), count in sorted(caught.items()):
        host = place.rpartition(":")[0]
        rows.append((printable(place), str(count), program or "an unknown program", owner(host) or "none"))
    return rows


def passed_values(caught: Mapping[tuple[str, str], int], owner: Callable[[str], str | None]) -> list[dict[str, Any]]:
    """The same for machines; `by` and `profile` are null where nobody knows them."""
    return [
        {
            "to": printable(place),
            "connections": count,
            "by": program or None,
            "profile": owner(place.rpartition(":")[0]),
        }
        for (place, program), count in sorted(caught.items())
    ]


def passed_advice(
    caught: Mapping[tuple[str, str], int],
    owner: Callable[[str], str | None],
    project: str,
    addresses: Mapping[str, str],
) -> Iterator[str]:
    """What to write where, so that recproxy gets it without isolation, too.

    `addresses` are the base-URL variables of profiles, by name.
    """
    if not caught:
        return
    owners = {place: owner(place.rpartition(":")[0]) for place, _ in caught}
    lines: dict[str, None] = {}
    for place, program in sorted(caught):
        line = next((line for starts, line in _PROGRAMS if program.startswith(starts)), "")
        variable = addresses.get(owners[place] or "", "")
        if not line and owners[place] is None:
            continue  # it needs a profile first
        if not line:
            line = f"have it take the address of {owners[place]} from {variable}" if variable else _BASE_URL
        lines[f"{program or 'an unknown program'}: {line.format(project=project)}"] = None
    yield from lines
    yield f"or for all of them: isolate = true in {project}"
    if unowned := sorted({place.rpartition(":")[0] for place, name in owners.items() if name is None}):
        hosts = ", ".join(f'"{printable(host)}"' for host in unowned)
        yield f"{counted(len(unowned), 'host')} without a profile: add hosts = [{hosts}] to one, or pass_hosts in {project}"


def table_lines(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """The lines of a table, its columns aligned."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()


def _word(answer: bool | None) -> str:
    return "-" if answer is None else "yes" if answer else "no"
