"""Why a message on a WebSocket has no answer, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from recproxy.lazy.dataclass import dataclass
from recproxy.matching.difference_table import difference_table
from recproxy.matching.differences import Difference, clipped
from recproxy.matching.index import Index
from recproxy.matching.mend import Mend, mend
from recproxy.matching.miss import RecordedFor
from recproxy.matching.nearest import nearest
from recproxy.matching.ways import Ways
from recproxy.recording.printable import printable
from recproxy.recording.values import Request

__all__ = ["MessageMiss", "message_miss"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageMiss:
    """What a client said at `url`, and how it differs from the nearest message that was recorded, at `where`.

    `said` is the message without its secrets, `used` says that it was recorded and is played already. `elsewhere` is what
    another test recorded.
    """

    said: str
    url: str
    profile: str
    test: str
    where: str | None = None
    differences: tuple[Difference, ...] = ()
    mend: Mend | None = None
    used: bool = False
    reason: str = ""
    elsewhere: RecordedFor | None = None
    ways: Ways = Ways()

    def text(self) -> str:
        """The message, a line for each fact."""
        lines = [self.headline(), "", f"  websocket {self.url}", f"  message   {self.said or '(empty)'}"]
        lines.append(f"  test      {self.test}")
        if self.elsewhere is not None:
            lines += self.elsewhere.lines()
        elif self.where is not None:
            lines.append(f"  {'recorded' if self.used else 'closest '}  {self.where}")
        if self.differences and self.elsewhere is None:
            lines += ["", *difference_table(self.differences)]
        return "\n".join(map(printable, [*lines, "", *self._advice()])) + "\n"

    def headline(self) -> str:
        """What is wrong, in one line."""
        if self.reason:
            return f"recproxy: {self.reason}"
        if self.elsewhere is not None:
            return f"recproxy: this message to {self.profile} was recorded for another test"
        if self.used:
            return f"recproxy: this message to {self.profile} was recorded, and is played already"
        if self.where is None:
            return f"recproxy: no message of a client was recorded for this WebSocket of {self.profile}"
        return f"recproxy: no recorded message of this WebSocket of {self.profile} fits this one"

    def _advice(self) -> Iterator[str]:
        record = self.ways.recording(self.profile, self.elsewhere.profiles if self.elsewhere is not None else ())
        if self.elsewhere is not None:
            yield from self.elsewhere.advice(self.profile)
            yield f"or record it for this test: {record}"
            return
        if self.used:
            yield "to have it answered again: " + self.ways.toml("match", 'repeat = "last"')
        elif self.mend is not None:
            yield f"to make it match: {self.mend.text}"
            if self.mend.rule:
                yield f"or, to ignore it in all messages and requests, {self.mend.rule}"
        yield f"{'or record it anew' if self.used or self.mend is not None else 'to record it'}: {record}"


def message_miss(
    index: Index,
    message: Request,
    *,
    url: str,
    profile: str,
    test: str,
    ways: Ways,
    bound: Mapping[str, bytes],
    used: int | None = None,
) -> MessageMiss:
    """Why a message, without its secrets, has no answer; `used` is the number of one that fits and is played already."""
    said = " ".join(clipped(message.body.decode("utf-8", "backslashreplace")).split())
    if message.method == "binary" and not message.body.isascii():
        said = f"({len(message.body)} bytes)"
    found = (used, ()) if used is not None else nearest(index, message, any_host=None, bound=bound)
    if found is None:
        return MessageMiss(said=said, url=url, profile=profile, test=test, ways=ways)
    closest, differences = found
    return MessageMiss(
        said=said,
        url=url,
        profile=profile,
        test=test,
        where=ways.shown(index.where(closest)),
        differences=tuple(_of_kind(each) for each in differences),
        mend=mend(index, message, closest, differences, any_host=None, bound=bound, ways=ways),
        used=used is not None,
        ways=ways,
    )


def _of_kind(difference: Difference) -> Difference:
    """What a request calls its method is the kind of a message."""
    return Difference("kind", difference.wanted, difference.got) if difference.field == "method" else difference
