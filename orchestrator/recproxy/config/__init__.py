"""Configuration: profile.toml and [tool.recproxy], where they are, what they may say, and who said it.

*Tables* are read strictly, by *keys* that are declared once; *layers* of them give each *setting* its value and its
origin. A *project* finds *profiles*: installed ones, by path, or inline.
"""
