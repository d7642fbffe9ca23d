"""The verb `profiles`: what is installed, what is in effect, what is wrong, and a new one."""

from recproxy.cli.profiles.group import profiles

__all__ = ["profiles"]
