"""What is written of interactions: the text of the recording, and whatever says how it was redacted."""

from __future__ import annotations

import dataclasses

from decoding import left

from recproxy.recording import Recording, dump
from recproxy.redaction.scope import redact_scope


class Written:
    """A case after redaction: the scope, its interactions that may be written, and their text."""

    def __init__(self, case):
        self.case = case
        self.scope = redact_scope(case.interactions, case.rules)
        self.interactions = tuple(each for each in self.scope.interactions if each is not None)
        self.text = dump(Recording(interactions=self.interactions))

    def problem(self):
        """What is wrong, in a line; empty where all is well."""
        found = left(self.case.secrets, [*self.pieces(), repr(self.scope.findings).encode()])
        if found:
            return f"written: {', '.join(found)}"
        if any(half in repr((self.scope, self.scope.refusals)) for half in self.case.secrets):
            return "shown in a repr"
        if None in self.scope.interactions and not self.case.may_be_refused:
            return "refused: " + "; ".join(each.message for each in self.scope.refusals)
        if None not in self.scope.interactions and not self.scope.findings:
            return "nothing was found"
        return ""

    def pieces(self):
        """The text, and each body and header by itself: the text may break their lines."""
        yield self.text
        for each in self.interactions:
            for block in (each.request, each.response):
                yield block.body
                yield from (b"%s: %s" % line for line in (*block.headers, *block.trailers))


def raw(case):
    """The text of a recording with the secrets of a case in it, as somebody may have written it by hand."""
    return dump(
        Recording(
            interactions=tuple(
                dataclasses.replace(
                    each,
                    request=dataclasses.replace(each.request, wild="XXX"),
                    response=dataclasses.replace(each.response, wild="XXX"),
                )
                for each in case.interactions
            )
        )
    )
