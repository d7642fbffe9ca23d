"""Host names in one form. Imports nothing."""

from __future__ import annotations

__all__ = ["normal_host"]


def normal_host(host: str) -> str:
    """Lower case, without a trailing dot, in its ASCII form where it has one."""
    host = host.lower().removesuffix(".")
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host
