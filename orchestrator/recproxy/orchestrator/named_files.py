"""The files that profiles name, descriptors of messages and CAs of services, looked at before a run needs them."""

from __future__ import annotations

from collections.abc import Sequence

from recproxy.config.profile import Profile
from recproxy.control.shown_paths import shown_path
from recproxy.errors import ProfileError

__all__ = ["check_named_files"]


def check_named_files(profiles: Sequence[Profile], asked: Sequence[Profile]) -> None:
    """Name a file that cannot be used; one of CAs only for those profiles whose services may be asked.

    Raises:
        ProfileError: there is one.
    """
    _check_descriptors(profiles)
    _check_authorities(asked)


def _check_descriptors(profiles: Sequence[Profile]) -> None:
    for profile in profiles:
        if not profile.grpc.place:
            continue
        from recproxy.play.grpc_calls import load_services  # noqa: PLC0415 - only where a profile names such a file

        try:
            load_services(profile.grpc.place)
        except ProfileError as problem:
            where = next((each.place for each in profile.settings if each.key == ("grpc", "descriptors")), profile.file)
            message = f"{shown_path(where)}: grpc.descriptors of profile {profile.name!r}: {problem.message}"
            raise ProfileError(message) from None


def _check_authorities(profiles: Sequence[Profile]) -> None:
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
