"""A service profile: each key of profile.toml, declared once as a field, and its plain form, fit for a message.

`config/keys.py` says how a key is declared. The text below each becomes its description in docs/reference/profile.md.
Knows nothing of files.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import field
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self

from recproxy.config import profile_words as words
from recproxy.config.endpoint import Endpoint
from recproxy.config.grpc_table import GrpcTable
from recproxy.config.keys import Computed, Required, keys_of
from recproxy.config.layers import Setting, build
from recproxy.config.match_table import Match
from recproxy.config.report_table import ReportTable
from recproxy.config.shift_table import ShiftTable
from recproxy.config.upstream_table import Upstream
from recproxy.config.verify_table import VerifyTable
from recproxy.config.webhook_table import WebhookTable
from recproxy.control.host_names import normal_host
from recproxy.lazy.dataclass import dataclass
from recproxy.matching.rules import Rules
from recproxy.matching.ways import Ways
from recproxy.redaction.rules import RedactionRules

__all__ = [
    "ANY_HOST", "NAMED_BY_TEST", "Endpoint", "HookNames", "Match", "Profile", "RedactTable", "ReplayTable",
    "Upstream",
]  # fmt: skip

#: The origin of the profile of all hosts that no other owns.
ANY_HOST = "--any-host"
#: The origin of the profile of a host that a test named, or anybody else who has the run's token.
NAMED_BY_TEST = "a test's decorator"


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactTable:
    """What never reaches a recording, on top of the built-in rules."""

    headers: Annotated[tuple[str, ...], words.NAME_IN_ANY_CASE] = ()
    """Names of headers."""
    query: Annotated[tuple[str, ...], words.NAME_IN_ANY_CASE] = ()
    """Names in the query: as a whole, or the last of those in brackets, so `number` also means `card[number]`."""
    form: Annotated[tuple[str, ...], words.NAME_IN_ANY_CASE] = ()
    """Names in a form body, as in the query. With `card[number]`, `source[card][number]` is masked, `number` is not."""
    json: tuple[str, ...] = ()
    """JSON Pointers, or names at any depth."""
    patterns: Annotated[tuple[str, ...], words.EXPRESSION] = ()
    """Regular expressions."""
    shapes: Annotated[tuple[str, ...], words.SHAPE] = ()
    """Regular expressions of secrets that clients take apart. In a response, only what is in parentheses is masked:
    `pi_[0-9A-Za-z]+_secret_([0-9A-Za-z]+)`. So it is in a request if the expression is that of an address or begins with
    a quote: `https://files\\.example\\.com/links/([0-9a-f]+)`, `"ip": ?"([0-9.]+)"`.
    """
    variables: Annotated[tuple[str, ...], words.VARIABLE] = ()
    """More variables whose values are redacted. They need not be set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayTable:
    """How recorded responses are sent."""

    pace: Literal["none", "recorded"] = "none"
    """`recorded`: a response waits as long as its `:delay` and `:chunks` say; recproxy records both for streams.
    `none`: every response is sent at once, a stream still in its chunks.
    """
    streams: Annotated[tuple[str, ...], words.REQUEST_PATTERN] = ()
    """Requests whose responses are streams whatever their content type says: `GET /events/*`. The client may leave them,
    and their pieces are recorded one by one.
    """
    workers: Annotated[int, words.WORKERS] = 1
    """Processes that answer together in replay, for a load test: from 1 to 64. Only for recordings whose answers depend on
    no order; others are refused by name. In other modes one process answers, and the run says so.
    """
    clock: Literal["none", "shift"] = "none"
    """`shift`: expiry times in responses are as far from now as they were from the recording: in `Date`, `Expires`,
    `Retry-After`, cookies and resets of rate limits, in JSON under names such as `expires_at`, in JSON Web Tokens, and in
    signed URLs. `none`: only the times that `replay.shift` lists.
    """
    shift: ShiftTable = ShiftTable()


