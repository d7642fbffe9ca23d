"""Why something that a mail client said has no answer, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern
from recproxy.matching.difference_table import difference_table
from recproxy.matching.differences import Difference
from recproxy.matching.ignore_rules import toml_list
from recproxy.matching.miss import RecordedFor
from recproxy.matching.ways import Ways
from recproxy.recording.printable import printable

__all__ = ["MailMiss", "shown_reply"]

#: A difference that is the field of a message, and no part of it.
_FIELD = lazy_pattern(r"(?:part [0-9.]+ )?([A-Z][A-Za-z0-9-]*)(?: \([0-9]+\))?\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailMiss:
    """What was said to `url`, and how it differs from what was recorded nearest to it, at `where`.

    `said` is a command, or `message`. `used` says that it was recorded and is played already. `ignored` are the fields
    of messages that the profile ignores. `elsewhere` is what another test recorded.
    """

    said: str
    url: str
    profile: str
    test: str
    where: str | None = None
    closest: str = ""
    differences: tuple[Difference, ...] = ()
    ignored: tuple[str, ...] = ()
    reason: str = ""
    elsewhere: RecordedFor | None = None
    ways: Ways = Ways()

    def text(self) -> str:
        """The message, a line for each fact."""
        what = "message" if self.said == "message" else "command"
        head = self.reason or (
            f"recproxy: no recorded conversation of {self.profile} goes on with this {what}"
            if self.where is not None
            else f"recproxy: there is no recorded conversation of {self.profile} for this {what} yet"
        )
        if self.said == "connection" and not self.reason:
            head = f"recproxy: there is no recorded conversation of {self.profile} for this connection"
        elif self.elsewhere is not None:
            head = f"recproxy: this {what} to {self.profile} was recorded for another test"
        lines = [head, "", f"  server   {self.url}"]
        if self.said not in ("connection", "message"):
            lines.append(f"  said     {self.said}")
        lines.append(f"  test     {self.test}")
        if self.elsewhere is not None:
            lines += self.elsewhere.lines()
        elif self.where is not None:
            lines += [f"  closest  {self.closest}", f"           {self.where}"]
        if self.differences and self.elsewhere is None:
            lines += ["", *difference_table(self.differences)]
        return "\n".join(map(printable, [*lines, "", *self._advice()])) + "\n"

    def _advice(self) -> Iterator[str]:
        also = self.elsewhere.profiles if self.elsewhere is not None else ()
        record = self.ways.recording(self.profile, also)
        if self.elsewhere is not None:
            advice = self.elsewhere.advice(self.profile)
            # Nothing but the server is known of a connection: it may be another test's.
            yield from advice[:1] if self.said == "connection" else advice
            yield f"or record it for this test: {record}"
            return
        names = list(dict.fromkeys(filter(None, map(_field, self.differences))))
        if self.where is not None and self.differences:
            wanted = " and ".join(_place(each) for each in self.differences if each.wanted is not None)
            if wanted:
                yield f"to make it match: at {self.where}, write XXX for {wanted}"
        if names and len(names) == len({each.field for each in self.differences}):
            yield "or, to ignore it in all messages, " + self.ways.toml(
                "match", f"ignore.mail = {toml_list((*self.ignored, *names))}"
            )
        yield f"{'or record it anew' if self.differences else 'to record it'}: {record}"


def _place(difference: Difference) -> str:
    return "what differs in the command" if difference.field == "command" else f"the value of {difference.field}"


def _field(difference: Difference) -> str | None:
    found = _FIELD.match(difference.field)
    return found[1] if found is not None else None


def shown_reply(text: str, code: int, width: int = 480) -> Sequence[str]:
    """A text as the lines of a reply: printable ASCII, none too long (RFC 5321 section 4.5.3.1.5)."""
    lines = [line.encode("ascii", "replace").decode()[:width] for line in text.splitlines() if line.strip()]
    return [f"{code} {lines[0]}", *lines[1:]] if lines else [str(code)]
