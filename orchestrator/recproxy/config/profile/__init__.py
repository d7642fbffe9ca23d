"""Service profiles: all that is known of one third party, read from TOML.

A *profile* has *endpoints* (ways to reach the service), what takes part in *matching*, what is *redacted*, how the
real service is reached, *upstream*, and *hooks*, functions for what TOML cannot say. `PROFILE` declares each key of profile.toml once; `parse_profile` reads them, and
an unknown key, a wrong type or a bad value is a ProfileError with file, line and key.
"""

from recproxy.config.profile.keys import PROFILE, SCHEMA
from recproxy.config.profile.parse import parse_profile, profile_file, profile_folder
from recproxy.config.profile.values import (
    ANY_HOST,
    Endpoint,
    HookNames,
    Match,
    Profile,
    Redact,
    Upstream,
    own_variables,
    secret_values,
)

__all__ = [
    "ANY_HOST",
    "PROFILE",
    "SCHEMA",
    "Endpoint",
    "HookNames",
    "Match",
    "Profile",
    "Redact",
    "Upstream",
    "own_variables",
    "parse_profile",
    "profile_file",
    "profile_folder",
    "secret_values",
]
