"""The CAs that profiles name for their services, looked at before a run asks them."""

from __future__ import annotations

from collections.abc import Sequence

from recproxy.config.profile import Profile
from recproxy.control.shown_paths import shown_path
from recproxy.errors import ProfileError

__all__ = ["check_authorities"]


def check_authorities(profiles: Sequence[Profile]) -> None:
    """Name a file of CAs that cannot be used, where a service may be asked."""
    for profile in profiles:
        upstream = profile.upstream
        if not upstream.ca:
            continue
        import ssl  # noqa: PLC0415 - only where a profile names such a file

        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(upstream.ca)
        except ssl.SSLError:
            why = "contains no certificates: name a PEM file"
        except OSError as problem:
            why = f"cannot be read: {problem.strerror or problem}"
        else:
            continue
        raise ProfileError(
            f"{shown_path(upstream.ca_place)}: upstream.ca of profile {profile.name!r}: {upstream.ca} {why}"
        )
