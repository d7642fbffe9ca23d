"""The list of what a replay missed, for somebody who has the credentials to record it. Pure.

A list comes from the job of a pull request, so it is read as a hostile file: every value is checked, and the first that
is wrong refuses all of it in one line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, field
from typing import Any

from recproxy.errors import ConfigurationError
from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern

__all__ = [
    "LARGEST_LIST",
    "WANTED_FILE",
    "WantedList",
    "WantedRequest",
    "WantedTest",
    "is_choosable",
    "read_wanted",
    "wanted_values",
]

#: The name of the file, which git is told to ignore.
WANTED_FILE = "recproxy-wanted.json"
_FORMAT = "recproxy-wanted"
_VERSION = 1
#: Bytes of a list: thousands of requests.
LARGEST_LIST = 1 << 20
#: What a list may ask for, which may come from somebody else: tests, requests of one, and characters of a text.
_MOST_TESTS = 1000
_MOST_OF_A_TEST = 1000
_LONGEST = 4000
_PROFILE = lazy_pattern(r"[a-z0-9][a-z0-9_.-]{0,99}")
#: A file of tests below the project, and what stands below a module in the id of a test.
_FILE = lazy_pattern(r"(?!-)[\w.@+-]+(?:/[\w.@+-]+)*\.py")
_CLASS = lazy_pattern(r"[^\W\d]\w*")
#: A pattern for the -k of unittest: the whole name of a test, class or module, after the name of what contains it. A
#: shorter pattern would choose other tests, too. They would only be replayed, not recorded.
_PATTERN = lazy_pattern(r"\*[^\W\d]\w*(?:\.[^\W\d]\w*)*\.(?:\*|[^\W\d]\w*)")
_SHA256 = lazy_pattern(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRequest:
    """A request that no recording answered, masked: so often, and the closest recorded interaction."""

    profile: str
    method: str
    url: str
    count: int = 1
    closest: str = ""
    differences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedTest:
    """A test whose recordings lack something; `run` is what was outside of all tests.

    `file` is that of the test below the project, `sha256` of its bytes, `names` what stands below it in pytest's id of the
    test, and `keyword` a pattern for unittest's `-k`. `profiles` are to be recorded. `recordings` are the files, and
    `shared_with` the other tests that play them.
    """

    test: str
    profiles: tuple[str, ...]
    file: str = ""
    sha256: str = ""
    names: tuple[str, ...] = ()
    keyword: str = ""
    requests: tuple[WantedRequest, ...] = ()
    recordings: tuple[str, ...] = ()
    shared_with: tuple[str, ...] = ()

    @property
    def node(self) -> str:
        """Its id as pytest writes it; empty where it has none."""
        return "::".join((self.file, *self.names)) if self.file and self.names else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedList:
    """What a run wants to have recorded; `recproxy` is the version that wrote it."""

    recproxy: str = ""
    tests: tuple[WantedTest, ...] = field(default_factory=tuple)

    @property
    def profiles(self) -> tuple[str, ...]:
        """All that is to be recorded, in order."""
        return tuple(dict.fromkeys(name for test in self.tests for name in test.profiles))

    @property
    def requests(self) -> int:
        """How many different requests were missed."""
        return sum(len(test.requests) for test in self.tests)


def wanted_values(wanted: WantedList) -> dict[str, Any]:
    """The list as JSON values."""
    return {"format": _FORMAT, "version": _VERSION, **asdict(wanted)}


def read_wanted(data: bytes, name: str) -> WantedList:
    """The list in a file's bytes.

    Raises:
        ConfigurationError: it is no list, or holds what no list of ours does; the message begins with the `name`.
    """

    def refuse(what: str) -> ConfigurationError:
        return ConfigurationError(f"{name}: {what}: write the list anew with a replay")

    if len(data) > LARGEST_LIST:
        raise refuse(f"is larger than {LARGEST_LIST} bytes, as no list is")
    try:
        values = json.loads(data.decode())
    except (ValueError, RecursionError):
        raise refuse("is no JSON") from None
    if not isinstance(values, dict) or values.get("format") != _FORMAT:
        raise refuse("is no list of wanted recordings")
    if values.get("version") != _VERSION:
        raise refuse(
            f"has version {str(values.get('version'))[:20]!r} of the format, and this recproxy reads {_VERSION}"
        )
    reader = _Reader(refuse)
    tests = reader.objects(values, "tests", _MOST_TESTS, "")
    found = tuple(_test(reader, test, f"tests[{number}]") for number, test in enumerate(tests))
    if not found:
        raise refuse("wants no test")
    return WantedList(recproxy=reader.text(values, "recproxy", ""), tests=found)


class _Reader:
    """Values of a list; what is wrong is refused with its place."""

    def __init__(self, refuse: Callable[[str], ConfigurationError]) -> None:
        self.refuse = refuse

    def text(self, values: Mapping[str, Any], key: str, place: str, form: re.Pattern[str] | None = None) -> str:
        """A string, which may be absent, without characters that act on a terminal; of this form, if it is not empty."""
        value = values.get(key, "")
        if not isinstance(value, str) or len(value) > _LONGEST or not all(map(str.isprintable, value)):
            raise self.refuse(f"{place}.{key} is no short text".lstrip("."))
        if value and form is not None and not form.fullmatch(value):
            raise self.refuse(f"{place}.{key} is {value[:60]!r}, which is not of the form that it has".lstrip("."))
        return value

    def texts(
        self, values: Mapping[str, Any], key: str, place: str, form: re.Pattern[str] | None = None
    ) -> tuple[str, ...]:
        """A list of such strings."""
        found = self._list(values, key, _MOST_OF_A_TEST, place)
        return tuple(self.text({key: each}, key, place, form) for each in found)

    def objects(self, values: Mapping[str, Any], key: str, most: int, place: str) -> list[Mapping[str, Any]]:
        """A list of objects."""
        found = self._list(values, key, most, place)
        if not all(isinstance(each, dict) for each in found):
            raise self.refuse(f"{place}.{key} must hold objects".lstrip("."))
        return found

    def _list(self, values: Mapping[str, Any], key: str, most: int, place: str) -> list[Any]:
        found = values.get(key, [])
        if not isinstance(found, list) or len(found) > most:
            raise self.refuse(f"{place}.{key} must be a list of at most {most}".lstrip("."))
        return found


def _test(reader: _Reader, values: Mapping[str, Any], place: str) -> WantedTest:
    names = reader.texts(values, "names", place)
    file = reader.text(values, "file", place, _FILE)
    profiles = reader.texts(values, "profiles", place, _PROFILE)
    if ".." in file.split("/"):
        raise reader.refuse(f"{place}.file leads out of the project")
    if names and not _are_names(names):
        raise reader.refuse(f"{place}.names are no classes and test")
    if not profiles:
        raise reader.refuse(f"{place}.profiles is empty")
    return WantedTest(
        test=reader.text(values, "test", place),
        profiles=profiles,
        file=file,
        sha256=reader.text(values, "sha256", place, _SHA256),
        names=names,
        keyword=reader.text(values, "keyword", place, _PATTERN),
        requests=tuple(
            _request(reader, each, f"{place}.requests[{number}]")
            for number, each in enumerate(reader.objects(values, "requests", _MOST_OF_A_TEST, place))
        ),
        recordings=reader.texts(values, "recordings", place),
        shared_with=reader.texts(values, "shared_with", place),
    )


def is_choosable(file: str, names: Sequence[str]) -> bool:
    """Whether a list may name a test so: a file of Python below the project, and classes and a test in it."""
    return _FILE.fullmatch(file) is not None and ".." not in file.split("/") and bool(names) and _are_names(names)


def _are_names(names: Sequence[str]) -> bool:
    """Whether these are names of classes, and at last of a test, with the id of its parameters."""
    *classes, test = names
    name, bracket, rest = test.partition("[")
    fits = all(map(_CLASS.fullmatch, (*classes, name))) and (not bracket or rest.endswith("]"))
    return fits and test.isprintable() and len(test) <= _LONGEST


def _request(reader: _Reader, values: Mapping[str, Any], place: str) -> WantedRequest:
    count = values.get("count", 1)
    if type(count) is not int or not 0 < count < 1 << 31:
        raise reader.refuse(f"{place}.count must be a whole number")
    return WantedRequest(
        profile=reader.text(values, "profile", place, _PROFILE),
        method=reader.text(values, "method", place),
        url=reader.text(values, "url", place),
        count=count,
        closest=reader.text(values, "closest", place),
        differences=reader.texts(values, "differences", place),
    )