@dataclass(frozen=True, slots=True, kw_only=True)
class HookNames:
    """Functions for what TOML cannot say, each as `module:function`.

    `places` says where each is named. `folders` are the project's, where modules are looked for besides what is
    installed.
    """

    compare: Annotated[str, words.FUNCTION] = ""
    """Returns the form in which a recorded or live request is compared."""
    respond: Annotated[str, words.FUNCTION] = ""
    """Returns the response to a request, from the recorded one if there is one."""
    redact: Annotated[str, words.FUNCTION] = ""
    """Removes more from an interaction after the rules, before it is stored."""
    sign: Annotated[str, words.FUNCTION] = ""
    """Signs a webhook whose `scheme` is `hook`: gets the request and the secret, and returns the request to send."""
    places: Computed[Mapping[str, str]] = field(default_factory=dict)
    folders: Computed[tuple[str, ...]] = ()

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

    schema: Annotated[Literal[1], words.FORMAT, Required(words.NO_SCHEMA)] = 1
    """The version of this format: `1`. Required in a file, not in a project's table. A higher number needs a newer
    recproxy, and the error says so.
    """
    requires_recproxy: Annotated[str, words.VERSIONS] = ""
    """The versions of recproxy that can use the profile, for example `">=0.2,<1"`. Other versions report an error."""
    name: Annotated[str, words.PROFILE_NAME, Required("name is missing: give it a string")] = ""
    """Lower-case letters, digits, `-` and `_`. Required in a file. In a project, the name of the table is the name of
    the profile.
    """
    summary: str = ""
    """One line that describes the service."""
    credentials: Annotated[tuple[str, ...], words.VARIABLE] = ()
    """Variables that must be set to record or run live. Their values are redacted wherever they occur."""
    endpoints: Annotated[
        tuple[Endpoint, ...], Required("the profile has no endpoint: add [[endpoints]] with hosts")
    ] = ()
    """The ways to reach the service."""
    placeholders: Annotated[Mapping[str, str], words.OWN_VARIABLE] = field(default_factory=dict)
    """Values for variables that are not set, in replay and auto, so that a program starts without secrets. Reserved
    names are not allowed, see `endpoints.base_url`.
    """
    match: Match = Match()
    redact: RedactTable = RedactTable()
    grpc: GrpcTable = GrpcTable()
    replay: ReplayTable = ReplayTable()
    report: ReportTable = ReportTable()
    upstream: Upstream = Upstream()
    verify: VerifyTable = VerifyTable()
    webhooks: tuple[WebhookTable, ...] = ()
    """What the service sends to the application on its own account."""
    hooks: HookNames = HookNames()
    settings: Computed[tuple[Setting, ...]] = field(default=(), compare=False)
    recordings: Computed[str | None] = None
    origin: Computed[str] = ""
    file: Computed[str] = ""
    keys: Computed[tuple[str, ...]] = ()
    tables: Computed[tuple[str, ...]] = field(default=(), compare=False)
    after: Computed[str] = ""

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts of all its endpoints, in order, each once."""
        return tuple(dict.fromkeys(host for endpoint in self.endpoints for host in endpoint.hosts))

    @property
    def reached(self) -> tuple[tuple[str, int], ...]:
        """Each of its hosts of HTTP with each port at which clients look for it."""
        ports = ((each, (80, 443, *map(int, each.ports))) for each in self.endpoints if each.protocol == "http")
        return tuple((host, port) for endpoint, numbers in ports for host in endpoint.hosts for port in numbers)

    @property
    def secret_variables(self) -> tuple[str, ...]:
        """The variables whose values are redacted, those of webhooks included."""
        webhooks = (name for each in self.webhooks for name in (each.secret, each.public) if name)
        return tuple(dict.fromkeys((*self.credentials, *self.redact.variables, *webhooks)))

    def rules(self) -> Rules:
        """Its matching and redaction as the rules of a comparison."""
        return Rules(
            headers=tuple(name.lower() for name in self.match.headers),
            aliases=tuple((normal_host(name), normal_host(host)) for name, host in sorted(self.match.aliases.items())),
            default_query=tuple(sorted(self.match.default_query.items())),
            graphql=self.match.graphql,
            ignore_query=self.match.ignore.query,
            ignore_form=self.match.ignore.form,
            ignore_json=self.match.ignore.json,
            ignore_grpc=self.match.ignore.grpc,
            ignore_mail=self.match.ignore.mail,
            ignore_body=self.match.ignore.body,
            secret_headers=tuple(name.lower() for name in self.redact.headers),
            secret_query=self.redact.query,
            secret_form=self.redact.form,
            secret_json=self.redact.json,
        )

    def ways(self, *, record: str = "", folder: str = "") -> Ways:
        """How a person changes it, and how they record it: by the command, if it is known, seen from the folder."""
        if not record and self.origin == ANY_HOST:
            record = f"recproxy run --any-host --record {self.name} -- COMMAND"
        return Ways(
            file=self.file or Ways().file,
            keys=tuple(self.keys),
            record=record,
            folder=folder,
            package=self.recordings or "",
            profile=self.name,
            tables=self.tables,
            after=self.after,
        )

    def redaction(
        self, secrets: Sequence[str] = (), environment: Mapping[str, str] = MappingProxyType({})
    ) -> RedactionRules:
        """Its redaction, on top of the built-in rules; `secrets` are the values of credentials.

        Those that its own variables have in the `environment` are named after them.
        """
        return RedactionRules(
            headers=(*self.redact.headers, *(name for each in self.webhooks for name in each.signature_headers)),
            query=self.redact.query,
            form=self.redact.form,
            json=self.redact.json,
            patterns=self.redact.patterns,
            shapes=self.redact.shapes,
            values=tuple(secrets),
            variables=tuple(
                (name, environment[name]) for name in self.secret_variables if environment.get(name) in secrets
            ),
        )

    def plain(self) -> dict[str, Any]:
        """Its plain form, fit for a message; `restore` takes it back, without its settings."""
        return dataclasses.asdict(dataclasses.replace(self, settings=()))

    @classmethod
    def restore(cls, plain: Mapping[str, Any]) -> Self:
        """A profile from its plain form."""
        return build(cls, plain)
