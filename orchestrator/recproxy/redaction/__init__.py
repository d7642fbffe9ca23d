"""Redaction: an interaction without its secrets, before it is stored anywhere.

*Rules* are built in, and a profile adds its own and the *known values* of its credentials. They find *spans*, places
of a text, in URL, headers and body; a *mask* takes each one's place: the wild word in a request, something of the
same shape in a response. A *redactor* does this for one scope and knows again what the service handed out; `link`
then keeps a name only where such a value came back. What cannot be read and may hold a known value is *unsafe*.
"""

from recproxy.redaction.block import Finding
from recproxy.redaction.masks import stand_in
from recproxy.redaction.pipeline import Redacted, Redactor, redact, redact_request, redact_text
from recproxy.redaction.rules import RedactionRules, Unsafe
from recproxy.redaction.scope import RedactedScope, Refusal, redact_scope
from recproxy.redaction.seen import Seen, link, names

__all__ = [
    "Finding",
    "Redacted",
    "RedactedScope",
    "RedactionRules",
    "Redactor",
    "Refusal",
    "Seen",
    "Unsafe",
    "link",
    "names",
    "redact",
    "redact_request",
    "redact_scope",
    "redact_text",
    "stand_in",
]
