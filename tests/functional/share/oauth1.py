"""OAuth 1.0a signatures (RFC 5849, part 3.4) with HMAC-SHA1, in the form of the request."""

import base64
import hashlib
import hmac
import os
import secrets
import time
from urllib.parse import quote, urlencode


def signed(method, url, form):
    """The form with the parameters of OAuth 1, signed for this method and address."""
    form = form | {
        "oauth_consumer_key": os.environ["TWITTER_CONSUMER_KEY"],
        "oauth_nonce": secrets.token_hex(16),
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": str(int(time.time())),
        "oauth_token": os.environ["TWITTER_ACCESS_TOKEN"],
        "oauth_version": "1.0",
    }
    base = "&".join(escaped(part) for part in (method, url, urlencode(sorted(form.items()), quote_via=escaped)))
    key = "&".join(escaped(os.environ[f"TWITTER_{name}_SECRET"]) for name in ("CONSUMER", "ACCESS_TOKEN"))
    digest = hmac.digest(key.encode(), base.encode(), hashlib.sha1)
    return form | {"oauth_signature": base64.b64encode(digest).decode()}


def escaped(text, *_):
    """Percent-encoding as OAuth wants it: all but letters, digits and -._~."""
    return quote(text, safe="")
