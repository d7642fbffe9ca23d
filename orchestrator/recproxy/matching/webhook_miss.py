"""Why a webhook was not answered as recorded, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator

from recproxy.lazy.dataclass import dataclass
from recproxy.matching.difference_table import difference_table
from recproxy.matching.differences import Difference
from recproxy.matching.mend import Mend
from recproxy.matching.ways import Ways
from recproxy.recording.printable import printable

__all__ = ["WebhookMiss"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookMiss:
    """How an application answered the webhook `name`, which is at `where`; `error` says why it could not be sent.

    `method` and `target` are those of the webhook, `test` is empty outside of tests. `mend` changes the recorded answer.
    """

    name: str
    method: str
    target: str
    profile: str
    where: str
    test: str = ""
    differences: tuple[Difference, ...] = ()
    mend: Mend | None = None
    error: str = ""
    ways: Ways = Ways()

    def text(self) -> str:
        """The message, a line for each fact."""
        lines = [self._headline(), "", f"  webhook   {self.method} {self.target}"]
        if self.test:
            lines.append(f"  test      {self.test}")
        lines.append(f"  recorded  {self.where}")
        if self.differences:
            lines += ["", *difference_table(self.differences)]
        return "\n".join(map(printable, [*lines, "", *self._advice()])) + "\n"

    def _headline(self) -> str:
        if self.error:
            return f"recproxy: the webhook {self.name} could not be sent: {self.error}"
        return f"recproxy: the webhook {self.name} got another answer from the application than the recorded one"

    def _advice(self) -> Iterator[str]:
        if self.error:
            yield "start the application before the request that causes the webhook, at the address that [[webhooks]] declares"
            return
        if self.mend is not None:
            yield f"to make the recorded answer match: {self.mend.text}"
            if self.mend.rule:
                yield f"or, to ignore it in all requests and answers to webhooks, {self.mend.rule}"
        first = "or record it anew" if self.mend is not None else "if the new answer is right, record it"
        yield f"{first}: {self.ways.recording(self.profile)}"
