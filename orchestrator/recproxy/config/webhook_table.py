"""The keys of `[[webhooks]]` in a profile: what the service sends to the application on its own account.

`config/keys.py` says how a key is declared.
"""

from collections.abc import Collection
from typing import Annotated, Literal

from recproxy.config import profile_words as words
from recproxy.config.keys import Required, Word
from recproxy.control.host_names import is_loopback
from recproxy.lazy.dataclass import dataclass
from recproxy.lazy.patterns import lazy_pattern

__all__ = ["WebhookTable", "is_port", "webhook_fault"]

_NAME = lazy_pattern(r"[a-z0-9][a-z0-9_-]*\Z")
_ADDRESS = lazy_pattern(r"https?://(?P<host>\[[0-9a-fA-F:]+\]|[^/:?#@\s]+)(?::(?P<port>[0-9]{1,5}|\*))?\Z")
#: The headers of each scheme, in lower case.
_HEADERS = {
    "stripe": ("stripe-signature",),
    "github": ("x-hub-signature-256", "x-hub-signature"),
    "slack": ("x-slack-signature", "x-slack-request-timestamp"),
}


def _name(value: str) -> str:
    if not _NAME.match(value):
        raise ValueError("write lower-case letters, digits, - and _")
    return value


def is_port(text: str) -> bool:
    """Whether this is the number of a port that an address can have: 1 to 65535."""
    return text.isascii() and text.isdigit() and 1 <= int(text) <= 65535


def _address(value: str) -> str:
    if not (found := _ADDRESS.match(value)):
        raise ValueError("write it as http://127.0.0.1:5000, without a path, or with * for the port")
    if found["port"] not in (None, "*") and not is_port(found["port"]):
        raise ValueError("use a port from 1 to 65535")
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookTable:
    """One kind of webhook: where it comes in, and how it is signed."""

    name: Annotated[str, Word(check=_name), Required("a webhook without a name: give it one, such as events")] = ""
    """Its name in recordings and for tests."""
    address: Annotated[
        str, Word(check=_address), Required("a webhook without an address: give it the application's own")
    ] = ""
    """The application's own address: `http://127.0.0.1:5000`. With `*` for the port, the test says which. recproxy
    sends webhooks to no other address.
    """
    anywhere: bool = False
    """Whether the address may be one of another machine. Otherwise it must be on loopback."""
    public: Annotated[str, words.OWN_VARIABLE] = ""
    """The variable that holds the public address which the service gets: that of your tunnel when you record. Its value
    is redacted, and it needs a placeholder.
    """
    listen: Annotated[int, Word(wrong="use a port from 1 to 65535", span=range(65536))] = 0
    """The port of loopback to which your tunnel leads, when you record. recproxy sends on to `address` what comes there,
    and records it. `0`: webhooks are not recorded.
    """
    scheme: Literal["none", "stripe", "github", "slack", "hmac", "hook"] = "none"
    """How the service signs: as Stripe, GitHub or Slack do, by an HMAC in a header, or by the function in
    `hooks.sign`.
    """
    secret: Annotated[str, words.OWN_VARIABLE] = ""
    """The variable that holds the secret of the signature. Its value is redacted, and it needs a placeholder: replay
    signs with the value that the application has.
    """
    header: Annotated[str, words.NAME_IN_ANY_CASE] = ""
    """With `hmac` or `hook`: the header of the signature."""
    digest: Literal["sha256", "sha1", "sha512"] = "sha256"
    """With `hmac`: the hash function."""
    encoding: Literal["hex", "base64"] = "hex"
    """With `hmac`: how the signature is written."""
    prefix: str = ""
    """With `hmac`: what stands before the signature, such as `sha256=`."""

    @property
    def signature_headers(self) -> tuple[str, ...]:
        """The headers that the signature is in, in lower case: they are masked, and made anew."""
        return _HEADERS.get(self.scheme, (self.header.lower(),) if self.header else ())


def webhook_fault(table: WebhookTable, placeholders: Collection[str], sign: str) -> tuple[str, str] | None:
    """What is wrong with a webhook beyond single keys: the key, and what to do; None where it is well.

    `placeholders` has the variables of the profile that have one, `sign` is its hook.
    """
    found = _ADDRESS.match(table.address)
    assert found is not None
    if not table.anywhere and not is_loopback(found["host"].strip("[]")):
        return "address", f"{table.address} is not on loopback: write anywhere = true if webhooks may go there"
    if table.scheme not in ("none", "hook") and not table.secret:
        return "scheme", f'{table.scheme} needs a secret: write secret = "VARIABLE"'
    if table.scheme in ("hmac", "hook") and not table.header:
        return "scheme", f"{table.scheme} needs the header of the signature: write header"
    if table.scheme == "hook" and not sign:
        return "scheme", 'hook needs a function: write sign = "MODULE:FUNCTION" under [hooks]'
    for key, variable in (("secret", table.secret), ("public", table.public)):
        if variable and variable not in placeholders:
            return key, f"{variable} has no placeholder: write one under [placeholders], which replay uses"
    return None
