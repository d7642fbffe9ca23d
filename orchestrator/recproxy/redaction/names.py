"""Names that say a value is secret: headers, parameters, keys of JSON, cookies, elements of XML.

Knows names, and looks at a value only where the name alone does not decide. Ids, names of people and things, dates
and page tokens are not secret: hiding them is what breaks a replay.
"""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["LIKELY", "header_is_secret", "is_secret", "normal"]

#: A text without any of these holds no name that is secret, so that it need not be walked.
LIKELY = re.compile(
    rb"(?i)token|secret|passw|pwd|passphrase|passcode|api.?key|access.?key|auth|key|cookie|credential|assertion|code|sig|jwt|saml"
    rb"|session|oauth|nonce|hmac|\\u00[4-7]|%[4-7]|csrf|xsrf|otp|pin|dpop"
)

#: Headers whose value is secret, beside those whose name ends as `_ENDINGS` says.
_HEADERS = frozenset(
    b"xapikey apikey xapitoken xapisecret ocpapimsubscriptionkey xgoogapikey xfunctionskey xauthtoken xsubjecttoken "
    b"xvaulttoken xaccesstoken xauthkey xauthusersservicekey xauthuserservicekey privatetoken jobtoken deploytoken ddapikey ddapplicationkey "
    b"xrapidapikey xalgoliaapikey fastlykey xfigmatoken xamzsecuritytoken xamzcontentsha256key xawsec2metadatatoken "
    b"xmsencryptionkey xmscopysourceauthorization xmsauthorizationauxiliary xamzserversideencryptioncustomerkey "
    b"xamzcopysourceserversideencryptioncustomerkey xgoogencryptionkey xgoogiamauthorizationtoken xplextoken "
    b"xhubsignature xhubsignature256 xslacksignature xtwiliosignature stripesignature signature xsignature dpop "
    b"xamzndataaccesstoken xamzoidcdata xamznoidcdata xamznoidcaccesstoken xgoogauthenticateduser xservertoken "
    b"xcsrftoken xxsrftoken xguesttoken csrftoken xpostmarkservertoken xshopifyaccesstoken xmbxapikey xkey appkey "
    b"xappkey authkey subscriptionkey secretkey password xpassword xotp xgithubotp xgocardlesssignature cookie2 "
    b"xfacebookaccesstoken xauth xsession xsessionid".split()
)
_ENDINGS = re.compile(rb"(?:token|secret|apikey|secretkey|accesskey|authkey|password|passphrase|signature)\Z")
#: Such names end alike and are no secrets: they say where a list goes on, or what a thing is.
_HARMLESS = re.compile(
    rb"next|page|continu|sync|cursor|cancel|count|usage|limit|max|min|num|total|tokentype|version|type|expires|expiry|"
    rb"placeholder|clientrequest|idempot|stop|prompt|completion|public|reset(?!token)|change|forgot|has|is(?=[a-z]*password)|"
    rb"requires"
)

#: Names of parameters and keys whose value is secret whatever it looks like.
_SECRET = frozenset(
    b"accesstoken authtoken refreshtoken idtoken oauthtoken oauthtokensecret oauthverifier oauthsignature oauthnonce "
    b"oauthconsumerkey oauthtimestamp oauthbodyhash consumersecret clientsecret clientassertion assertion codeverifier devicecode usercode "
    b"subjecttoken actortoken idtokenhint logintoken apikey apisecret apitoken appsecret appsecretproof password "
    b"passwd pwd passphrase passcode newpassword oldpassword currentpassword passwordconfirmation confirmpassword "
    b"userpassword xauthpassword secret secretkey secretaccesskey accesskeysecret sharedsecret signingsecret "
    b"webhooksecret privatekey sessiontoken sessionkey securitytoken bearertoken jwt samlresponse samlart "
    b"authenticitytoken csrftoken csrfmiddlewaretoken xsrftoken requestverificationtoken otp totp mfacode "
    b"xamzsignature xamzsecuritytoken xamzcredential awsaccesskeyid xgoogsignature signature accountkey storagekey "
    b"sharedaccesskey sharedaccesssignature connectionstring xapikey xlogintoken subscriptionkey ocpapimsubscriptionkey "
    b"guesttoken xguesttoken authorizationcode authcode encryptionkey masterkey hmac cookie setcookie authorization "
    b"proxyauthorization xapitoken crctoken responsetoken registrationtoken devicetoken kmskey licensekey".split()
)
#: Names that are secret only where the value looks it: `code=DE` and `key=title` are not.
_SOMETIMES = frozenset(
    b"token code key sig auth credential credentials hash state_token session sid sessionid ticket pin nonce".split()
) - {
    b"nonce",
    b"hash",
    b"pin",
}
_TOKEN_LIKE = re.compile(rb"(?=[^\s]*[0-9_\-/+=.])[A-Za-z0-9._~+/=:|%-]{16,}\Z")
#: In a JSON object these are seldom what OAuth means by them.
_NOT_IN_JSON = frozenset({b"code", b"key", b"sid", b"session"})
#: A link is no secret as a whole, whatever it is called; what is secret in it is found in the link itself.
_LINK = re.compile(rb"https?:(?://|\\/\\/)[^\s/@]+(?:[/?#]|\Z)", re.IGNORECASE)


@lru_cache(maxsize=4096)
def normal(name: bytes) -> bytes:
    """A name as it is compared: lower case, without the marks that people put between words."""
    return re.sub(rb"[^a-z0-9]", b"", name.lower())


@lru_cache(maxsize=4096)
def header_is_secret(name: bytes) -> bool:
    """Whether a header's whole value is secret; Authorization and cookies are read by rules of their own."""
    plain = normal(name)
    return plain in _HEADERS or (_ENDINGS.search(plain) is not None and _HARMLESS.search(plain) is None)


@lru_cache(maxsize=4096)
def _always(name: bytes) -> bool:
    plain = normal(name)
    if plain in _SECRET:
        return True
    ending = re.search(
        rb"(?:accesstoken|refreshtoken|idtoken|authtoken|sessiontoken|apikey|apisecret|clientsecret|secretkey|"
        rb"privatekey|password|passwd|passphrase|accesskey|bearertoken|oauthtoken|secret)\Z",
        plain,
    )
    return ending is not None and _HARMLESS.search(plain) is None


def is_secret(name: bytes, value: bytes, *, json: bool = False) -> bool:
    """Whether the value that stands under a name, both decoded, is secret."""
    if not value or value.lower() in (b"true", b"false", b"null", b"none") or _LINK.match(value):
        return False
    verdict = _verdict(name, json)
    return _TOKEN_LIKE.match(value) is not None if verdict is None else verdict


@lru_cache(maxsize=4096)
def _verdict(name: bytes, json: bool) -> bool | None:
    """Whether a name alone makes a value secret; None where the value decides. Names repeat: few are worked out."""
    # `user[password]` and `user.password` are written for the last word.
    last = re.split(rb"[\[.]", name.rstrip(b"]"))[-1] or name
    if json and normal(last) == b"signature":  # of a commit or a document: made to be shown
        return False
    if _always(last) or _always(name):
        return True
    plain = normal(last)
    return False if plain not in _SOMETIMES or (json and plain in _NOT_IN_JSON) else None
