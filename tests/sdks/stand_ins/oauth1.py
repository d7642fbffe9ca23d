"""Whether a request is signed as RFC 5849 asks, with HMAC-SHA1."""

import base64
import hashlib
import hmac
import re
from urllib.parse import parse_qsl, quote, unquote

from stand_ins.service import form


def parameters(request):
    """The OAuth parameters, wherever they stand: header, query or form."""
    header = request.headers.get("Authorization", "")
    if header.startswith("OAuth "):
        found = re.findall(r'(\w+)="([^"]*)"', header)
        return {unquote(name): unquote(value) for name, value in found}
    both = request.query | form(request)
    return {name: value for name, value in both.items() if name.startswith("oauth_")}


def is_signed(request, consumer_secret, token_secret):
    """Whether the signature is the one that these secrets give."""
    given = parameters(request)
    pairs = parse_qsl(request.url.query, keep_blank_values=True)
    pairs += form(request).items()
    if request.headers.get("Authorization", "").startswith("OAuth "):
        pairs += given.items()
    # twitter-api-v2 sends some in the header and in the form, and signs them once.
    escaped = sorted({(_escaped(name), _escaped(value)) for name, value in pairs if name not in _APART})
    url = f"https://{request.headers['Host']}{request.path}"
    rest = "&".join(f"{name}={value}" for name, value in escaped)
    base = "&".join((request.method, _escaped(url), _escaped(rest)))
    key = f"{_escaped(consumer_secret)}&{_escaped(token_secret)}".encode()
    wanted = base64.b64encode(hmac.digest(key, base.encode(), hashlib.sha1)).decode()
    return hmac.compare_digest(wanted, given.get("oauth_signature", ""))


_APART = ("oauth_signature", "realm")


def _escaped(text):
    return quote(text, safe="-._~")
