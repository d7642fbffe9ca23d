"""Service profiles: what recproxy knows about one third party, read from TOML.

A *profile* has *endpoints* (ways to reach the service), what takes part in *matching*, what is *redacted*, how the
real service is reached, *upstream*, and *hooks*, functions for what TOML cannot say. Each key is a field of one of
these dataclasses. An unknown key, a wrong type or a bad value is a ProfileError with file, line and key.
"""

from recproxy.config.profile.parse import (
    layered_profile,
    parse_profile,
    profile_file,
    profile_folder,
    profile_settings,
)
from recproxy.config.profile.values import (
    ANY_HOST,
    Endpoint,
    HookNames,
    Ignore,
    Match,
    Profile,
    Redact,
    Replay,
    Upstream,
    own_variables,
    secret_values,
)
from recproxy.config.profile.words import SCHEMA

__all__ = [
    "ANY_HOST",
    "SCHEMA",
    "Endpoint",
    "HookNames",
    "Ignore",
    "Match",
    "Profile",
    "Redact",
    "Replay",
    "Upstream",
    "layered_profile",
    "own_variables",
    "parse_profile",
    "profile_file",
    "profile_folder",
    "profile_settings",
    "secret_values",
]
