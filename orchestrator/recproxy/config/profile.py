"""A service profile: each key of profile.toml, declared once as a field, and its plain form, fit for a message.

`config/keys.py` says how a key is declared. The descriptions become the tables of docs/reference/profile.md. Knows
nothing of files.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import field
from types import MappingProxyType
from typing import Any, Literal, Self

from recproxy.config import profile_words as words
from recproxy.config.keys import key, keys_of, subtable
from recproxy.config.layers import Setting, build
from recproxy.config.verify_table import VerifyTable
from recproxy.control.host_names import normal_host
from recproxy.matching.rules import Rules, Ways
from recproxy.recording.dataclass import dataclass
from recproxy.redaction.rules import RedactionRules

__all__ = [
    "ANY_HOST",
    "Endpoint",
    "HookNames",
    "Ignore",
    "Match",
    "Profile",
    "RedactTable",
    "ReplayTable",
    "Upstream",
]

#: The origin of the profile of all hosts that no other owns.
ANY_HOST = "--any-host"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One way to reach the service: a protocol, its hosts, and the variable for its local address."""

    protocol: Literal["http"] = key("The only protocol today. It includes HTTPS.", "http")
    hosts: tuple[str, ...] = key(
        "Host names, addresses, `*.NAME` (one label, as in TLS), or `*`, without scheme, port and path. The most "
        "specific host wins, so `*` comes last. Two profiles of a run cannot own the same host.",
        (),
        word=words.HOST,
        missing="an endpoint without hosts: list at least one",
    )
    ports: tuple[str, ...] = key(
        'Ports of the hosts besides 80 and 443, such as `"8443"`. The redirect and `--isolate` bring clients there that '
        "read no proxy variable.",
        (),
        word=words.PORT,
    )
    base_url: str = key(
        "The variable that gets this endpoint's local address, `http://127.0.0.1:PORT`. Requests to it are "
        "recorded under the endpoint's first host without `*`, so there must be one; replay matches any of the "
        "hosts. A signature that covers the host (OAuth 1, SigV4) cannot be recorded this way. Names are reserved "
        "if a run sets them (`HTTP_PROXY`, `RECPROXY_TOKEN`, `SSL_CERT_FILE`) or if programs depend on them "
        "(`PATH`, `HOME`).",
        word=words.OWN_VARIABLE,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore:
    """The parts of a request that do not take part in matching."""

    query: tuple[str, ...] = key("Names in the query to ignore.", ())
    form: tuple[str, ...] = key("Names in a form body to ignore.", ())
    json: tuple[str, ...] = key(
        "JSON Pointers into a JSON body to ignore, for example `/user/id`.", (), word=words.POINTER
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What is compared besides method, URL, query and body, and what happens on a miss."""

    headers: tuple[str, ...] = key("Request headers to compare.", (), word=words.NAME_IN_ANY_CASE)
    aliases: Mapping[str, str] = key(
        'Other names of a host: with `"api.x.com" = "api.twitter.com"`, a request to either matches a recording of '
        "either.",
        {},
        word=words.HOST,
    )
    default_query: Mapping[str, str] = key(
        'Values that the service takes for parameters that are not in the query: with `alt = "json"`, a request with '
        "`alt=json` matches one without `alt`, and `alt=media` does not.",
        {},
    )
    ignore: Ignore = subtable(Ignore)
    repeat: Literal["last", "miss", "cycle"] = key(
        "What follows the last recorded repeat of a request: the last one again, a miss, or the first one.",
        "last",
    )
    miss: Literal["status", "reset"] = key(
        "What the client gets for a miss: a status with a text, or a dropped connection.", "status"
    )
    miss_status: int = key(
        "The status of a miss, from 400 to 599. Choose one that your client does not retry, such as 404, if it repeats "
        "requests that get 599.",
        599,
        word=words.STATUS,
    )
    unused: Literal["report", "fail"] = key(
        "Whether a test fails if its recording contains interactions that no request asked for, and a run if nobody "
        "asked the profile at all although recordings were in play.",
        "report",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactTable:
    """What never reaches a recording, on top of the built-in rules."""

    headers: tuple[str, ...] = key("Names of headers.", (), word=words.NAME_IN_ANY_CASE)
    query: tuple[str, ...] = key("Names in the query.", (), word=words.NAME_IN_ANY_CASE)
    form: tuple[str, ...] = key("Names in a form body.", (), word=words.NAME_IN_ANY_CASE)
    json: tuple[str, ...] = key("JSON Pointers, or names at any depth.", ())
    patterns: tuple[str, ...] = key("Regular expressions.", (), word=words.EXPRESSION)
    variables: tuple[str, ...] = key(
        "More variables whose values are redacted. They need not be set.", (), word=words.VARIABLE
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayTable:
    """How recorded responses are sent."""

    pace: Literal["none", "recorded"] = key(
        "`recorded`: a response waits as long as its `:delay` and `:chunks` say; recproxy records both for "
        "streams. `none`: every response is sent at once, a stream still in its chunks.",
        "none",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """How the real service is reached.

    `ca_place` is where `ca` is named.
    """

    timeout: float = key("Seconds to wait for the service before the client gets 504.", 30)
    verify: bool = key("Whether recproxy verifies the certificate of the service.", True)
    ca: str = key(
        "A PEM file with more CAs to trust, for staging and tests. The path is relative to the file that names "
        "it. recproxy does not read it in replay."
    )
    max_body: int = key(
        "The largest body to store, in bytes. Larger bodies are passed on but not stored, and replaying them is a "
        "miss that says so.",
        16_000_000,
    )
    address: str = key(
        "An address to use instead of the real one: `127.0.0.1:8443`, or `http://127.0.0.1:8080` without TLS.",
        word=words.ADDRESS,
    )
    ca_place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HookNames:
    """Functions for what TOML cannot say, each as `module:function`.

    `places` says where each is named. `folders` are the project's, where modules are looked for besides what is
    installed.
    """

    compare: str = key("Returns the form in which a recorded or live request is compared.", word=words.FUNCTION)
    respond: str = key("Returns the response to a request, from the recorded one if there is one.", word=words.FUNCTION)
    redact: str = key("Removes more from an interaction after the rules, before it is stored.", word=words.FUNCTION)
    places: Mapping[str, str] = field(default_factory=dict)
    folders: tuple[str, ...] = ()

    def named(self) -> dict[str, str]:
        """Those that there are, by kind."""
        return {each.name: target for each in keys_of(HookNames) if (target := getattr(self, each.name))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A service profile: what recproxy knows about one service.

    `settings` are its keys with their sources, `recordings` is the folder of its package's own recordings, `origin`
    where it was read. `file` and `keys` are the table in which a project changes it. The versions come first, since a
    profile for a newer recproxy may hold anything.
    """

    schema: Literal[1] = key(
        "The version of this format: `1`. Required in a file, not in a project's table. A higher number needs a "
        "newer recproxy, and the error says so.",
        1,
        word=words.FORMAT,
        missing="schema is missing: write schema = 1, the only one that this recproxy reads",
    )
    requires_recproxy: str = key(
        'The versions of recproxy that can use the profile, for example `">=0.2,<1"`. Other versions report an error.',
        word=words.VERSIONS,
    )
    name: str = key(
        "Lower-case letters, digits, `-` and `_`. Required in a file. In a project, the name of the table is the "
        "name of the profile.",
        word=words.PROFILE_NAME,
        missing="name is missing: give it a string",
    )
    summary: str = key("One line that describes the service.")
    credentials: tuple[str, ...] = key(
        "Variables that must be set to record or run live. Their values are redacted wherever they occur.",
        (),
        word=words.VARIABLE,
    )
    endpoints: tuple[Endpoint, ...] = key(
        "The ways to reach the service.", (), missing="the profile has no endpoint: add [[endpoints]] with hosts"
    )
    placeholders: Mapping[str, str] = key(
        "Values for variables that are not set, in replay and auto, so that a program starts without secrets. "
        "Reserved names are not allowed, see `endpoints.base_url`.",
        {},
        word=words.OWN_VARIABLE,
    )
    match: Match = subtable(Match)
    redact: RedactTable = subtable(RedactTable)
    replay: ReplayTable = subtable(ReplayTable)
    upstream: Upstream = subtable(Upstream)
    verify: VerifyTable = subtable(VerifyTable)
    hooks: HookNames = subtable(HookNames)
    settings: tuple[Setting, ...] = field(default=(), compare=False)
    recordings: str | None = None
    origin: str = ""
    file: str = ""
    keys: tuple[str, ...] = ()

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts of all its endpoints, in order."""
        return tuple(host for endpoint in self.endpoints for host in endpoint.hosts)

    @property
    def reached(self) -> tuple[tuple[str, int], ...]:
        """Each of its hosts with each port at which clients look for it."""
        ports = ((each, (80, 443, *map(int, each.ports))) for each in self.endpoints)
        return tuple((host, port) for endpoint, numbers in ports for host in endpoint.hosts for port in numbers)

    def rules(self) -> Rules:
        """Its matching and redaction as the rules of a comparison."""
        return Rules(
            headers=tuple(name.lower() for name in self.match.headers),
            aliases=tuple((name, normal_host(host)) for name, host in sorted(self.match.aliases.items())),
            default_query=tuple(sorted(self.match.default_query.items())),
            ignore_query=self.match.ignore.query,
            ignore_form=self.match.ignore.form,
            ignore_json=self.match.ignore.json,
            secret_headers=tuple(name.lower() for name in self.redact.headers),
            secret_query=self.redact.query,
            secret_form=self.redact.form,
            secret_json=self.redact.json,
        )

    def ways(self, *, record: str = "", folder: str = "") -> Ways:
        """How a person changes it, and how they record it: by the command, if it is known, seen from the folder."""
        if not record and self.origin == ANY_HOST:
            record = f"recproxy run --any-host --record {self.name} -- COMMAND"
        ways = Ways(record=record, folder=folder)
        return dataclasses.replace(ways, file=self.file, keys=tuple(self.keys)) if self.file else ways

    def redaction(
        self, secrets: Sequence[str] = (), environment: Mapping[str, str] = MappingProxyType({})
    ) -> RedactionRules:
        """Its redaction, on top of the built-in rules; `secrets` are the values of credentials.

        Those that its own variables have in the `environment` are named after them.
        """
        redact = self.redact
        return RedactionRules(
            headers=redact.headers,
            query=redact.query,
            form=redact.form,
            json=redact.json,
            patterns=redact.patterns,
            values=tuple(secrets),
            variables=tuple(
                (name, environment[name])
                for name in (*self.credentials, *redact.variables)
                if environment.get(name) in secrets
            ),
        )

    def plain(self) -> dict[str, Any]:
        """Its plain form, fit for a message; `restore` takes it back, without its settings."""
        return dataclasses.asdict(dataclasses.replace(self, settings=()))

    @classmethod
    def restore(cls, plain: Mapping[str, Any]) -> Self:
        """A profile from its plain form."""
        return build(cls, plain)
