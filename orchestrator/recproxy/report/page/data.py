"""What a page shows, as plain values: the report, and the interactions that it points at. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from recproxy.recording import WEBSOCKET, WILD, Headers, Interaction, as_told
from recproxy.recording.counting import counted
from recproxy.recording.printable import printable
from recproxy.report.page.bodies import BodyTable
from recproxy.report.page.exchanges import exchange_values, is_exchange
from recproxy.report.page.messages import step_values
from recproxy.report.page.shown import ShownInteractions
from recproxy.report.proof_report import ProofReport, savings_line, verdict_lines
from recproxy.report.run_report import RequestReport, RunReport

__all__ = ["interaction_values", "page_data"]


#: Characters of a header or an address that a page shows.
_LONGEST = 10_000


class _Names:
    """Names by number: each stands once in the data, however many requests have it."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, name: str) -> int:
        return self._numbers.setdefault(name, len(self._numbers))

    @property
    def values(self) -> list[str]:
        return [*self._numbers]


def page_data(report: RunReport, shown: ShownInteractions, bodies: BodyTable) -> dict[str, Any]:
    """The data of a page. `requests` are rows of numbers and texts, in the order that `columns` says."""
    names = _Names()
    rows = _request_rows(report, shown, names)
    facts = ("recproxy", "shards", "started", "seconds", "exit_code", "command_code", "error", "fails")
    misses = [*map(_request, report.misses, shown.misses)]
    drift = [*map(_request, report.drift, shown.misses[len(report.misses) :])]
    # those of misses first: if there is no room for all, they are the ones that somebody wants to read
    interactions = [interaction_values(*each, bodies) for each in shown.values]
    findings = ("refusals", "failures", "unasked", "old", "notes")
    profiles = [
        {name: value for name, value in asdict(each).items() if not name.startswith("interactions_")}
        for each in report.profiles
        if each.is_listed
    ]
    unused = [{**asdict(one), "profile": each.name} for each in report.profiles for one in each.interactions_unused]
    return {
        "run": {name: getattr(report, name) for name in facts},
        "profiles": profiles,
        "tests": [asdict(each) for each in report.tests],
        "names": names.values,
        "requests": rows,
        "requests_left_out": report.timeline_left_out,
        "misses": misses,
        "drift": drift,
        "unused": [{**one, "interaction": number} for one, number in zip(unused, shown.unused, strict=True)],
        "findings": {name: [asdict(each) for each in getattr(report, name)] for name in findings},
        "written": [asdict(each) for each in report.written],
        "proof": _proof(report.proof),
        "wanted": [asdict(each) for each in report.wanted],
        "tokens": [asdict(each) for each in report.tokens],
        "redactions": dict(report.redactions),
        "blocked": dict(report.blocked),
        "interactions": interactions,
        "bodies": bodies.values,
        "bodies_left_out": bodies.left_out,
    }


def _request_rows(report: RunReport, shown: ShownInteractions, names: _Names) -> list[list[Any]]:
    return [
        [
            names.number(each.profile),
            names.number(each.test),
            names.number(each.lane),
            each.method,
            each.url,
            names.number(each.result),
            each.started,
            each.seconds,
            each.status,
            each.bytes,
            shown.timeline[number],
            each.fault,
        ]
        for number, each in enumerate(report.timeline)
    ]


def _proof(proof: ProofReport | None) -> dict[str, Any] | None:
    """A proof as its passes, what is known of each test that does not replay, and what a replay saves."""
    if proof is None:
        return None
    failed = [each for each in proof.verdicts if not each.replays]
    return {
        "tests": len(proof.verdicts),
        "passes": [asdict(each) for each in proof.passes],
        "failed": [
            {"test": each.test, "cause": each.cause, "way": each.way, "text": "\n".join(verdict_lines(each))}
            for each in failed
        ],
        "notes": [*proof.notes, *proof.mended],
        "saves": savings_line(proof.saves),
    }


def _request(request: RequestReport, interaction: int | None) -> dict[str, Any]:
    return {**asdict(request), "interaction": interaction}


def interaction_values(path: str, number: int, found: Interaction | None, bodies: BodyTable) -> dict[str, Any]:
    """An interaction as a page shows it, its bodies by their numbers in `bodies`; None is one that is not shown."""
    if found is None:
        return {"path": path, "number": number, "hidden": True}
    webhook, found = found.webhook, as_told(found)
    request, response = found.request, found.response
    values: dict[str, Any] = {
        "path": path,
        "number": number,
        "line": found.line,
        "scope": printable(found.scope or ""),
        "recorded": found.recorded.isoformat() if found.recorded else "",
        "wild": request.wild or WILD,
        "method": printable(request.method),
        "url": _shortened(request.url),
        **({"webhook": webhook.delay} if webhook is not None else {}),
    }
    if found.protocol not in ("", WEBSOCKET):
        return {**values, "steps": step_values(found.protocol, found.steps, found.request.wild or WILD)}
    messages = exchange_values(found, bodies) if is_exchange(found) else {}
    return {
        **values,
        **messages,
        "request": {
            "headers": _headers(request.headers),
            "body": None if messages else bodies.add(request),
            "trailers": _headers(request.trailers),
        },
        "response": {
            "status": response.status,
            "reason": printable(response.reason.decode("utf-8", "backslashreplace")),
            "headers": _headers(response.headers),
            "body": None if messages else bodies.add(response),
            "trailers": _headers(response.trailers),
            "wild": response.wild or WILD,
            "fault": response.fault or "",
            "chunks": len(response.chunks),
        },
    }


def _headers(headers: Headers) -> Sequence[list[str]]:
    return [
        [_shortened(name.decode("latin-1")), _shortened(value.decode("utf-8", "backslashreplace"))]
        for name, value in headers
    ]


def _shortened(text: str) -> str:
    """A text that is printable, and cut where no person would read on."""
    more = len(text) - _LONGEST
    return (
        printable(text) if more <= 0 else f"{printable(text[:_LONGEST])}… ({counted(more, 'more character')} not shown)"
    )
