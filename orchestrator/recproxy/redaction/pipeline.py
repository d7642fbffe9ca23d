"""An interaction without its secrets: finds them in every part and masks them, before it is stored anywhere.

Pure but for the memory that a `Redactor` keeps of what was handed out. Deterministic, and idempotent: what is
redacted stays as it is. Knows no file, profile or process.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

from recproxy.recording.values import Interaction, Request, Response
from recproxy.recording.wildcard import unused
from recproxy.redaction.block import Cleaner, Finding
from recproxy.redaction.rules import RedactionRules, Unsafe, plan
from recproxy.redaction.seen import Seen

__all__ = ["Redacted", "Redactor", "redact", "redact_request", "redact_text"]

_Block = TypeVar("_Block", Request, Response)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redacted:
    """An interaction that may be written, how often each rule acted in it, and where."""

    interaction: Interaction
    counts: Mapping[str, int]
    findings: tuple[Finding, ...] = field(default=(), repr=False)


class Redactor:
    """Redaction of one scope's interactions, in order: it knows again what a response handed out, or a request sent.

    Places of such values have names, `XXX[access_token]`; when the scope ends, `link` takes the names that link
    nothing away.
    """

    __slots__ = ("_rules", "_seen")

    def __init__(self, rules: RedactionRules) -> None:
        self._rules = rules
        self._seen = Seen()

    def redact(self, interaction: Interaction) -> Redacted:
        """The interaction redacted. Raises Unsafe where it must not be written."""
        return redact(interaction, self._rules, self._seen)


def redact(interaction: Interaction, rules: RedactionRules, seen: Seen | None = None) -> Redacted:
    """The interaction without its secrets; `seen` is the memory of its scope, else nothing but itself is known.

    Raises Unsafe where a body cannot be read and may hold a known secret.
    """
    findings: list[Finding] = []
    seen = Seen(linked=False) if seen is None else seen
    request = _request(interaction.request, rules, seen, findings)
    response = _clean(interaction.response, "response", rules, seen, findings)
    cleaner = Cleaner("comment", "XXX", plan(rules), None, findings)
    comments = tuple(cleaner.text(line.encode()).decode("utf-8", "replace") for line in interaction.comments)
    if comments == interaction.comments:
        comments = interaction.comments
    clean = dataclasses.replace(interaction, request=request, response=response, comments=comments)
    return Redacted(
        interaction=clean,
        counts=dict(sorted(Counter(each.rule for each in findings).items())),
        findings=tuple(findings),
    )


@lru_cache(maxsize=1024)
def redact_text(text: str, rules: RedactionRules) -> str:
    """A line of text without its secrets: a comment, the name of a test."""
    cleaner = Cleaner("comment", "XXX", plan(rules), None, [])
    return cleaner.text(text.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")


def redact_request(request: Request, rules: RedactionRules) -> Request:
    """A live request without its secrets, to be shown; a body that cannot be read is left out. All of it is literal."""
    try:
        clean = _request(request, rules, Seen(linked=False), [])
    except Unsafe:
        clean = _request(dataclasses.replace(request, body=b"", encoding=None), rules, Seen(linked=False), [])
    return dataclasses.replace(clean, wild=None)


def _request(request: Request, rules: RedactionRules, seen: Seen, findings: list[Finding]) -> Request:
    before = len(seen.sent)
    clean = _clean(request, "request", rules, seen, findings)
    # What a later part gave away may stand in an earlier one.
    return clean if len(seen.sent) == before else _clean(clean, "request", rules, seen, findings)


def _clean(block: _Block, side: str, rules: RedactionRules, seen: Seen | None, findings: list[Finding]) -> _Block:
    cleaner = Cleaner(side, block.wild or _word(block), plan(rules), seen, findings)
    try:
        return cleaner.block(block)
    except Unsafe as problem:
        raise Unsafe(
            f"the body of a {side} {problem.message}, and it may hold a secret",
            hint="ask for a form of it that can be read, or leave that request out of the recorded tests",
        ) from None


def _word(block: Request | Response) -> str:
    """A wild word for a live block: one that its own text does not hold."""
    first = block.url.encode("utf-8", "surrogateescape") if isinstance(block, Request) else block.reason
    return unused(first, block.body, *(value for _, value in (*block.headers, *block.trailers)))
