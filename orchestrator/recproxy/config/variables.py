"""The values that an environment has for the variables of profiles. Knows no file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from recproxy.config.profile import Profile
from recproxy.redaction.rules import NO_RULES, RedactionRules

__all__ = ["given_values", "own_variables", "redaction_with_values", "secret_values"]


def own_variables(profile: Profile, environment: Mapping[str, str]) -> dict[str, str]:
    """The variables of a profile that the environment has: what its proxy and its hooks find in theirs."""
    names = (*profile.secret_variables, *profile.placeholders)
    return {name: environment[name] for name in names if name in environment}


def given_values(profile: Profile, environment: Mapping[str, str]) -> dict[str, bytes]:
    """What a program has in replay for the variables of a profile: the value of each, or its placeholder."""
    names = dict.fromkeys((*profile.secret_variables, *profile.placeholders))
    values = {name: environment.get(name) or profile.placeholders.get(name) for name in names}
    return {name: value.encode("utf-8", "surrogateescape") for name, value in values.items() if value}


def secret_values(profiles: Iterable[Profile], environment: Mapping[str, str]) -> tuple[str, ...]:
    """The values that the environment has for the credentials and variables of profiles, each once.

    A program may send any of them anywhere, so those of all profiles at hand are hidden from each.
    """
    names = (name for profile in profiles for name in profile.secret_variables)
    return tuple(dict.fromkeys(value for name in names if (value := environment.get(name))))


def redaction_with_values(profile: Profile | None, environment: Mapping[str, str]) -> RedactionRules:
    """What is secret in a recording of a profile, the values of its variables included; without one, the built-in rules."""
    return profile.redaction(secret_values((profile,), environment), environment) if profile else NO_RULES
