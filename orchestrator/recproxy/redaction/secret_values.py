"""The values that a scope has shown to be secret: those of variables, what was handed out, and what was sent.

Each has the name of the place where it was first seen, for linking. Holds secrets, in this process only, and shows
none. Numbers, dates, links, placeholders and names are not looked for: hiding an id is what breaks a replay.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from recproxy.lazy.patterns import lazy_pattern
from recproxy.recording.values import WILD, Interaction
from recproxy.redaction.handed_out import handed_out
from recproxy.redaction.kept_shapes import NO_SHAPES, KeptShapes
from recproxy.redaction.masks import ending_of, has_shape, is_partly_public
from recproxy.redaction.names import is_secret, is_wordy
from recproxy.redaction.placeholders import is_placeholder, may_be_password
from recproxy.redaction.spans import Span

__all__ = ["GIVEN", "RUN", "SHORT", "Lesson", "SecretValue", "SecretValues"]

#: The end of a name that a value has until the scope is linked.
GIVEN = lazy_pattern(r"\.given(?:\.[0-9]+)?(?:\.jwt|\.digits([0-9]+))?\Z")
#: The same of the value of a variable: its name stands before.
RUN = lazy_pattern(r"\.run(?=(?:\.[a-z]+)?\Z)")
#: Values below this length are secret only as a whole field: elsewhere they would be found by chance.
SHORT = 8
_LONG = 12  # bytes from which a learned value is looked for inside of other words
_FEW = 4  # different bytes that a value has at least
_NUMBER = lazy_pattern(rb"[-+0-9.,:/ TZeE]+\Z")  # and a date, and a time
_LINK = lazy_pattern(rb"https?:", re.IGNORECASE)
_IN_LINK = lazy_pattern(rb"https?://[^/?#]+/(.+)\Z", re.IGNORECASE)
_NAME = lazy_pattern(rb"[A-Za-z]{1,15}\Z")
#: A cookie is masked whatever it holds: a language and a time zone too.
_TOKEN = lazy_pattern(rb"(?=\S*[0-9])(?=\S*[A-Za-z])\S{16,}\Z")
_MIXED = lazy_pattern(rb"(?=[^0-9]*[0-9])(?=[^A-Za-z]*[A-Za-z])")
#: Text that a replay may fill in. Whoever fills it in escapes it as the place needs it.
_TEXT = lazy_pattern(rb"[^\x00-\x1f\x7f]+\Z")
#: Letters that are the same in a URL too, so that a variable's value may be filled in wherever it was sent.
_WORD = lazy_pattern(rb"[A-Za-z0-9_.~-]+\Z")
_DIGITS = lazy_pattern(rb"[1-9][0-9]*\Z")
_BASIC = lazy_pattern(rb"[A-Za-z0-9+/]+={0,2}\Z")


class SecretValue(NamedTuple):
    """How a value is looked for: as a whole `field` only, `alone` (not inside of a word), or anywhere.

    `name` is that of the place where it was first seen; empty where it is not to be filled in.
    """

    rule: str
    name: str = ""
    field: bool = False
    alone: bool = False

    def adds_to(self, known: SecretValue | None) -> bool:
        """Whether it finds more than what is `known` of the same value."""
        return known is None or (known.field and not self.field)


class Lesson(NamedTuple):
    """A value of a place that a rule has found, in a response or a request."""

    value: bytes
    rule: str
    name: str
    kind: str
    response: bool

    def __repr__(self) -> str:
        return f"Lesson(rule={self.rule!r}, name={self.name!r})"


class SecretValues:
    """The values of a scope. Nothing is forgotten before the scope is written.

    `earlier` are those that other scopes of the run have shown; they are not among the `known`. `own` are the names of
    variables that a replay has a value for, by their values now. `shapes` are those that the profile keeps.
    """

    def __init__(
        self,
        variables: Iterable[bytes],
        earlier: Mapping[bytes, SecretValue] = MappingProxyType({}),
        own: Mapping[bytes, str] = MappingProxyType({}),
        shapes: KeptShapes = NO_SHAPES,
    ) -> None:
        self.shapes = shapes
        #: What was learned, each once, in order.
        self.lessons: dict[Lesson, None] = {}
        self.known: dict[bytes, SecretValue] = {}
        self._own = own
        self._earlier = earlier
        self._names: dict[bytes, str] = {}
        self._used: dict[str, int] = {}
        for value in variables:
            for part in (value, value.strip()):
                is_common = may_be_password(part)
                if part.strip() and (is_common or not is_placeholder(part)):
                    # What others write as a placeholder stands in texts, too: it is masked where it is sent alone.
                    self.known[part] = SecretValue("known value", field=is_common or len(part) < SHORT)
                    self._look_for_parts(part)

    def __repr__(self) -> str:
        return f"SecretValues({len(self.known)} values)"

    def is_of_variable(self, value: bytes) -> bool:
        """Whether a variable has this value."""
        how = self.known.get(value)
        return how is not None and how.rule == "known value"

    def name(self, value: bytes, *, number: bool = False) -> str | None:
        """The name of a value's places, if a replay may fill it in; `number`: it stands without quotes."""
        variable = self._own.get(value)
        if variable is not None and _TEXT.match(value) and not is_partly_public(value):
            return f"{variable}.run{'.number' if number else ending_of(value)}"
        how = self.known.get(value)
        if value not in self._names and how is not None and how.rule == "known value" and _WORD.match(value):
            if _DIGITS.match(value):
                self._names[value] = f"secret.given.{len(self._names) + 2}.digits{len(value)}"
            elif not has_shape(value, b"XXX") and not self.shapes.fits(value):
                self._give_name(value, "secret")
        earlier = self._earlier.get(value)
        if earlier is not None and earlier.name:
            self._give_name(value, earlier.name)
        return self._names.get(value) or None

    def follow(self, earlier: Mapping[bytes, SecretValue]) -> None:
        """Leave out what other scopes have shown, too."""
        self._earlier = earlier
        self.known = {
            value: how
            for value, how in self.known.items()
            if how.rule == "known value" or how.adds_to(earlier.get(value))
        }

    def learned(self) -> dict[bytes, SecretValue]:
        """What this scope has shown and no earlier one."""
        return {value: how for value, how in self.known.items() if how.rule != "known value"}

    def learn(self, span: Span, *, response: bool, word: bytes) -> None:
        """Learn from a place that a rule has found."""
        value = span.value.strip()
        if span.kind not in ("text", "scalar") or not value or word in value or is_placeholder(value):
            return
        if self.shapes.masked(value, word) == value:
            return  # a mask
        self._know(Lesson(value, span.rule, span.name, span.kind, response))

    def know(self, lessons: Iterable[Lesson]) -> None:
        """Learn what others with the same variables and shapes have learned."""
        for lesson in lessons:
            self._know(lesson)

    def name_all(self) -> None:
        """Name the values now: those who know the same ones give each the same name."""
        for value in self.known:
            self.name(value)

    def _know(self, lesson: Lesson) -> None:
        if lesson in self.lessons:
            return
        self.lessons[lesson] = None
        if lesson.response:
            self._handed_out(lesson)
        else:
            self._sent(lesson)
        self._look_for_parts(lesson.value)

    def learn_answer(self, interaction: Interaction) -> bool:
        """Learn what the answer to a login hands out. Says whether there was any."""
        handed = list(handed_out(interaction))
        for span in handed:
            self.learn(span, response=True, word=(interaction.response.wild or WILD).encode())
        return bool(handed)

    def _look_for_parts(self, value: bytes) -> None:
        parts = self.shapes.secret_parts(value)
        link = _IN_LINK.match(value) if not parts else None
        if link is not None and not is_wordy(link[1]):
            parts = [link[1]]  # of a link that a profile hides: the request to it shows its host
        for part in parts:
            if len(part) >= _LONG and _telling(part) and not is_placeholder(part):
                self._add(part, SecretValue("handed out"))

    def _handed_out(self, lesson: Lesson) -> None:
        value = lesson.value
        token = value.startswith(b"eyJ") or self._is_kept_partly(value)
        if lesson.kind != "text" or len(value) < 4 or (has_shape(value, b"XXX") and not token):
            return
        self._give_name(value, lesson.name)
        # Under a name that may hold anything, the name of a state or a kind stands in other places too.
        if len(value) < _LONG:
            if _telling(value) and _MIXED.match(value) and not is_wordy(value):
                self._add(value, SecretValue("handed out", lesson.name, alone=True))
        elif _telling(value) and not (is_wordy(value) and not is_secret(lesson.name.encode(), b"x")):
            self._add(value, SecretValue("handed out", lesson.name))
        self._look_for_password(value)

    def _sent(self, lesson: Lesson) -> None:
        value = lesson.value
        if not _telling(value) or (lesson.rule == "cookie" and not _TOKEN.match(value)):
            return
        self._give_name(value, lesson.name)
        self._look_for(value, lesson.name)
        self._look_for_password(value)
        plain = unquote_to_bytes(value)
        if plain != value and _telling(plain):
            self._look_for(plain)

    def _look_for_password(self, value: bytes) -> None:
        login = _login(value)
        if login is not None and _telling(login) and not is_placeholder(login):
            self._look_for(login)

    def _look_for(self, value: bytes, name: str = "") -> None:
        is_word = _NAME.match(value) is not None
        self._add(value, SecretValue("sent before", name, field=is_word, alone=len(value) < _LONG))

    def _add(self, value: bytes, how: SecretValue) -> None:
        if how.adds_to(self._earlier.get(value)) and how.adds_to(self.known.get(value)):
            self.known[value] = how

    def _is_kept_partly(self, value: bytes) -> bool:
        """Whether the mask of a value keeps a part of it, so that no replay fills it in."""
        return is_partly_public(value) or self.shapes.fits(value)

    def _give_name(self, value: bytes, name: str) -> None:
        if value in self._names:
            return
        if not _TEXT.match(value) or self._is_kept_partly(value):
            self._names[value] = ""
            return
        count = self._used[name] = self._used.get(name, 0) + 1
        ending = ".jwt" if value.startswith(b"eyJ") else ""
        self._names[value] = f"{name}.given{ending}" if count == 1 else f"{name}.given.{count}{ending}"


def _telling(value: bytes) -> bool:
    """Whether a value is one that nothing else is likely to be."""
    if len(value) < SHORT or len(set(value)) < _FEW or _NUMBER.match(value) or _LINK.match(value):
        return False
    return not (_NAME.match(value) and is_secret(value, value))


def _login(value: bytes) -> bytes | None:
    """The password in `user:password`, also in its base64."""
    text = value
    if b":" not in value and _BASIC.match(value):
        try:
            text = base64.b64decode(value, validate=True)
        except binascii.Error:
            return None
    _, colon, password = text.partition(b":")
    return password if colon and not _LINK.match(text) and _is_readable(text) else None


def _is_readable(text: bytes) -> bool:
    """Whether bytes are a name and a password: what only looks like base64 is decoded to any bytes."""
    try:
        return text.decode().isprintable()
    except UnicodeDecodeError:
        return text.decode("latin-1").isprintable()  # as older clients send them
