"""Configuration: profile.toml and `[tool.recproxy]`, where they are, what they may say, and where each value comes from.

A *key* is declared once, as a field of a dataclass (`keys`). A *layer* is a table of a *TOML file*; layers give each
*setting* its value and its source (`layers`). A *project* finds *profiles*: installed ones, by path, or inline. A
profile is all that recproxy knows about one service: its *endpoints*, what takes part in *matching*, what is
*redacted*, how the real service is reached, *upstream*, and *hooks*, functions for what TOML cannot say. An unknown
key, a wrong type or a wrong value is an error with file, line, key and the nearest known one.
"""

from recproxy.config.installed import Offer, distribution_of, offers
from recproxy.config.keys import Kind, leaves, nearest_word
from recproxy.config.layers import Setting
from recproxy.config.loopback_hosts import base_url_name, unreachable_hosts, unreachable_notes
from recproxy.config.overlap import equal_hosts, settled
from recproxy.config.profile import (
    ANY_HOST,
    Endpoint,
    HookNames,
    Profile,
    Upstream,
)
from recproxy.config.profile_reading import parse_profile, profile_file, profile_folder
from recproxy.config.project import Project, find_project, is_profile_path
from recproxy.config.toml_files import Precedence, TomlFile, read_toml
from recproxy.config.variables import given_values, own_variables, secret_values

__all__ = [
    "ANY_HOST",
    "Endpoint",
    "HookNames",
    "Kind",
    "Offer",
    "Precedence",
    "Profile",
    "Project",
    "Setting",
    "TomlFile",
    "Upstream",
    "base_url_name",
    "distribution_of",
    "equal_hosts",
    "find_project",
    "given_values",
    "is_profile_path",
    "leaves",
    "nearest_word",
    "offers",
    "own_variables",
    "parse_profile",
    "profile_file",
    "profile_folder",
    "read_toml",
    "secret_values",
    "settled",
    "unreachable_hosts",
    "unreachable_notes",
]
