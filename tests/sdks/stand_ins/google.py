"""Google's token services: refresh, code flow with PKCE, and service accounts; the mail itself is in google_mail.py."""

import base64
import hashlib
import json
import time
from functools import cache

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from stand_ins.google_mail import Mail, decoded
from stand_ins.service import form

ACCOUNT = "suite@project-4711.iam.gserviceaccount.com"


@cache
def key():
    return rsa.generate_private_key(65537, 2048)


def account_file():
    """The JSON of a service account, as the console hands it out."""
    pem = (
        key()
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )
    return {
        "type": "service_account",
        "project_id": "project-4711",
        "private_key_id": "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
        "private_key": pem,
        "client_email": ACCOUNT,
        "client_id": "104711047110471104711",
        "token_uri": "https://oauth2.googleapis.com/token",
    }


class Google(Mail):
    """Tokens and mail."""

    hosts = ("gmail.googleapis.com", "www.googleapis.com", "oauth2.googleapis.com", "accounts.google.com")
    environment = {
        "GMAIL_CLIENT_ID": "1234567890-suite" + ".apps.googleusercontent.com",
        "GMAIL_CLIENT_SECRET": "GOCSPX-" + "secretOfTheSuite0kQ2mZ1x9L",
        "GMAIL_REFRESH_TOKEN": "1//" + "0refreshTokenOfTheSuite-9sKqLm3Vx",
    }
    routes = (
        ("POST", r"(?:oauth2|www)\.googleapis\.com/(?:oauth2/v4/)?token", "token"),
        ("GET", r"accounts\.google\.com/o/oauth2/(?:v2/)?auth", "authorize"),
        *Mail.routes,
    )

    def __init__(self):
        super().__init__()
        self.codes, self.refreshes = {}, {self.environment["GMAIL_REFRESH_TOKEN"]}

    def authorize(self, request):
        asked = request.query
        if asked["client_id"] != self.environment["GMAIL_CLIENT_ID"]:
            return self.problem(request, 401, "invalid_client")
        code = self.handed_out("4/0A", 50)
        self.codes[code] = asked.get("code_challenge")
        state = f"state={asked['state']}&" if "state" in asked else ""
        back = f"{asked['redirect_uri']}?{state}code={code}&scope={asked['scope'].replace(' ', '%20')}"
        return self.plain(302, b"", ("Location", back))

    def token(self, request):
        given = form(request)
        if not self.is_accepted(given, request.headers.get("Authorization", "")):
            return self.reply(request, 400, {"error": "invalid_grant", "error_description": "Bad Request"})
        token = self.handed_out("ya29.a0Af", 80)
        self.tokens.add(token)
        value = {"access_token": token, "expires_in": 3599, "token_type": "Bearer"}
        if given["grant_type"] == "authorization_code":
            refresh = self.handed_out("1//0g", 60)
            self.refreshes.add(refresh)
            value |= {"refresh_token": refresh, "scope": "https://www.googleapis.com/auth/gmail.modify"}
        return self.reply(request, 200, value)

    def is_accepted(self, given, basic):
        if given["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer":
            return self.is_asserted(given["assertion"])
        mine = self.environment
        client = (given.get("client_id"), given.get("client_secret"))
        if basic.startswith("Basic "):
            client = tuple(base64.b64decode(basic[6:]).decode().split(":"))
        if client != (mine["GMAIL_CLIENT_ID"], mine["GMAIL_CLIENT_SECRET"]):
            return False
        if given["grant_type"] == "refresh_token":
            return given["refresh_token"] in self.refreshes
        if given["code"] not in self.codes:
            return False
        challenge = self.codes.pop(given["code"])
        if challenge is None:
            return True
        self.secrets.add(given["code_verifier"])
        digest = hashlib.sha256(given["code_verifier"].encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge

    def is_asserted(self, assertion):
        """Whether a JWT is signed by our service account, for us, and of now."""
        self.secrets.add(assertion)
        head, _, signature = assertion.rpartition(".")
        key().public_key().verify(decoded(signature), head.encode(), padding.PKCS1v15(), hashes.SHA256())
        claims = json.loads(decoded(head.partition(".")[2]))
        return claims["iss"] == ACCOUNT and claims["iat"] - 5 <= time.time() <= claims["exp"]
