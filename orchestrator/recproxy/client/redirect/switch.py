"""Turns the redirect on and off in this process.

At interpreter start it is loaded in any program that runs in a prepared environment: it returns at once where
RECPROXY_REDIRECT is not set, and whatever else goes wrong costs one line on standard error, never the program.
"""

from __future__ import annotations

import os
import sys

__all__ = ["install", "install_from_env", "installed", "uninstall"]

# These names stand in recproxy.control.variables too, which is out of reach from here; a test compares them.
_REDIRECT = "RECPROXY_REDIRECT"
_CA = "RECPROXY_CA"

#: What is installed in this process: nothing, or one redirect.
_installed: list[_Redirect] = []
#: What install_from_env was told last. It is called several times at one start: by the .pth file, which a venv's
#: interpreter reads twice, and by sitecustomize.
_reported: list[tuple[str, str | None]] = []


class _Redirect:
    """The patches of this process; routes and CA may change under them."""

    def __init__(self) -> None:
        # Loaded only now: where the variable is not set, this module is all that an interpreter's start costs. By
        # full names, since `from recproxy.client.redirect import ...` would look for the package recproxy.
        from recproxy.client.redirect.addresses import Addresses  # noqa: PLC0415
        from recproxy.client.redirect.curl import patch_pycurl  # noqa: PLC0415
        from recproxy.client.redirect.greenlets import patch_green  # noqa: PLC0415
        from recproxy.client.redirect.loops import patch_uvloop  # noqa: PLC0415
        from recproxy.client.redirect.patches import ImportHook, Patches  # noqa: PLC0415
        from recproxy.client.redirect.sockets import patch_socket  # noqa: PLC0415
        from recproxy.client.redirect.trust import Trust  # noqa: PLC0415

        self.told: tuple[str, str | None] = ("", None)
        self.addresses = Addresses()
        self.trust = Trust()
        self.patches = Patches()
        self.hook = ImportHook(
            {
                "socket": lambda module: patch_socket(module, self.addresses, self.patches),
                "ssl": lambda module: self.trust.patch(module, self.patches),
                "uvloop": lambda module: patch_uvloop(module, self.addresses, self.patches),
                "pycurl": lambda module: patch_pycurl(module, self.patches),
                "gevent.socket": lambda module: patch_green(module, self.addresses, self.patches),
                "eventlet.green.socket": lambda module: patch_green(module, self.addresses, self.patches),
            }
        )


def install(value: str, ca: str | None) -> None:
    """Redirect this process's connections; a second call changes where they go.

    Args:
        value: as RECPROXY_REDIRECT has it: `host:port=127.0.0.1:PORT,...`; a host may be `*.x` or `*`.
        ca: the file of a CA that TLS contexts trust from now on, besides their own.

    Raises:
        ValueError: the value is malformed.
        OSError: the CA cannot be read. What was installed before stays in both cases.
    """
    from recproxy.client.redirect.addresses import Routes  # noqa: PLC0415 - see _Redirect
    from recproxy.client.redirect.trust import read_ca  # noqa: PLC0415

    routes, certificates = Routes(value), read_ca(ca)
    redirect = _installed[0] if _installed else _Redirect()
    redirect.addresses.follow(routes)
    redirect.trust.certificates = certificates
    redirect.told = (value, ca)
    if not _installed:
        _installed.append(redirect)
        redirect.hook.insert()


def installed() -> tuple[str, str | None] | None:
    """What `install` was given last; None where nothing is installed."""
    return _installed[0].told if _installed else None


def uninstall() -> None:
    """Put everything back; where nothing was installed, nothing happens."""
    _reported.clear()
    if not _installed:
        return
    from recproxy.client.redirect.addresses import Routes  # noqa: PLC0415 - see _Redirect

    redirect = _installed.pop()
    redirect.hook.remove()
    redirect.patches.undo()
    # What another tool has wrapped meanwhile cannot be put back: it stays, and does nothing.
    redirect.addresses.follow(Routes(""))
    redirect.trust.certificates = ""


def install_from_env() -> None:
    """Install what RECPROXY_REDIRECT says, if it is set. Never raises: a program's start must not depend on us."""
    value = os.environ.get(_REDIRECT)
    if not value:
        return
    reported = (value, os.environ.get(_CA))
    if reported in _reported:
        return
    _reported[:] = [reported]
    try:
        install(*reported)
    except Exception as problem:  # noqa: BLE001 - see above
        sys.stderr.write(f"recproxy: connections of this process are not redirected: {problem}\n")
