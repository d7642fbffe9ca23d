"""What ssl trusts, extended by the run's CA: after whatever a context has loaded, pinned bundles included.

Variables name a bundle to most clients; this reaches those that name their own.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any

    from recproxy.client.redirect.patches import Patches

__all__ = ["Trust", "read_ca"]

#: The name of what a context notes: the certificates that it got.
_EXTENDED = "_recproxy_extended"
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
#: Up to so many certificates are compared: that takes 10 µs for each, and to load one 400.
_FEW = 16


class Trust:
    """The certificates, in PEM, that contexts get on top of their own."""

    def __init__(self) -> None:
        self.certificates = ""

    def patch(self, ssl: ModuleType, patches: Patches) -> None:
        """Extend what contexts load, and those that have loaded before, when they are used.

        load_default_certs ends in set_default_verify_paths.
        """
        load = ssl.SSLContext.load_verify_locations
        # As they are now: a program may put a class of its own in their place, which looks into others.
        stats, held = ssl.SSLContext.cert_store_stats, ssl.SSLContext.get_ca_certs

        def extend(context: Any) -> None:
            # A server that asks for client certificates is part of the program under test. To load a certificate takes
            # as long as a request through an open connection, so a context gets it once: there it stays.
            if (
                self.certificates
                and context.protocol != ssl.PROTOCOL_TLS_SERVER
                and getattr(context, _EXTENDED, "") != self.certificates
            ):
                if not holds(context):  # most have loaded the run's own bundle
                    load(context, cadata=self.certificates)
                setattr(context, _EXTENDED, self.certificates)

        def holds(context: Any) -> bool:
            own = _only_certificate(self.certificates)
            try:
                few = stats(context)["x509"] <= _FEW
                return bool(own) and few and ssl.PEM_cert_to_DER_cert(own) in held(context, binary_form=True)
            except NotImplementedError:  # as truststore's: the system knows what it trusts
                return False

        def extended(original: Callable[..., Any]) -> Callable[..., Any]:
            def method(context: Any, *args: Any, **kwargs: Any) -> Any:
                result = original(context, *args, **kwargs)
                extend(context)
                return result

            return method

        def late(original: Callable[..., Any]) -> Callable[..., Any]:
            def method(context: Any, *args: Any, **kwargs: Any) -> Any:
                # Clients keep contexts that they made at import. The CA lives no longer than the run does.
                if context.verify_mode:
                    extend(context)
                return original(context, *args, **kwargs)

            return method

        patches.replace(ssl.SSLContext, "wrap_socket", late)
        patches.replace(ssl.SSLContext, "wrap_bio", late)
        patches.replace(ssl.SSLContext, "load_verify_locations", extended)
        patches.replace(ssl.SSLContext, "set_default_verify_paths", extended)


def _only_certificate(text: str) -> str:
    """The certificate in a text, without what stands around it; empty if it is not the only one."""
    if text.count(_BEGIN) != 1:
        return ""
    return _BEGIN + text.partition(_BEGIN)[2].partition(_END)[0] + _END


def read_ca(path: str | None) -> str:
    """A CA's text, read while the file is surely there: programs outlive runs, and tests fake file systems."""
    if not path:
        return ""
    with open(path, encoding="ascii") as file:  # noqa: PTH123 - pathlib costs more than the rest of this at start-up
        return file.read()
