"""What is wrong with a profile that parses: hosts named twice, rules that can never act, secrets in placeholders.

Pure: a profile and the text it stands in, problems out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from recproxy.config.declared import leaves
from recproxy.config.profile import PROFILE, Profile
from recproxy.config.tables import Source
from recproxy.matching.rules import UNCOMPARED
from recproxy.play.checking import Problem
from recproxy.redaction import redact_text

__all__ = ["check_profile"]

#: Keys whose words are compared without regard to case.
_CASELESS = {("match", "headers"), ("redact", "headers"), ("redact", "query"), ("redact", "form")}
_POINTERS = (("match", "ignore", "json"), ("redact", "json"))


def check_profile(profile: Profile, values: Mapping[str, Any], source: Source) -> list[Problem]:
    """The problems of a profile, by line; `values` is its table as it stands in `source`."""
    found = [*_twice(values, source), *_hosts(profile, source), *_rules(values, source), *_secrets(profile, source)]
    return sorted(found, key=lambda each: each.line)


def _problem(source: Source, keys: Sequence[str | int], kind: str, message: str) -> Problem:
    return Problem(int(source.place(keys).rpartition(":")[2]), kind, message)


def _twice(values: Mapping[str, Any], source: Source) -> Iterator[Problem]:
    """A word that stands twice in a list: the second can do nothing."""
    for path, key in leaves(PROFILE):
        if key.kind != "strings" or path[0] == "endpoints":
            continue
        words = [word.lower() if path in _CASELESS else word for word in _under(values, path)]
        for word in sorted({word for word in words if words.count(word) > 1}):
            yield _problem(source, path, "never", f"{'.'.join(path)} holds {word!r} twice: the second can never act")


def _hosts(profile: Profile, source: Source) -> Iterator[Problem]:
    hosts: dict[str, int] = {}
    variables: dict[str, int] = {}
    for number, endpoint in enumerate(profile.endpoints):
        for host in endpoint.hosts:
            if host in hosts:
                place = ("endpoints", number, "hosts")
                yield _problem(source, place, "overlap", f"host {host!r} is named twice in this profile: leave one out")
            hosts.setdefault(host, number)
        if endpoint.base_url in variables:
            place = ("endpoints", number, "base_url")
            yield _problem(source, place, "overlap", f"two endpoints have the base_url {endpoint.base_url!r}")
        if endpoint.base_url:
            variables.setdefault(endpoint.base_url, number)


def _rules(values: Mapping[str, Any], source: Source) -> Iterator[Problem]:
    """Rules that another rule, or what is always so, leaves nothing to do."""
    for name in _under(values, ("match", "headers")):
        if name.lower().encode() in UNCOMPARED:
            message = f"match.headers holds {name!r}, which is of one connection and is never compared"
            yield _problem(source, ("match", "headers"), "never", message)
    for path in _POINTERS:
        words = list(dict.fromkeys(_under(values, path)))
        for word in words:
            cover = next((other for other in words if other != word and _covers(other, word)), None)
            if cover is not None:
                message = f"{'.'.join(path)} holds {word!r}, which {cover!r} covers: it can never act"
                yield _problem(source, path, "never", message)
    for pattern in _under(values, ("redact", "patterns")):
        if re.compile(pattern).fullmatch(""):
            message = f"redact.patterns holds {pattern!r}, which fits an empty text: it must ask for a character"
            yield _problem(source, ("redact", "patterns"), "never", message)


def _covers(rule: str, other: str) -> bool:
    """Whether a JSON Pointer, or a name at any depth, takes all that another pointer leads to."""
    if rule.startswith("/"):
        return other.startswith(f"{rule}/")
    return other.startswith("/") and rule.lower() in other.lower().split("/")


def _secrets(profile: Profile, source: Source) -> Iterator[Problem]:
    for name, value in profile.placeholders.items():
        if redact_text(value, profile.redaction()) != value:
            message = f"the placeholder of {name} looks like a real secret: write one that cannot be taken for it"
            yield _problem(source, ("placeholders", name), "secret", message)


def _under(values: Mapping[str, Any], path: Sequence[str]) -> list[str]:
    inner: Any = values
    for key in path:
        inner = inner.get(key, {})
    return list(inner)
