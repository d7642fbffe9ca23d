"""A large scope whose interactions are read and masked in parts, by several processes, as if one did all of it.

Knows no process: who has the parts worked on is given.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import TypeVar

from recproxy.recording.values import Interaction, Request, Response
from recproxy.redaction.block_texts import size_of
from recproxy.redaction.conversations import Flattened, has_conversations
from recproxy.redaction.masked_scope import MaskedOne, RedactedScope, finished, folded
from recproxy.redaction.name_rules import name_rules
from recproxy.redaction.rules import RedactionRules
from recproxy.redaction.scope import ReadScope, rule_values
from recproxy.redaction.secret_values import Lesson, SecretValues

_Block = TypeVar("_Block", Request, Response)

__all__ = ["PartWork", "Spread", "redact_in_parts"]

#: Work on a part of a scope: it gives what the part teaches, is told what all parts do, and gives what becomes of each.
PartWork = Callable[[Sequence[Interaction]], Generator[list[Lesson], Sequence[list[Lesson]], list[MaskedOne]]]
#: Has interactions of such sizes in bytes worked on, some of them in other processes; the first part in this one.
Spread = Callable[[PartWork, Sequence[Interaction], Sequence[int]], Iterable[MaskedOne]]


def redact_in_parts(
    interactions: Sequence[Interaction], rules: RedactionRules, spread: Spread, *, apart: bool = False
) -> RedactedScope:
    """As `ReadScope.redacted` does, with the work on the interactions spread over several processes."""
    if not interactions:  # which make no part
        return ReadScope((), rules).redacted(apart=apart)
    flat = Flattened(interactions) if has_conversations(interactions) else None
    ones = interactions if flat is None else flat.interactions
    answered = [] if flat is None else _answered(flat.answers, rules)
    parts: list[ReadScope] = []

    def work(part: Sequence[Interaction]) -> Generator[list[Lesson], Sequence[list[Lesson]], list[MaskedOne]]:
        scope = ReadScope(part, rules)
        scope.know([*(yield scope.lessons), answered])
        parts.append(scope)
        return scope.masked()

    outcomes = list(map(_with_same_bodies, ones, spread(work, ones, [size_of(each) for each in ones])))
    redacted = finished(parts[0].reader, ones, outcomes, (), rule_values(rules), apart=apart)
    redacted = dataclasses.replace(redacted, learned=parts[0].learned)
    return redacted if flat is None else folded(flat, redacted)


def _answered(answers: Iterable[Interaction], rules: RedactionRules) -> list[Lesson]:
    """What logins by messages of a WebSocket hand out; a message and its answer may be in different parts."""
    values = SecretValues((), shapes=name_rules(rules).shapes)
    for each in answers:
        values.learn_answer(each)
    return list(values.lessons)


def _with_same_bodies(before: Interaction, outcome: MaskedOne) -> MaskedOne:
    """What became of an interaction, with the bodies that it had where they are equal: they need not be here twice."""
    after, found = outcome
    if isinstance(after, str):
        return outcome
    request, response = after.request, after.response
    if request.body == before.request.body:
        request = _with_body(request, before.request.body)
    if response.body == before.response.body:
        response = _with_body(response, before.response.body)
    return dataclasses.replace(after, request=request, response=response), found


def _with_body(block: _Block, body: bytes) -> _Block:
    return block if block.body is body else dataclasses.replace(block, body=body)
