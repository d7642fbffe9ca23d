"""A run as a value that can be written to a file, and the values of its JSON form. Pure.

The declaration here is that of the file: `report_values` and `read_report` follow it, and docs/reference/report.schema.json
is made from it. Every text comes from the tally, in which secrets are masked, and shows no control character.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from typing import Any

from recproxy.errors import ConfigurationError
from recproxy.report.proof_report import ProofReport
from recproxy.report.tally import TokenCount
from recproxy.report.wanted_list import WantedTest

__all__ = [
    "REPORT_FORMAT",
    "REPORT_VERSION",
    "FieldDifference",
    "ProfileReport",
    "ReportFinding",
    "RequestReport",
    "RunReport",
    "TestReport",
    "TimelineEntry",
    "UnusedInteraction",
    "WrittenFile",
    "read_report",
    "report_values",
]

REPORT_FORMAT = "recproxy-report"
#: Grows when a field changes its meaning or goes. New fields do not change it.
REPORT_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDifference:
    """A part of a request that differs: what was recorded there, and what the request has; null for nothing."""

    field: str
    recorded: str | None = None
    request: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReport:
    """A request that was not answered as recorded, or not at all: `count` times in a test, `run` outside of all.

    `path` and `line` are those of the nearest recorded interaction; `text` says what differs and what to do.
    """

    profile: str
    test: str
    method: str
    url: str
    text: str
    count: int = 1
    path: str = ""
    line: int = 0
    differences: tuple[FieldDifference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFinding:
    """Something to read that has no recorded interaction; `profile` and `test` are empty where it concerns none."""

    text: str
    profile: str = ""
    test: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusedInteraction:
    """A recorded interaction that was in play and was not played: the `number` in its file counts from 0.

    `passed`: a test that passed left it unused. Only such ones are counted as unused.
    """

    path: str
    number: int
    line: int
    request: str
    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileReport:
    """What a profile did. `interactions_played` are the numbers of interactions by file.

    `requests` counts all, a conversation of mail or a WebSocket as one. `messages` counts the messages of WebSockets and
    of gRPC calls in both directions. `bytes` is the size of the bodies of all responses, `slowest` the request on which
    most time was spent. Not `named`: it is in the run only because it is installed.
    """

    name: str
    mode: str
    named: bool = True
    played: int = 0
    recorded: int = 0
    forwarded: int = 0
    missed: int = 0
    failed: int = 0
    unused: int = 0
    requests: int = 0
    bytes: int = 0
    messages: int = 0
    seconds: float = 0.0
    slowest: str = ""
    slowest_seconds: float = 0.0
    unused_fails: bool = False
    interactions_played: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    interactions_unused: tuple[UnusedInteraction, ...] = ()

    @property
    def is_listed(self) -> bool:
        """Whether tables have it: one that nobody named has to have done something, or recordings in play."""
        return self.named or any((self.requests, self.recorded, self.failed, self.interactions_unused))


@dataclass(frozen=True, slots=True, kw_only=True)
class TestReport:
    """What a scope did, most often a test. `passed` is null where nobody ended it."""

    __test__ = False  # pytest would take it for tests

    name: str
    passed: bool | None = None
    seconds: float = 0.0
    played: int = 0
    recorded: int = 0
    forwarded: int = 0
    missed: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFile:
    """A recording that was written. `changed`: it is not as it was before.

    `failed`: it is a `.failed.rec`; `kept`: there is a good recording, which stayed as it was. `links` are the names of
    its places whose values the program makes anew in each run.
    """

    path: str
    interactions: int
    failed: bool = False
    changed: bool = True
    kept: bool = False
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """A request of the run. `started` is in seconds after the run's start, `seconds` is the time that recproxy spent.

    `result` is played, recorded, forwarded, missed or failed. `path`, `number` (from 0) and `line` are those of the
    recorded interaction; a number of -1 with a path is one of those that this test recorded there. `bytes` is the size of
    the body of the response, `fault` the kind of the fault that was played.
    """

    profile: str
    test: str
    lane: str
    method: str
    url: str
    result: str
    started: float
    seconds: float
    status: int = 0
    bytes: int = 0
    path: str = ""
    number: int = -1
    line: int = 0
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """A run, or several that `recproxy report merge` has brought together.

    `runs` are the identities of the runs, `shards` their names. `exit_code` is that of `recproxy run`, `command_code` that
    of its command. `error` says what broke the run off. `fails` are the kinds of findings that fail a run. `timeline` has
    the first requests one by one, `timeline_left_out` counts the others. `wanted` are the tests that miss recordings.
    """

    recproxy: str
    runs: tuple[str, ...]
    shards: tuple[str, ...] = ()
    started: str = ""
    seconds: float = 0.0
    exit_code: int = 0
    command_code: int = 0
    error: str = ""
    fails: tuple[str, ...] = ()
    profiles: tuple[ProfileReport, ...] = ()
    tests: tuple[TestReport, ...] = ()
    misses: tuple[RequestReport, ...] = ()
    refusals: tuple[ReportFinding, ...] = ()
    failures: tuple[ReportFinding, ...] = ()
    unasked: tuple[ReportFinding, ...] = ()
    old: tuple[ReportFinding, ...] = ()
    drift: tuple[RequestReport, ...] = ()
    notes: tuple[ReportFinding, ...] = ()
    written: tuple[WrittenFile, ...] = ()
    tokens: tuple[TokenCount, ...] = ()
    redactions: Mapping[str, int] = field(default_factory=dict)
    blocked: Mapping[str, int] = field(default_factory=dict)
    timeline: tuple[TimelineEntry, ...] = ()
    timeline_left_out: int = 0
    proof: ProofReport | None = None
    wanted: tuple[WantedTest, ...] = ()


def report_values(report: RunReport) -> dict[str, Any]:
    """The report as JSON values."""
    return {"format": REPORT_FORMAT, "version": REPORT_VERSION, **asdict(report)}


def read_report(values: Any, name: str) -> RunReport:
    """The report of JSON values. Unknown keys are those of a newer recproxy, and are passed over.

    Raises:
        ConfigurationError: they are no report, or one of another version; the message begins with the `name`.
    """
    if not isinstance(values, dict) or values.get("format") != REPORT_FORMAT:
        raise ConfigurationError(f"{name}: is not a JSON report: write one with recproxy run --report FILE.json")
    if values.get("version") != REPORT_VERSION:
        raise ConfigurationError(
            f"{name}: has version {str(values.get('version'))[:20]!r} of the report format; this recproxy reads {REPORT_VERSION}"
        )
    report: RunReport = _read(RunReport, values, lambda place: ConfigurationError(f"{name}: {place}"))
    return report


def _read(kind: Any, value: Any, wrong: Callable[[str], Exception], place: str = "") -> Any:
    """A value of this kind, from JSON. Raises what `wrong` makes of a place and what is expected there."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if is_dataclass(kind):
        if not isinstance(value, dict):
            raise wrong(f"{place} must be an object")
        kinds = typing.get_type_hints(kind)
        found = {
            each.name: _read(kinds[each.name], value[each.name], wrong, f"{place}.{each.name}".lstrip("."))
            for each in fields(kind)
            if each.name in value
        }
        try:
            return kind(**found)  # type: ignore[operator]
        except TypeError:
            missing = next(name for name in kinds if name not in found)
            raise wrong(f"{place or 'the report'} has no {missing}") from None
    if origin is tuple and isinstance(value, list):
        return tuple(_read(arguments[0], each, wrong, f"{place}[{number}]") for number, each in enumerate(value))
    if origin is Mapping and isinstance(value, dict):
        return {name: _read(arguments[1], each, wrong, f"{place}.{name}") for name, each in value.items()}
    if origin is types.UnionType:
        return None if value is None else _read(arguments[0], value, wrong, place)
    if kind is float and type(value) is int:
        return float(value)
    if origin is None and type(value) is kind:
        return value
    raise wrong(f"{place} must be {_expected(kind)}")


def _expected(kind: Any) -> str:
    words = {str: "a string", int: "a whole number", float: "a number", bool: "true or false"}
    return words.get(kind) or ("a list" if typing.get_origin(kind) is tuple else "an object")
