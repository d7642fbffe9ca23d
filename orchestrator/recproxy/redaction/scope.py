"""The interactions of one scope without their secrets: first all of them are read for secrets, then all are masked.

What a later interaction gives away is so masked in an earlier one too. Pure; deterministic, and idempotent: what is
redacted stays as it is. Knows no file, profile or process.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import field
from functools import lru_cache

from recproxy.recording.dataclass import dataclass
from recproxy.recording.values import Interaction, Request, Response
from recproxy.redaction.body_headers import with_headers_of_body
from recproxy.redaction.client_ids import with_client_ids
from recproxy.redaction.conversations import Flattened, has_conversations
from recproxy.redaction.correlation import Correlation, with_fresh_values
from recproxy.redaction.credential_ids import with_credential_ids
from recproxy.redaction.earlier_values import NOTHING, EarlierValues
from recproxy.redaction.linking import linked
from recproxy.redaction.masking import Finding
from recproxy.redaction.name_rules import name_rules
from recproxy.redaction.parts import ScopeReader
from recproxy.redaction.rules import NO_RULES, RedactionRules, Unsafe
from recproxy.redaction.secret_values import SecretValue, SecretValues
from recproxy.redaction.value_automata import Automata, made_automata
from recproxy.redaction.value_search import made_search

__all__ = [
    "ReadScope",
    "RedactedScope",
    "Refusal",
    "mask_again",
    "mask_line",
    "redact_line",
    "redact_request",
    "redact_scope",
    "redact_text",
]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An interaction that must not be written, by its position in the scope: why, and where, but never a value."""

    position: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactedScope:
    """The interactions that may be written, at the positions they were given in; None stands for one that may not.

    `counts` says how often each rule acted, `learned` are the values that no earlier scope of the run has shown.
    """

    interactions: tuple[Interaction | None, ...]
    refusals: tuple[Refusal, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = field(default=(), repr=False)
    learned: Mapping[bytes, SecretValue] = field(default_factory=dict, repr=False)


class ReadScope:
    """The interactions of a scope, read for secrets, before they are masked; `learned` are the values that they show."""

    def __init__(self, interactions: Sequence[Interaction], rules: RedactionRules) -> None:
        self._flat = Flattened(interactions) if has_conversations(interactions) else None
        self._interactions = interactions if self._flat is None else self._flat.interactions
        self._credentials = _values(rules)
        names = name_rules(rules)
        self._values = SecretValues(self._credentials, own=_own(rules), shapes=names.shapes)
        self._reader = ScopeReader(names, self._values)
        for each in self._interactions:
            self._reader.learn(each)
        self.learned: Mapping[bytes, SecretValue] = self._values.learned()

    def __repr__(self) -> str:
        return f"ReadScope({len(self._interactions)} interactions)"

    def redacted(
        self,
        *,
        taken: Container[str] = (),
        ids: bool = True,
        earlier: EarlierValues = NOTHING,
        apart: bool = False,
        correlation: Correlation | None = None,
    ) -> RedactedScope:
        """The interactions without their secrets, as `redact_scope` gives them; to be called once.

        If they are to stay `apart`, different values that a service handed out are different in a replay, too.
        """
        self._values.follow(earlier.known)
        self._reader.follow(earlier.automata)
        credentials = self._credentials if ids else None
        redacted = _redacted(self._reader, self._interactions, taken, credentials, apart=apart, correlation=correlation)
        redacted = dataclasses.replace(redacted, learned=self._values.learned())
        return redacted if self._flat is None else _folded(self._flat, redacted)


def redact_scope(
    interactions: Sequence[Interaction],
    rules: RedactionRules,
    *,
    taken: Container[str] = (),
    ids: bool = True,
    earlier: EarlierValues = NOTHING,
    correlation: Correlation | None = None,
) -> RedactedScope:
    """The interactions without their secrets; `taken` are names of values that other scopes of the recording use.

    With `ids`, what a client makes or takes out of its credential, and the service repeats, becomes a named place.
    With a `correlation` so does every value that the client made anew. `earlier` are the values that other scopes have
    shown.
    """
    return ReadScope(interactions, rules).redacted(taken=taken, ids=ids, earlier=earlier, correlation=correlation)


def mask_again(
    interactions: Sequence[Interaction],
    earlier: EarlierValues,
    taken: Container[str] = (),
    rules: RedactionRules = NO_RULES,
) -> RedactedScope:
    """Interactions that were redacted, without the values that other scopes have shown since.

    Of the `rules` only the shapes count, which say what a mask keeps.
    """
    values = SecretValues((), earlier.known, shapes=name_rules(rules).shapes)
    reader = ScopeReader(None, values, earlier.automata)
    if not has_conversations(interactions):
        return _redacted(reader, interactions, taken, None)
    flat = Flattened(interactions)
    return _folded(flat, _redacted(reader, flat.interactions, taken, None))


def _folded(flat: Flattened, redacted: RedactedScope) -> RedactedScope:
    """What became of interactions whose conversations were taken apart: by the positions that they had before."""
    refusals = {flat.owners[each.position]: each for each in reversed(redacted.refusals)}
    return dataclasses.replace(
        redacted,
        interactions=flat.folded(redacted.interactions),
        refusals=tuple(dataclasses.replace(each, position=owner) for owner, each in sorted(refusals.items())),
        findings=tuple(dataclasses.replace(each, position=flat.owners[each.position]) for each in redacted.findings),
    )


def _redacted(
    reader: ScopeReader,
    interactions: Sequence[Interaction],
    taken: Container[str],
    credentials: Sequence[bytes] | None,
    *,
    apart: bool = False,
    correlation: Correlation | None = None,
) -> RedactedScope:
    clean: dict[int, Interaction] = {}
    refusals: list[Refusal] = []
    findings: list[Finding] = []
    for position, each in enumerate(interactions):
        found: list[Finding] = []
        try:
            clean[position] = reader.rewritten(each, found)
        except Unsafe as problem:
            refusals.append(Refusal(position, problem.message))
            continue
        findings += (Finding(one.rule, one.place, one.value, position) for one in found)
    named = linked(tuple(clean.values()), taken, apart=apart)
    if credentials is not None:
        named = with_client_ids(with_credential_ids(named, credentials, taken), taken)
    if correlation is not None:
        named = with_fresh_values(named, correlation, taken)
    after = dict(zip(clean, named, strict=True))
    for position in tuple(after):
        try:
            after[position] = _finished(interactions[position], after[position])
            reader.check(interactions[position], after[position])
        except Unsafe as problem:
            refusals.append(Refusal(position, problem.message))
            del after[position]
    return RedactedScope(
        interactions=tuple(after.get(position) for position in range(len(interactions))),
        refusals=tuple(sorted(refusals, key=lambda each: each.position)),
        counts=dict(sorted(Counter(each.rule for each in findings).items())),
        findings=tuple(findings),
    )


def _finished(before: Interaction, after: Interaction) -> Interaction:
    request = with_headers_of_body(before.request, after.request)
    return after if request is after.request else dataclasses.replace(after, request=request)


@lru_cache(maxsize=1024)
def redact_text(text: str, rules: RedactionRules) -> str:
    """A line of text without its secrets: a comment, the name of a test."""
    return redact_line(text, rules)


def redact_line(text: str, rules: RedactionRules, earlier: EarlierValues = NOTHING) -> str:
    """A line of text without its secrets and the values that scopes have shown."""
    given = _values(rules)
    search = made_search(_automata(given), earlier.automata)
    return ScopeReader(name_rules(rules), SecretValues(given, earlier.known), search=search).line(text, [])


@lru_cache(maxsize=16)
def _automata(given: tuple[bytes, ...]) -> Automata:
    """The automata for the values of variables: each name of a test is searched for the same ones."""
    return made_automata(SecretValues(given).known)


def mask_line(text: str, earlier: EarlierValues) -> str:
    """A line of text that was redacted, without the values that scopes have shown since. No other rule acts."""
    return ScopeReader(None, SecretValues((), earlier.known), earlier.automata).line(text, [])


def redact_request(request: Request, rules: RedactionRules, earlier: EarlierValues = NOTHING) -> Request:
    """A live request without its secrets and the values that scopes have shown, to be shown.

    A body that cannot be read is left out. All of it is literal.
    """
    response = Response(status=0, wild="XXX")
    clean: Interaction | None = None
    for each in (request, dataclasses.replace(request, body=b"", encoding=None)):
        asked = Interaction(request=each, response=response)
        (clean,) = redact_scope([asked], rules, ids=False, earlier=earlier).interactions
        if clean is not None:
            break
    if clean is None:
        raise Unsafe("a request cannot be shown without a secret")
    return dataclasses.replace(clean.request, wild=None)


def _values(rules: RedactionRules) -> tuple[bytes, ...]:
    return tuple(
        value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape") for value in rules.values
    )


def _own(rules: RedactionRules) -> dict[bytes, str]:
    """The names of variables by their values; the first of those that have the same."""
    return {value.strip().encode("utf-8", "surrogateescape"): name for name, value in reversed(rules.variables)}
