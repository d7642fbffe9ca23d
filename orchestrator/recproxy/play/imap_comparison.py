"""Whether a live command of IMAP may be a recorded one: field by field, and message by message. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recproxy.mail.imap.meanings import Meaning
from recproxy.matching.field_values import read_value
from recproxy.matching.mail_messages import Mail, mail_difference, read_mail
from recproxy.recording import Pattern

__all__ = ["compared_fields", "compared_mails", "fitting"]


def compared_fields(meaning: Meaning, ignored: frozenset[bytes]) -> tuple[tuple[str, bytes], ...]:
    """The fields of a command that are compared: not the date that a message is stored under, where dates are not."""
    if meaning.name == b"LOGIN":
        return ()
    if meaning.name == b"APPEND" and b"date" in ignored:
        return tuple(each for each in meaning.fields if each[0] != "date")
    return meaning.fields


def compared_mails(meaning: Meaning, word: str | None, ignored: frozenset[bytes]) -> tuple[Mail, ...]:
    """The messages of a command in the form that is compared."""
    return tuple(read_mail(each, word, ignored) for each in meaning.messages)


def fitting(
    wanted: Sequence[tuple[str, bytes]],
    got: Sequence[tuple[str, bytes]],
    mails: tuple[Sequence[Mail], Sequence[Mail]],
    word: str | None,
    bound: Mapping[str, bytes],
) -> dict[str, bytes] | None:
    """What the named wild places of a recorded command take, if the live one may be the same; else None.

    `mails` are the recorded messages and the live ones.
    """
    taken: dict[str, bytes] = {}
    if [name for name, _ in wanted] != [name for name, _ in got] or len(mails[0]) != len(mails[1]):
        return None
    for (_, text), (_, live) in zip(wanted, got, strict=True):
        value = read_value(text, word)
        captured = value.fits(live, {**bound, **taken}) if isinstance(value, Pattern) else {}
        if captured is None or (isinstance(value, bytes) and value != live):
            return None
        taken.update(captured)
    for mail, live_mail in zip(*mails, strict=True):
        differences, captured = mail_difference(mail, live_mail, {**bound, **taken})
        if differences:
            return None
        taken.update(captured)
    return taken
