"""Which content codings a client accepts. Pure; RFC 9110 section 12.5.3."""

from __future__ import annotations

from recproxy.recording import CODINGS, Headers, Interaction, header, header_values
from recproxy.recording.message_coding import is_message_coding

__all__ = ["accepts", "accepts_all", "takes_coded"]


def accepts(coding: str, accepted: bytes | None) -> bool:
    """Whether an Accept-Encoding value takes a coding; without the header only identity is safe to send."""
    if accepted is None:
        return False
    wildcard = False
    for part in accepted.decode("latin-1").lower().split(","):
        name, _, weight = part.partition(";")
        name = name.strip()
        refused = weight.replace(" ", "").rstrip("0") in ("q=", "q=0.", "q=0")
        if name in (coding, f"x-{coding}"):
            return not refused
        if name == "*":
            wildcard = not refused
    return wildcard


def accepts_all(encoding: str, accepted: bytes | None) -> bool:
    """Whether a client takes all of the codings of a body, comma-separated; a body without a coding is always taken."""
    return all(accepts(coding.strip(), accepted) for coding in encoding.split(",")) if encoding else True


def takes_coded(interaction: Interaction, headers: Headers) -> bool:
    """Whether a recorded body goes to a client, by the headers of its request, with its content coding.

    It is decoded only for a client that refuses what the recorded one accepted: a service that ignores Accept-Encoding,
    as a store of compressed files does, would ignore it now, too.
    """
    coding = interaction.response.encoding
    if is_message_coding(coding):
        return True
    if coding is None and interaction.request.method == "HEAD":
        coding = _known(header(interaction.response.headers, b"content-encoding"))
    live, recorded = _accepted(headers), _accepted(interaction.request.headers)
    if not coding or accepts_all(coding, live):
        return True
    if recorded is None:  # it accepted any; where no headers were recorded at all, nothing is known of it
        return live is None and bool(interaction.request.headers)
    return not accepts_all(coding, recorded)


def _known(value: bytes | None) -> str | None:
    """A Content-Encoding whose codings a GET would have undone."""
    coding = (value or b"").decode("latin-1").strip().lower()
    return coding if {word.strip() for word in coding.split(",")} <= CODINGS else None


def _accepted(headers: Headers) -> bytes | None:
    return b",".join(header_values(headers, b"accept-encoding")) or None
