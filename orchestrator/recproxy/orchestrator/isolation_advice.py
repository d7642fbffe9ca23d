"""What would allow namespaces on a system that refuses them, as far as /proc tells. Reads files, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

__all__ = ["isolation_advice"]

_USER_NAMESPACES = "sysctl user.max_user_namespaces=10000"
_DEBIAN = "sysctl kernel.unprivileged_userns_clone=1"
_UBUNTU = "sysctl kernel.apparmor_restrict_unprivileged_userns=0"
_SECCOMP = "start the container with seccomp=unconfined, or a seccomp profile that allows unshare, mount and setns"
_APPARMOR = "start the container with apparmor=unconfined, or an AppArmor profile that allows userns and mount"


def isolation_advice(proc: Path = Path("/proc")) -> str:
    """The settings that refuse, if any can be seen; else all that may."""
    found = list(_found(proc))
    if found:
        return " and ".join(found)
    return f"{_DEBIAN}, {_UBUNTU}; {_SECCOMP}"


def _found(proc: Path) -> Iterator[str]:
    if _text(proc / "sys/user/max_user_namespaces") == "0":
        yield _USER_NAMESPACES
    if _text(proc / "sys/kernel/unprivileged_userns_clone") == "0":
        yield _DEBIAN
    if _text(proc / "sys/kernel/apparmor_restrict_unprivileged_userns") not in ("", "0"):
        yield _UBUNTU
    if any(line.split() == ["Seccomp:", "2"] for line in _text(proc / "self/status").splitlines()):
        yield _SECCOMP
    profile = _text(proc / "self/attr/current")
    # Ubuntu puts who made a user namespace into the profile unprivileged_userns: its setting says so already.
    if profile.endswith("(enforce)") and not profile.startswith("unprivileged_userns "):
        yield _APPARMOR


def _text(path: Path) -> str:
    try:
        return path.read_text().strip("\0\n ")
    except OSError:
        return ""
