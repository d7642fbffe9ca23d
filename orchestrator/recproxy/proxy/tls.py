"""TLS contexts for the hosts of a profile, made when a host is first asked for.

The certificates and their key arrive ready made over the channel. `load_cert_chain` wants a path: on Linux that of a
memfd, elsewhere of a file of mode 0600 that is removed at once, so that no key outlives the process.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from recproxy.http.hosts import Owners

__all__ = ["HANDSHAKE_SECONDS", "Contexts"]

#: Seconds that the other side may take for a TLS handshake, with a client or a service: as asyncio has it.
HANDSHAKE_SECONDS = 60.0


class Contexts:
    """The contexts of one proxy, by the pattern that covers a host."""

    def __init__(self, certificates: Mapping[str, bytes], key: bytes) -> None:
        self._certificates = dict(certificates)
        self._key = key
        self._patterns = Owners(dict.fromkeys(certificates, ""))
        self._contexts: dict[str, ssl.SSLContext] = {}

    def get(self, host: str, certificate: bytes = b"") -> ssl.SSLContext | None:
        """The context for a host; `certificate` was issued for it alone. None where there is no certificate."""
        known = self._contexts.get(host)
        if known is not None:
            return known
        pattern = self._patterns.pattern(host)
        if pattern is not None and pattern in self._contexts:
            return self._contexts[pattern]
        chain = certificate or (self._certificates[pattern] if pattern is not None else b"")
        if not chain:
            return None
        context = self._context(chain)
        self._contexts[host if certificate or pattern is None else pattern] = context
        return context

    def faulty(self, chain: bytes) -> ssl.SSLContext:
        """A context for one connection, with a certificate that is wrong on purpose, whatever name the client asks for."""
        context = self._context(chain)
        context.sni_callback = None
        return context

    def _context(self, chain: bytes) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["h2", "http/1.1"])
        context.sni_callback = self._named
        with _as_path(self._key + chain) as path:
            context.load_cert_chain(path)
        return context

    def _named(self, connection: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
        """A client that tunnelled to an address, or by another name, gets the certificate of the name it asks for."""
        if name is not None:
            known = self.get(name.lower().removesuffix("."))
            if known is not None and known is not context:
                connection.context = known


@contextmanager
def _as_path(data: bytes) -> Iterator[str]:
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("recproxy", os.MFD_CLOEXEC)
        try:
            os.write(descriptor, data)
            yield f"/proc/self/fd/{descriptor}"
        finally:
            os.close(descriptor)
    else:
        import tempfile  # noqa: PLC0415 - seldom needed

        with tempfile.NamedTemporaryFile() as file:  # mode 0600
            file.write(data)
            file.flush()
            yield file.name
