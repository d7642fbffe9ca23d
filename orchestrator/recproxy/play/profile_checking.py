"""What is wrong with a profile that parses: hosts named twice, rules that can never act, secrets in placeholders.

Pure: a profile and the text it stands in, problems out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from recproxy.config.endpoint import Endpoint
from recproxy.config.keys import Kind, leaves
from recproxy.config.loopback_hosts import unreachable_hosts
from recproxy.config.profile import Profile
from recproxy.config.toml_files import TomlFile
from recproxy.http.hosts import fits
from recproxy.matching.rules import UNCOMPARED
from recproxy.play.checking import Problem
from recproxy.redaction.expressions import nested_repeat
from recproxy.redaction.scope import redact_text

__all__ = ["check_profile"]

_POINTERS = (("match", "ignore", "json"), ("redact", "json"))


def check_profile(profile: Profile, file: TomlFile) -> list[Problem]:
    """The problems of a profile, by line in its file."""
    found = [*_twice(file), *_hosts(profile, file), *_aliases(profile, file), *_rules(file), *_secrets(profile, file)]
    return sorted(found, key=lambda each: each.line)


def _problem(file: TomlFile, keys: Sequence[str | int], kind: str, message: str) -> Problem:
    return Problem(int(file.place(keys).rpartition(":")[2]), kind, message)


def _twice(file: TomlFile) -> Iterator[Problem]:
    """Words that occur twice in a list: the second never applies."""
    for path, key in leaves(Profile):
        if key.kind is not Kind.STRINGS or path[0] == "endpoints":
            continue
        words = [word.lower() if key.word.ignore_case else word for word in file.at(path) or ()]
        for word in sorted({word for word in words if words.count(word) > 1}):
            yield _problem(file, path, "never", f"{'.'.join(path)} holds {word!r} twice: the second never applies")


def _hosts(profile: Profile, file: TomlFile) -> Iterator[Problem]:
    hosts: dict[str, int] = {}
    variables: dict[str, int] = {}
    for number, endpoint in enumerate(profile.endpoints):
        for host in endpoint.hosts:
            if host in hosts and not _has_two_variables(profile.endpoints[hosts[host]], endpoint):
                place = ("endpoints", number, "hosts")
                yield _problem(file, place, "overlap", f"host {host!r} is named twice in this profile: leave one out")
            hosts.setdefault(host, number)
        if unreachable := unreachable_hosts(endpoint):
            message = (
                f"{', '.join(unreachable)}: clients use no proxy on loopback, so this is never asked: set base_url"
            )
            yield _problem(file, ("endpoints", number, "hosts"), "never", message)
        if endpoint.base_url in variables:
            place = ("endpoints", number, "base_url")
            yield _problem(file, place, "overlap", f"two endpoints have the base_url {endpoint.base_url!r}")
        if endpoint.base_url:
            variables.setdefault(endpoint.base_url, number)
        elif endpoint.base_path:
            message = f"base_path {endpoint.base_path!r} follows the address in base_url: set that, too"
            yield _problem(file, ("endpoints", number, "base_path"), "never", message)


def _has_two_variables(one: Endpoint, other: Endpoint) -> bool:
    """Whether two endpoints give the address of the same host in two variables, as with GraphQL beside REST."""
    return bool(one.base_url and other.base_url) and one.base_url != other.base_url


def _aliases(profile: Profile, file: TomlFile) -> Iterator[Problem]:
    """Aliases of hosts that never come, or that stand for another alias."""
    aliases = profile.match.aliases
    for name, host in aliases.items():
        place = ("match", "aliases", name)
        for word in (name, host):
            if not any(fits(pattern, word) for pattern in profile.hosts):
                yield _problem(file, place, "never", f"match.aliases: {word!r} is no host of this profile")
        if host in aliases:
            message = f"match.aliases: {host!r} is itself an alias: write the host that it stands for"
            yield _problem(file, place, "never", message)


def _rules(file: TomlFile) -> Iterator[Problem]:
    """Rules that another rule, or what is always so, leaves nothing to do."""
    for name in file.at(("match", "headers")) or ():
        if name.lower().encode() in UNCOMPARED:
            message = f"match.headers holds {name!r}, which belongs to one connection and is never compared"
            yield _problem(file, ("match", "headers"), "never", message)
    for path in _POINTERS:
        words = list(dict.fromkeys(file.at(path) or ()))
        for word in words:
            cover = next((other for other in words if other != word and _covers(other, word)), None)
            if cover is not None:
                message = f"{'.'.join(path)} holds {word!r}, which {cover!r} covers: it never applies"
                yield _problem(file, path, "never", message)
    for path in (("redact", "patterns"), ("redact", "shapes")):
        for pattern in file.at(path) or ():
            if re.compile(pattern).fullmatch(""):
                message = (
                    f"{'.'.join(path)} holds {pattern!r}, which matches an empty text: require at least one character"
                )
                yield _problem(file, path, "never", message)
            if nested_repeat(pattern):
                message = f"{'.'.join(path)} holds {pattern!r}: a repeat in a repeat may never end: write one, or (a+)++ for (a+)+"
                yield _problem(file, path, "slow", message)


def _covers(rule: str, other: str) -> bool:
    """Whether a JSON Pointer, or a name at any depth, takes all that another pointer leads to."""
    if rule.startswith("/"):
        ours, others = rule.split("/"), other.split("/")
        return len(ours) <= len(others) and all(step in ("*", each) for step, each in zip(ours, others, strict=False))
    return other.startswith("/") and rule.lower() in other.lower().split("/")


def _secrets(profile: Profile, file: TomlFile) -> Iterator[Problem]:
    for name, value in profile.placeholders.items():
        if redact_text(value, profile.redaction()) != value:
            message = f"the placeholder of {name} looks like a real secret: use an obvious placeholder"
            yield _problem(file, ("placeholders", name), "secret", message)
