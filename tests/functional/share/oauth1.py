"""OAuth 1.0a signatures (RFC 5849, part 3.4) with HMAC-SHA1, in the form of the request or in its Authorization header."""

import base64
import hashlib
import hmac
import os
import secrets
import time
from urllib.parse import parse_qsl, quote, urlencode


def signed(method, url, form, *, service="TWITTER", account=None, **more):
    """The form with the parameters of OAuth 1, signed for this method and address.

    The consumer is that of the service's variables; the token is the account's, or Twitter's own variables where
    there is none. `more` are further parameters, which are signed too.
    """
    token, token_secret = token_of(account)
    form = form | more
    form |= {
        "oauth_consumer_key": os.environ[f"{service}_CONSUMER_KEY"],
        "oauth_nonce": secrets.token_hex(16),
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": str(int(time.time())),
        "oauth_version": "1.0",
        **({"oauth_token": token} if token else {}),
    }
    address, _, query = url.partition("?")
    pairs = sorted([*form.items(), *parse_qsl(query, keep_blank_values=True)])
    base = "&".join(escaped(part) for part in (method, address, urlencode(pairs, quote_via=escaped)))
    key = "&".join(escaped(part) for part in (os.environ[f"{service}_CONSUMER_SECRET"], token_secret))
    digest = hmac.digest(key.encode(), base.encode(), hashlib.sha1)
    return form | {"oauth_signature": base64.b64encode(digest).decode()}


def authorization(method, url, *, service, account, **more):
    """The same as an Authorization header, for requests whose body is no form."""
    pairs = signed(method, url, {}, service=service, account=account, **more)
    return "OAuth " + ", ".join(f'{name}="{escaped(value)}"' for name, value in pairs.items())


def token_of(account):
    """The token and its secret: of an account, of the environment (None), or of nobody (an empty account)."""
    if account is None:
        return os.environ["TWITTER_ACCESS_TOKEN"], os.environ["TWITTER_ACCESS_TOKEN_SECRET"]
    return account.get("oauth_token", ""), account.get("oauth_token_secret", "")


def escaped(text, *_):
    """Percent-encoding as OAuth wants it: all but letters, digits and -._~."""
    return quote(text, safe="")
