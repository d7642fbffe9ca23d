"""Twitter: v2 by bearer token, v1.1 by OAuth 1 with the signature verified, v1 as of 2011."""

import base64
import email.utils
import hashlib
import hmac
import json
import secrets
from urllib.parse import parse_qsl, quote

from origins.server import Reply

ENVIRONMENT = {
    "TWITTER_BEARER_TOKEN": "A" * 22 + "bearerOf" + "TheSuite%3D8s1K",
    "TWITTER_CONSUMER_KEY": "consumerKey" + "0f7hB2wQ",
    "TWITTER_CONSUMER_SECRET": "consumer" + "Secret9dK2lmVz8qPw",
    "TWITTER_ACCESS_TOKEN": "1072250532645998596" + "-" + "aB3" * 13 + "x",
    "TWITTER_ACCESS_TOKEN_SECRET": "tokenSecret" + "4kQw0pLmZ71s",
}
ME = {"id": "1072250532645998596", "name": "Tweepy Testing", "username": "TweepyDev"}
FOLLOWERS = [
    {"id": "2244994945", "name": "X Dev", "username": "TwitterDev"},
    {"id": "783214", "name": "Twitter", "username": "Twitter"},
]


class Twitter:
    """The service; `mood` is what a test wants of it."""

    hosts = ("api.twitter.com", "api.x.com", "twitter.com", "x.com", "*.twimg.com", "upload.twitter.com")
    environment = ENVIRONMENT

    def __init__(self):
        self.begin("")

    def begin(self, mood):
        self.mood = mood
        self.left = 200

    def answer(self, request):
        self.left -= 1
        if request.path.startswith("/2/"):
            return self.v2(request)
        if request.path == "/1.1/statuses/update.json":
            return self.v1_1(request)
        if request.path == "/statuses/update.json":
            return self.reply(request, 200, "OK", {"id": 123}, kind="application/json; charset=UTF-8")
        return self.reply(request, 404, "Not Found", {"errors": [{"code": 34, "message": "Sorry, no such page"}]})

    def reply(self, request, status, reason, value, *, kind="application/json; charset=utf-8", reset=1651930551):
        """Headers as the service sends them: some change with each answer, some come twice."""
        body, coding = request.coded(json.dumps(value, separators=(",", ":")).encode())
        headers = [
            ("date", email.utils.formatdate(usegmt=True)),
            ("perf", f"{secrets.randbelow(10**9)}"),
            ("server", "tsa_b"),
            ("set-cookie", f"guest_id_marketing=v1%3A{secrets.randbelow(10**18)}; Max-Age=63072000; Path=/; Secure"),
            ("set-cookie", f"guest_id=v1%3A{secrets.randbelow(10**18)}; Max-Age=63072000; Path=/; Secure"),
            ("api-version", "2.42"),
            ("content-type", kind),
            *coding,
            ("x-rate-limit-limit", "200"),
            ("x-rate-limit-reset", str(reset)),
            ("x-rate-limit-remaining", str(self.left)),
            ("x-transaction-id", secrets.token_hex(8)),
            ("strict-transport-security", "max-age=631138519"),
            ("x-response-time", str(secrets.randbelow(200))),
            ("x-connection-hash", secrets.token_hex(32)),
            ("content-length", str(len(body))),
        ]
        return Reply(status, reason, [line for line in headers if line[0] != "perf"], body)

    def v2(self, request):
        if request.path == "/2/tweets/20":  # a public post, which nobody signs in for here
            return self.reply(request, 200, "OK", {"data": {"id": "20", "text": "just setting up my twttr"}})
        if request.bearer != ENVIRONMENT["TWITTER_BEARER_TOKEN"] or self.mood == "revoked":
            return self.problem(request, 401, "Unauthorized")
        if self.mood == "rate_limit":
            return self.problem(request, 429, "Too Many Requests")
        if self.mood == "server_error":
            return self.problem(request, 503, "Service Unavailable")
        if request.path == "/2/users/me":
            return self.reply(request, 200, "OK", {"data": ME})
        if request.path == f"/2/users/{ME['id']}/followers":
            return self.reply(request, 200, "OK", {"data": FOLLOWERS, "meta": {"result_count": 2}})
        if (request.method, request.path) == ("POST", "/2/tweets"):
            if self.mood == "duplicate":
                detail = "You are not allowed to create a Tweet with duplicate content."
                return self.problem(request, 403, "Forbidden", detail)
            text = json.loads(request.body)["text"]
            return self.reply(request, 201, "Created", {"data": {"id": "1522929456142245888", "text": text}})
        return self.problem(request, 404, "Not Found")

    def problem(self, request, status, title, detail=None):
        value = {"title": title, "detail": detail or title, "type": "about:blank", "status": status}
        return self.reply(request, status, title, value, kind="application/problem+json")

    def v1_1(self, request):
        kind = "application/json;charset=utf-8"
        if self.mood == "rate_limit":
            error = {"code": 88, "message": "Rate limit exceeded"}
            return self.reply(request, 429, "Too Many Requests", {"errors": [error]}, kind=kind, reset=1562985174)
        if not signed(request):
            error = {"code": 32, "message": "Could not authenticate you."}
            return self.reply(request, 401, "Authorization Required", {"errors": [error]}, kind=kind)
        if self.mood == "duplicate":
            error = {"code": 187, "message": "Status is a duplicate."}
            return self.reply(request, 403, "Forbidden", {"errors": [error]}, kind=kind)
        status = {"id": 1149868020346556416, "id_str": "1149868020346556416", "text": request.form["status"]}
        return self.reply(request, 200, "OK", status | {"truncated": False}, kind=kind)


def signed(request):
    """Whether the signature in the form is the one of RFC 5849 for this request and our secrets."""
    pairs = parse_qsl(request.body.decode(), keep_blank_values=True)
    given = dict(pairs).get("oauth_signature", "")
    rest = sorted((escaped(name), escaped(value)) for name, value in pairs if name != "oauth_signature")
    url = f"https://{request.headers['Host']}{request.path}"
    base = "&".join((request.method, escaped(url), escaped("&".join(f"{name}={value}" for name, value in rest))))
    names = ("TWITTER_CONSUMER_SECRET", "TWITTER_ACCESS_TOKEN_SECRET")
    key = "&".join(escaped(ENVIRONMENT[name]) for name in names)
    wanted = base64.b64encode(hmac.digest(key.encode(), base.encode(), hashlib.sha1)).decode()
    return hmac.compare_digest(given, wanted) and dict(pairs)["oauth_token"] == ENVIRONMENT["TWITTER_ACCESS_TOKEN"]


def escaped(text):
    return quote(text, safe="")
