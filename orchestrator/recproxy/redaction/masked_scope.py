"""A scope whose interactions are masked one by one: they are linked, looked through once more, and given with what was found.

Pure. Knows not what the interactions have taught.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import field

from recproxy.lazy.dataclass import dataclass
from recproxy.recording.values import Interaction
from recproxy.redaction.body_headers import with_headers_of_body
from recproxy.redaction.client_ids import with_client_ids
from recproxy.redaction.conversations import Flattened
from recproxy.redaction.correlation import Correlation, with_fresh_values
from recproxy.redaction.credential_ids import with_credential_ids
from recproxy.redaction.linking import linked
from recproxy.redaction.masking import Finding
from recproxy.redaction.parts import ScopeReader
from recproxy.redaction.rules import Unsafe
from recproxy.redaction.secret_values import SecretValue

__all__ = ["MaskedOne", "RedactedScope", "Refusal", "finished", "folded", "masked"]

#: An interaction without its secrets, or why there is none, and what was found in it.
MaskedOne = tuple[Interaction | str, list[Finding]]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An interaction that must not be written, by its position in the scope: why, and where, but never a value."""

    position: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactedScope:
    """The interactions that may be written, at the positions they were given in; None stands for one that may not.

    `counts` says how often each rule acted, for headers by the name of each; `learned` are the values that no earlier
    scope of the run has shown.
    """

    interactions: tuple[Interaction | None, ...]
    refusals: tuple[Refusal, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = field(default=(), repr=False)
    learned: Mapping[bytes, SecretValue] = field(default_factory=dict, repr=False)


def masked(reader: ScopeReader, interaction: Interaction) -> MaskedOne:
    """What becomes of an interaction, before it is linked with others."""
    found: list[Finding] = []
    try:
        return reader.rewritten(interaction, found), found
    except Unsafe as problem:
        return problem.message, found


def finished(
    reader: ScopeReader,
    interactions: Sequence[Interaction],
    outcomes: Iterable[MaskedOne],
    taken: Container[str],
    credentials: Sequence[bytes] | None,
    *,
    apart: bool = False,
    correlation: Correlation | None = None,
) -> RedactedScope:
    """The interactions linked, by what became of each, and looked through with what the reader looks for."""
    clean: dict[int, Interaction] = {}
    refusals: list[Refusal] = []
    findings: list[Finding] = []
    for position, (each, found) in enumerate(outcomes):
        if isinstance(each, str):
            refusals.append(Refusal(position, each))
            continue
        clean[position] = each
        findings += (Finding(one.rule, one.place, one.value, position) for one in found)
    named = linked(tuple(clean.values()), taken, apart=apart)
    if credentials is not None:
        named = with_client_ids(with_credential_ids(named, credentials, taken), taken)
    if correlation is not None:
        named = with_fresh_values(named, correlation, taken)
    after = dict(zip(clean, named, strict=True))
    for position in tuple(after):
        try:
            after[position] = _with_headers(interactions[position], after[position])
            reader.check(interactions[position], after[position])
        except Unsafe as problem:
            refusals.append(Refusal(position, problem.message))
            del after[position]
    return RedactedScope(
        interactions=tuple(after.get(position) for position in range(len(interactions))),
        refusals=tuple(sorted(refusals, key=lambda each: each.position)),
        counts=dict(sorted(_counts(findings, after.values()).items())),
        findings=tuple(findings),
    )


def _counts(findings: Sequence[Finding], written: Iterable[Interaction]) -> Counter[str]:
    """How often each rule acted, for headers by the name of each, unless that is not written since it holds a secret."""
    names: set[str] = set()
    for each in written:
        for block in (each.request, each.response):
            names.update(name.decode("latin-1").lower() for name, _ in (*block.headers, *block.trailers))
    counts = Counter[str]()
    for found in findings:
        name = found.place.partition(" header ")[2].lower() if found.rule == "header" else ""
        counts[f"header {name}" if name in names else found.rule] += 1
    return counts


def _with_headers(before: Interaction, after: Interaction) -> Interaction:
    request = with_headers_of_body(before.request, after.request)
    return after if request is after.request else dataclasses.replace(after, request=request)


def folded(flat: Flattened, redacted: RedactedScope) -> RedactedScope:
    """What became of interactions whose conversations were taken apart: by the positions that they had before."""
    refusals = {flat.owners[each.position]: each for each in reversed(redacted.refusals)}
    return dataclasses.replace(
        redacted,
        interactions=flat.folded(redacted.interactions),
        refusals=tuple(dataclasses.replace(each, position=owner) for owner, each in sorted(refusals.items())),
        findings=tuple(dataclasses.replace(each, position=flat.owners[each.position]) for each in redacted.findings),
    )
