"""Service profiles: all that is known of one third party, as a frozen value, read from TOML.

Knows profile.toml (DESIGN: profiles) and its plain form; not where profiles are installed, nor what a proxy does with
one. An unknown key or a wrong type is a ProfileError with file, line and key.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recproxy.matching import Rules
from recproxy.redaction import RedactionRules
from recproxy.tables import Source, Table
from recproxy.wire.hosts import normal_host

__all__ = ["Endpoint", "Match", "Profile", "Redact", "Upstream", "parse_profile"]

PROTOCOLS = ("http",)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*\Z")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?\Z")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One way to reach the service: a protocol, its hosts, and the variable that gets its local address."""

    protocol: str = "http"
    hosts: tuple[str, ...]
    base_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What takes part in matching on top of method, URL, query and body, and what becomes of a miss."""

    headers: tuple[str, ...] = ()
    ignore_query: tuple[str, ...] = ()
    ignore_form: tuple[str, ...] = ()
    ignore_json: tuple[str, ...] = ()
    repeat: str = "last"
    miss: str = "status"
    unused: str = "report"


@dataclass(frozen=True, slots=True, kw_only=True)
class Redact:
    """What never reaches a recording, on top of the built-in rules."""

    headers: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    form: tuple[str, ...] = ()
    json: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """How the real service is reached; `timeout` in seconds, `max_body` in bytes."""

    timeout: float = 30.0
    verify: bool = True
    ca: str = ""
    max_body: int = 16_000_000
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A service profile; `recordings` is the folder of its package's own recordings, `origin` where it was read."""

    name: str
    summary: str = ""
    credentials: tuple[str, ...] = ()
    endpoints: tuple[Endpoint, ...]
    placeholders: Mapping[str, str] = field(default_factory=dict)
    match: Match = field(default_factory=Match)
    redact: Redact = field(default_factory=Redact)
    pace: str = "none"
    upstream: Upstream = field(default_factory=Upstream)
    recordings: str | None = None
    origin: str = ""

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts of all its endpoints, in order."""
        return tuple(host for endpoint in self.endpoints for host in endpoint.hosts)

    def rules(self) -> Rules:
        """Its matching and redaction as the rules of a comparison."""
        return Rules(
            headers=tuple(name.lower() for name in self.match.headers),
            ignore_query=self.match.ignore_query,
            ignore_form=self.match.ignore_form,
            ignore_json=self.match.ignore_json,
            secret_headers=tuple(name.lower() for name in self.redact.headers),
            secret_query=self.redact.query,
            secret_form=self.redact.form,
            secret_json=self.redact.json,
        )

    def redaction(self, secrets: Sequence[str] = ()) -> RedactionRules:
        """Its redaction, on top of the built-in rules; `secrets` are the values of its credentials."""
        redact = self.redact
        return RedactionRules(
            headers=redact.headers,
            query=redact.query,
            form=redact.form,
            json=redact.json,
            patterns=redact.patterns,
            values=tuple(secrets),
        )

    def plain(self) -> dict[str, Any]:
        """Its plain form, fit for a message; `restore` takes it back."""
        return dataclasses.asdict(self)

    @classmethod
    def restore(cls, plain: Mapping[str, Any]) -> Profile:
        """A profile from its plain form."""
        values = dict(plain)
        values["endpoints"] = tuple(Endpoint(**endpoint) for endpoint in plain["endpoints"])
        for key, kind in (("match", Match), ("redact", Redact), ("upstream", Upstream)):
            values[key] = kind(**plain[key])
        return cls(**values)


def parse_profile(
    values: Mapping[str, Any],
    source: Source,
    *,
    keys: tuple[str, ...] = (),
    name: str | None = None,
    recordings: str | None = None,
    partial: bool = False,
) -> Profile:
    """Read a profile from its TOML values.

    Args:
        values: the table.
        source: the file it stands in, for errors.
        keys: where in that file the table stands.
        name: the name it must have; None where the table says it itself.
        recordings: the folder of the package's own recordings, if there is one.
        partial: an override of an installed profile: nothing is required.

    Raises:
        ProfileError: an unknown key, a wrong type, a missing or bad value.
    """
    table = Table(values, source, keys)
    _check_schema(table, required=name is None)
    given = table.string("name") if name is not None else table.required("name")
    if name is not None and given not in ("", name):
        raise table.fail("name", f"name is {given!r} where {name!r} was expected: they must agree")
    if not _NAME.match(name or given):
        raise table.fail("name", f"name {name or given!r} must be lower-case letters, digits, - and _")
    profile = Profile(
        name=name or given,
        summary=table.string("summary"),
        credentials=_variables(table, "credentials"),
        endpoints=tuple(_endpoint(part) for part in table.tables("endpoints")),
        placeholders=table.mapping("placeholders"),
        match=_match(table.table("match")),
        redact=_redact(table.table("redact")),
        pace=_pace(table.table("replay")),
        upstream=_upstream(table.table("upstream")),
        recordings=recordings,
        origin=source.path,
    )
    table.done()
    if not profile.endpoints and not partial:
        raise table.fail(None, f"profile {profile.name!r} has no endpoint: add [[endpoints]] with hosts")
    return profile


def _check_schema(table: Table, *, required: bool) -> None:
    schema = table.number("schema", 0 if required else 1)
    if schema != 1:
        found = f"schema is {schema:g}" if "schema" in table else "schema is missing"
        raise table.fail("schema", f"{found}: write schema = 1, the only one this recproxy reads")


def _endpoint(table: Table) -> Endpoint:
    endpoint = Endpoint(
        protocol=table.choice("protocol", PROTOCOLS),
        hosts=tuple(_host(table, host) for host in table.strings("hosts")),
        base_url=table.string("base_url"),
    )
    table.done()
    if not endpoint.hosts:
        raise table.fail("hosts", "an endpoint without hosts: list at least one")
    if endpoint.base_url and not _VARIABLE.match(endpoint.base_url):
        raise table.fail("base_url", f"base_url is {endpoint.base_url!r}: give it the name of an environment variable")
    return endpoint


def _host(table: Table, host: str) -> str:
    """A host pattern in its normal form: a name, an address, `*.name` or `*`."""
    pattern = normal_host(host)
    labels = pattern.removeprefix("*.").split(".")
    if pattern != "*" and not _is_address(pattern) and not all(_LABEL.match(label) for label in labels):
        raise table.fail(
            "hosts", f"host {host!r} is no host name: write it without scheme, port and path; * only as *.name or alone"
        )
    return pattern


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _variables(table: Table, key: str) -> tuple[str, ...]:
    names = table.strings(key)
    for name in names:
        if not _VARIABLE.match(name):
            raise table.fail(key, f"{key} holds {name!r}, which is no name of an environment variable")
    return names


def _match(table: Table) -> Match:
    ignore = table.table("ignore")
    match = Match(
        headers=table.strings("headers"),
        ignore_query=ignore.strings("query"),
        ignore_form=ignore.strings("form"),
        ignore_json=_pointers(ignore, "json"),
        repeat=table.choice("repeat", ("last", "miss", "cycle")),
        miss=table.choice("miss", ("status", "reset")),
        unused=table.choice("unused", ("report", "fail")),
    )
    ignore.done()
    table.done()
    return match


def _pointers(table: Table, key: str) -> tuple[str, ...]:
    pointers = table.strings(key)
    for pointer in pointers:
        if not pointer.startswith("/"):
            raise table.fail(key, f"{pointer!r} is no JSON Pointer: it begins with /, as /user/id")
    return pointers


def _redact(table: Table) -> Redact:
    redact = Redact(
        headers=table.strings("headers"),
        query=table.strings("query"),
        form=table.strings("form"),
        json=table.strings("json"),
        patterns=table.strings("patterns"),
        variables=_variables(table, "variables"),
    )
    table.done()
    for pattern in redact.patterns:
        try:
            re.compile(pattern)
        except re.error as problem:
            raise table.fail("patterns", f"{pattern!r} is no regular expression: {problem}") from None
    return redact


def _pace(table: Table) -> str:
    pace = table.choice("pace", ("none", "recorded"))
    table.done()
    return pace


def _upstream(table: Table) -> Upstream:
    upstream = Upstream(
        timeout=table.number("timeout", 30),
        verify=table.boolean("verify", default=True),
        ca=table.string("ca"),
        max_body=int(table.number("max_body", 16_000_000)),
        address=table.string("address"),
    )
    table.done()
    return upstream


def profile_folder(path: Path) -> str | None:
    """The recordings beside a profile.toml, if there are any."""
    folder = path.parent / "recordings"
    return str(folder) if folder.is_dir() else None
