"""A service profile as a frozen value, and its plain form, fit for a message. Knows nothing of files."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from recproxy.matching import Rules, Ways
from recproxy.redaction import RedactionRules

__all__ = [
    "ANY_HOST",
    "Endpoint",
    "HookNames",
    "Match",
    "Profile",
    "Redact",
    "Upstream",
    "own_variables",
    "secret_values",
]

#: The origin of the profile of all hosts that no other owns.
ANY_HOST = "--any-host"


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
    """How the real service is reached; `timeout` in seconds, `max_body` in bytes; `ca_place` says where `ca` is named."""

    timeout: float = 30.0
    verify: bool = True
    ca: str = ""
    max_body: int = 16_000_000
    address: str = ""
    ca_place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookNames:
    """Functions for what TOML cannot say, each as `module:function`, empty where there is none.

    `places` says where each is named. `folders` are the project's, where modules are looked for besides what is
    installed.
    """

    compare: str = ""
    respond: str = ""
    redact: str = ""
    places: Mapping[str, str] = field(default_factory=dict)
    folders: tuple[str, ...] = ()

    def named(self) -> dict[str, str]:
        """Those that there are, by kind."""
        kinds = {"compare": self.compare, "respond": self.respond, "redact": self.redact}
        return {kind: target for kind, target in kinds.items() if target}


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A service profile; `recordings` is the folder of its package's own recordings, `origin` where it was read.

    `file` and `keys` are the table in which a project changes it.
    """

    name: str
    summary: str = ""
    credentials: tuple[str, ...] = ()
    endpoints: tuple[Endpoint, ...]
    placeholders: Mapping[str, str] = field(default_factory=dict)
    match: Match = field(default_factory=Match)
    redact: Redact = field(default_factory=Redact)
    pace: str = "none"
    upstream: Upstream = field(default_factory=Upstream)
    hooks: HookNames = field(default_factory=HookNames)
    recordings: str | None = None
    origin: str = ""
    file: str = ""
    keys: tuple[str, ...] = ()

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

    def ways(self) -> Ways:
        """How a person changes it, and how they record it."""
        record = ("recproxy run --any-host --record any-host -- ...",) if self.origin == ANY_HOST else ()
        return Ways(file=self.file, keys=tuple(self.keys), record=record) if self.file else Ways(record=record)

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
        for key, kind in (("match", Match), ("redact", Redact), ("upstream", Upstream), ("hooks", HookNames)):
            values[key] = kind(**plain[key])
        return cls(**values)


def own_variables(profile: Profile, environment: Mapping[str, str]) -> dict[str, str]:
    """The variables of a profile that the environment has: what its proxy and its hooks find in theirs."""
    names = (*profile.credentials, *profile.placeholders, *profile.redact.variables)
    return {name: environment[name] for name in names if name in environment}


def secret_values(profiles: Iterable[Profile], environment: Mapping[str, str]) -> tuple[str, ...]:
    """The values that the environment has for the credentials and variables of profiles, each once.

    A program may send any of them anywhere, so those of all profiles at hand are hidden from each.
    """
    names = (name for profile in profiles for name in (*profile.credentials, *profile.redact.variables))
    return tuple(dict.fromkeys(value for name in names if (value := environment.get(name))))
