"""X: three-legged OAuth 1, application-only tokens, OAuth 2 with PKCE, users, posts, media, and the filtered stream."""

import base64
import hashlib
import json
from urllib.parse import urlencode

from stand_ins import oauth1
from stand_ins.service import Service, fields, form

USER = "1072250532645998596"
API, UPLOAD = r"api\.(?:twitter|x)\.com", r"upload\.(?:twitter|x)\.com"
SITE = r"(?:twitter|x)\.com"


class X(Service):
    """The API by its two names."""

    hosts = ("api.twitter.com", "api.x.com", "twitter.com", "x.com", "upload.twitter.com", "upload.x.com")
    environment = {
        "TWITTER_BEARER_TOKEN": "A" * 22 + "applicationOf" + "TheSuite%3D8s1K",
        "TWITTER_CONSUMER_KEY": "consumerKey" + "0f7hB2wQ",
        "TWITTER_CONSUMER_SECRET": "consumer" + "Secret9dK2lmVz8qPw",
        "TWITTER_ACCESS_TOKEN": USER + "-" + "aB3" * 13 + "x",
        "TWITTER_ACCESS_TOKEN_SECRET": "tokenSecret" + "4kQw0pLmZ71s",
        "TWITTER_CLIENT_ID": "clientOfTheSuite" + "Qk9wT1dGVm8",
        "TWITTER_CLIENT_SECRET": "clientSecret" + "x8Vb2Lq0Tz",
    }
    problem_without_route = (404, {"title": "Not Found Error", "type": "about:blank", "status": 404})
    routes = (
        ("POST", rf"{API}/oauth/request_token", "request_token"),
        ("POST", rf"{API}/oauth/access_token", "access_token"),
        ("POST", rf"{API}/oauth2/token", "application_token"),
        ("GET", rf"{SITE}/i/oauth2/authorize", "authorize"),
        ("POST", rf"{API}/2/oauth2/token", "oauth2_token"),
        ("GET", rf"{API}/2/users/me", "me"),
        ("GET", rf"{API}/2/users/(\d+)/followers", "followers"),
        ("POST", rf"{API}/2/users/(\d+)/likes", "like"),
        ("POST", rf"{API}/2/users/(\d+)/following", "follow"),
        ("POST", rf"{API}/2/tweets", "post"),
        ("GET", rf"{API}/2/tweets/search/stream/rules", "rules"),
        ("POST", rf"{API}/2/tweets/search/stream/rules", "add_rules"),
        ("GET", rf"{API}/2/tweets/search/stream", "stream"),
        ("POST", rf"{UPLOAD}/1\.1/media/upload\.json", "upload"),
        ("GET", rf"{UPLOAD}/1\.1/media/upload\.json", "upload_status"),
        ("POST", rf"{API}/2/media/upload", "upload_v2"),
        ("POST", rf"{API}/2/media/upload/initialize", "initialize"),
        ("POST", rf"{API}/2/media/upload/(\d+)/append", "append"),
        ("POST", rf"{API}/2/media/upload/(\d+)/finalize", "finalize"),
        ("GET", rf"{API}/1\.1/account/verify_credentials\.json", "verify_credentials"),
    )

    def __init__(self):
        super().__init__()
        mine = self.environment
        self.token_secrets = {mine["TWITTER_ACCESS_TOKEN"]: mine["TWITTER_ACCESS_TOKEN_SECRET"]}
        self.verifiers, self.codes, self.refreshes = {}, {}, set()
        self.user_tokens, self.application_tokens = set(), {mine["TWITTER_BEARER_TOKEN"]}
        self.uploads = {}

    # signing in

    def request_token(self, request):
        if not self.is_signed(request, ""):
            return self.refused(request)
        token, secret = self.handed_out("request", 16), self.handed_out("requestSecret", 20)
        self.token_secrets[token] = secret
        return self.text(oauth_token=token, oauth_token_secret=secret, oauth_callback_confirmed="true")

    def access_token(self, request):
        given = oauth1.parameters(request) | form(request) | request.query
        token = given.get("oauth_token", "")
        # X takes a signature without the secret of the token too: python-twitter-v2 does not keep it.
        signed = any(self.is_signed(request, secret) for secret in (self.token_secrets.get(token, ""), ""))
        if not signed or token not in self.token_secrets or given.get("oauth_verifier") != "4711007":
            return self.refused(request)
        token, secret = self.handed_out(f"{USER}-", 30), self.handed_out("accessSecret", 24)
        self.token_secrets[token] = secret
        return self.text(oauth_token=token, oauth_token_secret=secret, user_id=USER, screen_name="TweepyDev")

    def application_token(self, request):
        names = ("TWITTER_CONSUMER_KEY", "TWITTER_CONSUMER_SECRET")
        if not self.is_basic(request, *names) or form(request) != {"grant_type": "client_credentials"}:
            return self.refused(request)
        token = self.handed_out("A" * 22, 40)
        self.application_tokens.add(token)
        return self.reply(request, 200, {"token_type": "bearer", "access_token": token})

    def authorize(self, request):
        """The page on which a user agrees; here the user has agreed before."""
        asked = request.query
        if (
            asked.get("client_id") != self.environment["TWITTER_CLIENT_ID"]
            or asked["code_challenge_method"].upper() != "S256"
        ):
            return self.refused(request)
        code = self.handed_out("code", 40)
        self.codes[code] = asked["code_challenge"]
        back = f"{asked['redirect_uri']}?{urlencode({'state': asked['state'], 'code': code})}"
        return self.plain(302, b"", ("Location", back))

    def oauth2_token(self, request):
        given = form(request) or json.loads(request.body)  # twitter-api-v2 sends JSON
        if given["grant_type"] == "authorization_code":
            digest = hashlib.sha256(given["code_verifier"].encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            self.secrets.add(given["code_verifier"])
            accepted = self.codes.pop(given["code"], None) == challenge
        else:
            accepted = given["refresh_token"] in self.refreshes
            self.refreshes.discard(given["refresh_token"])
        names = ("TWITTER_CLIENT_ID", "TWITTER_CLIENT_SECRET")
        known = self.is_basic(request, *names) or given.get("client_id") == self.environment["TWITTER_CLIENT_ID"]
        if not accepted or not known:
            return self.reply(request, 400, {"error": "invalid_request"})
        token, refresh = self.handed_out("user", 50), self.handed_out("refresh", 50)
        self.user_tokens.add(token)
        self.refreshes.add(refresh)
        scope = "tweet.read users.read offline.access"
        value = {"token_type": "bearer", "expires_in": 7200, "access_token": token, "scope": scope}
        return self.reply(request, 200, value | {"refresh_token": refresh})

    def is_basic(self, request, *names):
        words = ":".join(self.environment[name] for name in names)
        return request.headers.get("Authorization") == "Basic " + base64.b64encode(words.encode()).decode()

    def is_signed(self, request, token_secret):
        given = oauth1.parameters(request)
        mine = self.environment
        known = given.get("oauth_consumer_key") == mine["TWITTER_CONSUMER_KEY"]
        return known and oauth1.is_signed(request, mine["TWITTER_CONSUMER_SECRET"], token_secret)

    def is_user(self, request):
        token = oauth1.parameters(request).get("oauth_token", "")
        if token in self.token_secrets:
            return self.is_signed(request, self.token_secrets[token])
        return request.bearer in self.user_tokens

    def may_read(self, request):
        return request.bearer in self.application_tokens or self.is_user(request)

    def refused(self, request):
        return self.reply(request, 401, {"title": "Unauthorized", "type": "about:blank", "status": 401})

    def text(self, **pairs):
        return self.plain(200, urlencode(pairs).encode(), ("Content-Type", "text/html;charset=utf-8"))

    # users and posts

    def me(self, request):
        if not self.is_user(request):
            return self.refused(request)
        return self.reply(request, 200, {"data": {"id": USER, "name": "Tweepy Testing", "username": "TweepyDev"}})

    def verify_credentials(self, request):
        if not self.is_user(request):
            return self.refused(request)
        return self.reply(request, 200, {"id": int(USER), "id_str": USER, "screen_name": "TweepyDev"})

    def followers(self, request, user):
        if not self.may_read(request) or user != USER:
            return self.refused(request)
        page = int(request.query.get("pagination_token", "page0").removeprefix("page"))
        people = [{"id": str(100 + 2 * page + one), "name": f"F{one}", "username": f"f{page}{one}"} for one in (0, 1)]
        meta = {"result_count": 2} | ({"next_token": f"page{page + 1}"} if page < 2 else {})
        return self.reply(request, 200, {"data": people, "meta": meta})

    def like(self, request, user):
        return self.done(request, user, "liked", "tweet_id")

    def follow(self, request, user):
        return self.done(request, user, "following", "target_user_id")

    def done(self, request, user, word, wanted):
        if not self.is_user(request) or user != USER:
            return self.refused(request)
        assert wanted in json.loads(request.body)
        return self.reply(request, 200, {"data": {word: True}})

    def post(self, request):
        if not self.is_user(request):
            return self.refused(request)
        given = json.loads(request.body)
        media = given.get("media", {}).get("media_ids", [])
        if any(self.uploads.get(each, {}).get("state") != "done" for each in media):
            return self.reply(request, 400, {"title": "Invalid Request", "detail": "Your media IDs are invalid."})
        value = {"id": "1522929456142245888", "text": given["text"], "edit_history_tweet_ids": ["1522929456142245888"]}
        return self.reply(request, 201, {"data": value})

    # media

    def upload(self, request):
        if not self.is_user(request):
            return self.refused(request)
        given = fields(request) | request.query
        given = {
            name: value if isinstance(value, str) or name == "media" else value.decode()
            for name, value in given.items()
        }
        match given.get("command"):
            case None:
                media = self.new_upload(len(given.get("media") or given["media_data"]))
                self.uploads[media]["state"] = "done"
                return self.reply(request, 200, self.media_value(media))
            case "INIT":
                return self.reply(request, 202, self.media_value(self.new_upload(int(given["total_bytes"]))))
            case "APPEND":
                upload = self.uploads[given["media_id"]]
                upload["got"] += len(given["media"] if "media" in given else base64.b64decode(given["media_data"]))
                return self.plain(204, b"")
            case _:
                return self.finalized(request, given["media_id"])

    def finalized(self, request, media):
        upload = self.uploads[media]
        if upload["got"] != upload["size"]:
            return self.reply(request, 400, {"error": "Segments do not add up to provided total file size."})
        upload["state"] = "pending"
        processing = {"state": "pending", "check_after_secs": 0}
        return self.reply(request, 201, self.media_value(media) | {"processing_info": processing})

    def upload_status(self, request):
        if not self.is_user(request):
            return self.refused(request)
        media = request.query["media_id"]
        self.uploads[media]["state"] = "done"
        processing = {"state": "succeeded", "progress_percent": 100}
        return self.reply(request, 200, self.media_value(media) | {"processing_info": processing})

    def new_upload(self, size):
        media = "1146654567674912769"
        self.uploads[media] = {"size": size, "got": 0, "state": "open"}
        return media

    def media_value(self, media):
        return {
            "media_id": int(media),
            "media_id_string": media,
            "size": self.uploads[media]["size"],
            "expires_after_secs": 86400,
        }

    def upload_v2(self, request):
        if not self.is_user(request):
            return self.refused(request)
        media = self.new_upload(len(fields(request)["media"]))
        self.uploads[media]["state"] = "done"
        return self.reply(request, 200, {"data": {"id": media, "media_key": f"3_{media}"}})

    def initialize(self, request):
        if not self.is_user(request):
            return self.refused(request)
        media = self.new_upload(json.loads(request.body)["total_bytes"])
        return self.reply(request, 200, {"data": {"id": media, "media_key": f"3_{media}"}})

    def append(self, request, media):
        self.uploads[media]["got"] += len(fields(request)["media"])
        return self.reply(request, 200, {"data": {"expires_at": 1766000000}})

    def finalize(self, request, media):
        upload = self.uploads[media]
        if upload["got"] != upload["size"]:
            return self.reply(request, 400, {"title": "Invalid Request"})
        upload["state"] = "done"
        return self.reply(request, 200, {"data": {"id": media, "media_key": f"3_{media}", "size": upload["size"]}})

    # the filtered stream

    def rules(self, request):
        if request.bearer not in self.application_tokens:
            return self.refused(request)
        return self.reply(
            request,
            200,
            {"data": [{"id": "1", "value": "recproxy", "tag": "t"}], "meta": {"sent": "2026-11-28T00:00:00Z"}},
        )

    def add_rules(self, request):
        if request.bearer not in self.application_tokens:
            return self.refused(request)
        added = json.loads(request.body).get("add", [])
        rules = [{"id": str(number + 1)} | rule for number, rule in enumerate(added)]
        return self.reply(request, 201, {"data": rules, "meta": {"summary": {"created": len(rules)}}})

    def stream(self, request):
        """Posts as they come, kept open until the client leaves."""
        if request.bearer not in self.application_tokens:
            return self.refused(request)
        out = request.connection.wfile
        out.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        for number in range(3):
            post = {"data": {"id": str(number + 1), "text": f"post {number + 1}"}, "matching_rules": [{"id": "1"}]}
            _chunk(out, json.dumps(post).encode() + b"\r\n")
        _chunk(out, b"\r\n")
        while request.connection.rfile.read(1):
            pass
        return None


def _chunk(out, data):
    out.write(b"%x\r\n%s\r\n" % (len(data), data))
    out.flush()
