"""Runs every client that is here and writes docs/reference/clients.md: what `nox -s clients` runs.

    python tests/clients/matrix.py PACKAGES [CLIENT ...]

PACKAGES is the folder in which npm has installed. A client that is not here is skipped by name, and its row stays.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from client_page import PAGE, replaced, tables, versions
from client_runs import Bench
from client_table import Client, clients, version_here
from mail_runs import MailBench

from recproxy.errors import ConfigurationError
from recproxy.orchestrator.isolation import Isolation

COLUMNS = ("environment", "base_url", "isolated")


def columns() -> tuple[str, ...]:
    """Those that this system allows."""
    isolation = None
    try:
        isolation = Isolation()
        isolation.ready()
    except ConfigurationError as problem:
        print(f"the column isolated is not tried: {problem}")
        return COLUMNS[:-1]
    finally:
        if isolation is not None:
            isolation.close()
    return COLUMNS


def differences(client: Client, packages: Path, tried: tuple[str, ...]) -> list[str]:
    """What came otherwise than the table says, with the output."""
    found = []
    with tempfile.TemporaryDirectory(prefix="recproxy-client-", dir=packages) as folder:
        bench = (MailBench if client.protocol else Bench)(client, Path(folder), packages)
        if problem := bench.build():
            return [f"{client.name}: is not compiled, or not recorded\n{_end(problem)}"]
        for column in tried:
            expected = getattr(client, column)
            if expected == "-":
                continue
            outcome = getattr(bench, column)()
            if outcome.word != expected:
                found.append(f"{client.name}, {column}: {outcome.word}, expected {expected}\n{_end(outcome.output)}")
    return found


def _end(output: str) -> str:
    return "\n".join(f"    {line[:200]}" for line in output.splitlines()[-12:])


def main(folder: str, *names: str) -> int:
    """Run the clients with these names, or all; the exit code."""
    packages = Path(folder).resolve()
    packages.mkdir(parents=True, exist_ok=True)
    everyone = clients()
    if unknown := sorted(set(names) - {client.name for client in everyone}):
        print(f"no such client: {', '.join(unknown)}", file=sys.stderr)
        return 2
    found = versions(PAGE.read_text(encoding="utf-8"))
    failed, skipped, run, tried = [], [], 0, columns()
    for client in everyone:
        if names and client.name not in names:
            continue
        version = version_here(client, packages)
        if not version:
            skipped.append(f"{client.name} ({client.language})")
            continue
        problems = differences(client, packages, tried)
        failed += problems
        run += 1
        found[client.language, client.name] = version
        words = ", ".join(getattr(client, column) for column in COLUMNS)
        print(f"{client.language}: {client.name} {version}: {'DIFFERS' if problems else words}", flush=True)
    for problem in failed:
        print(f"\n{problem}", file=sys.stderr)
    if skipped:
        print(f"skipped, not installed here: {', '.join(skipped)}")
    print(f"{run} clients run, {len(failed)} differences, {len(skipped)} skipped")
    if failed:
        return 1
    PAGE.write_text(replaced(PAGE.read_text(encoding="utf-8"), tables(everyone, found)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
