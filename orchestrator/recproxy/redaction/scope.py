"""The interactions of one scope without their secrets: first all of them are read for secrets, then all are masked.

What a later interaction gives away is so masked in an earlier one too. Pure; deterministic, and idempotent: what is
redacted stays as it is. Knows no file, profile or process.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Container, Iterable, Mapping, Sequence

from recproxy.recording.values import Interaction, Request, Response
from recproxy.redaction.conversations import Flattened, has_conversations
from recproxy.redaction.correlation import Correlation
from recproxy.redaction.earlier_values import NOTHING, EarlierValues
from recproxy.redaction.masked_scope import MaskedOne, RedactedScope, finished, folded, masked
from recproxy.redaction.name_rules import name_rules
from recproxy.redaction.parts import ScopeReader
from recproxy.redaction.rules import NO_RULES, RedactionRules, Unsafe
from recproxy.redaction.secret_values import Lesson, SecretValue, SecretValues
from recproxy.redaction.value_automata import kept_automata
from recproxy.redaction.value_search import made_search

__all__ = [
    "ReadScope",
    "mask_again",
    "mask_line",
    "redact_line",
    "redact_request",
    "redact_scope",
    "redact_text",
    "rule_values",
]


class ReadScope:
    """The interactions of a scope, read for secrets, before they are masked; `learned` are the values that they show."""

    def __init__(self, interactions: Sequence[Interaction], rules: RedactionRules) -> None:
        self._flat = Flattened(interactions) if has_conversations(interactions) else None
        self._interactions = interactions if self._flat is None else self._flat.interactions
        self._credentials = rule_values(rules)
        names = name_rules(rules)
        self._own = _own(rules)
        self._values = SecretValues(self._credentials, own=self._own, shapes=names.shapes)
        self.reader = ScopeReader(names, self._values)
        for each in self._interactions:
            self.reader.learn(each)
        for each in self._flat.answers if self._flat is not None else ():
            self._values.learn_answer(each)
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
        self.reader.know(self._values, earlier.automata)
        credentials = self._credentials if ids else None
        outcomes = self.masked()
        redacted = finished(
            self.reader, self._interactions, outcomes, taken, credentials, apart=apart, correlation=correlation
        )
        redacted = dataclasses.replace(redacted, learned=self._values.learned())
        return redacted if self._flat is None else folded(self._flat, redacted)

    @property
    def lessons(self) -> list[Lesson]:
        """What was learned, for other parts of the same scope."""
        return list(self._values.lessons)

    def know(self, lessons: Iterable[Sequence[Lesson]]) -> None:
        """Go by what this and other parts of one scope have learned, in their order; nothing was masked so far."""
        self._values = SecretValues(self._credentials, own=self._own, shapes=self._values.shapes)
        for each in lessons:
            self._values.know(each)
        self._values.name_all()
        self.reader.know(self._values, ())
        self.learned = self._values.learned()

    def masked(self) -> list[MaskedOne]:
        """What becomes of each interaction, before they are linked."""
        return [masked(self.reader, each) for each in self._interactions]


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
    mask = functools.partial(masked, reader)
    if not has_conversations(interactions):
        return finished(reader, interactions, map(mask, interactions), taken, None)
    flat = Flattened(interactions)
    return folded(flat, finished(reader, flat.interactions, map(mask, flat.interactions), taken, None))


@functools.lru_cache(maxsize=1024)
def redact_text(text: str, rules: RedactionRules) -> str:
    """A line of text without its secrets: a comment, the name of a test."""
    return redact_line(text, rules)


def redact_line(text: str, rules: RedactionRules, earlier: EarlierValues = NOTHING) -> str:
    """A line of text without its secrets and the values that scopes have shown."""
    given = rule_values(rules)
    search = made_search(kept_automata(SecretValues(given).known), earlier.automata)
    return ScopeReader(name_rules(rules), SecretValues(given, earlier.known), search=search).line(text, [])


def mask_line(text: str, earlier: EarlierValues) -> str:
    """A line of text that was redacted, without the values that scopes have shown since. No other rule acts."""
    return ScopeReader(None, SecretValues((), earlier.known), earlier.automata).line(text, [])


def redact_request(request: Request, rules: RedactionRules, earlier: EarlierValues | None = None) -> Request:
    """A live request without its secrets and the values that scopes have shown, to be shown.

    A body that cannot be read is left out. All of it is literal.
    """
    response = Response(status=0, wild="XXX")
    clean: Interaction | None = None
    for each in (request, dataclasses.replace(request, body=b"", encoding=None)):
        asked = Interaction(request=each, response=response)
        (clean,) = redact_scope([asked], rules, ids=False, earlier=earlier or NOTHING).interactions
        if clean is not None:
            break
    if clean is None:
        raise Unsafe("a request cannot be shown without a secret")
    return dataclasses.replace(clean.request, wild=None)


def rule_values(rules: RedactionRules) -> tuple[bytes, ...]:
    """The values of variables that rules name."""
    return tuple(
        value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape") for value in rules.values
    )


def _own(rules: RedactionRules) -> dict[bytes, str]:
    """The names of variables by their values; the first of those that have the same."""
    return {value.strip().encode("utf-8", "surrogateescape"): name for name, value in reversed(rules.variables)}
