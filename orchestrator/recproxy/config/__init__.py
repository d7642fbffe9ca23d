"""Configuration: profile.toml and `[tool.recproxy]`, where they are, what they may say, and where each value comes from.

A *key* is declared once, as a field of a dataclass (`keys`). A *layer* is a table of a *TOML file*; layers give each
*setting* its value and its source (`layers`). A *project* finds *profiles*: installed ones, by path, or inline. A
profile is all that recproxy knows about one service: its *endpoints*, what takes part in *matching*, what is
*redacted*, how the real service is reached, *upstream*, and *hooks*, functions for what TOML cannot say. An unknown
key, a wrong type or a wrong value is an error with file, line, key and the nearest known one.
"""
