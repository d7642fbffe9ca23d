"""The ways in which a service cannot be asked, each with the status and the line that a client gets. Pure."""

from __future__ import annotations

import socket
import ssl

from recproxy.control.host_names import is_loopback
from recproxy.http import DEFAULT_PORTS
from recproxy.proxy.route import Target

__all__ = [
    "WITHOUT_TLS",
    "ReplayInsisted",
    "ServiceClosed",
    "StaleLinkError",
    "UpstreamError",
    "said",
    "upstream_failure",
]

#: What OpenSSL makes of an answer that is no TLS.
WITHOUT_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG")


class UpstreamError(Exception):
    """The service could not be asked: answer with `status`; the text says which way it failed."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class ReplayInsisted(UpstreamError):
    """The service is there, but the test that is running now insists on replay."""


class ServiceClosed(UpstreamError):
    """The service ended the connection; one that was kept alive may have been closed long before."""


def upstream_failure(target: Target, problem: BaseException, seconds: float | None, way: str = "") -> UpstreamError:
    """What went wrong, in one line, and whether it was time that ran out."""
    where = f"{target.authority}{way}"
    if isinstance(problem, TimeoutError) and not getattr(problem, "errno", None):
        return UpstreamError(504, f"{where} did not answer within {seconds:g} s")
    if isinstance(problem, ssl.SSLCertVerificationError):
        return UpstreamError(502, f"the certificate of {where} cannot be verified: {problem.verify_message}")
    if isinstance(problem, ssl.SSLError):
        return UpstreamError(502, f"TLS with {where} failed: {(problem.reason or str(problem)).lower()}")
    if isinstance(problem, socket.gaierror | UnicodeError):
        return UpstreamError(502, f"the name {where} cannot be resolved: {said(problem)}")
    text = f"{where} cannot be reached: {said(problem)}"
    if not way and is_loopback(target.host) and target.port == DEFAULT_PORTS[target.scheme]:
        text = f"{text}: if it is not at port {target.port}, say where it is in upstream.address of the profile"
    return UpstreamError(502, text)


def said(problem: BaseException) -> str:
    """What the system says of it."""
    return getattr(problem, "strerror", None) or str(problem) or type(problem).__name__


class StaleLinkError(Exception):
    """A connection that was kept alive turned out to be closed: what was sent there may be sent once more."""
