"""Slack: methods of the Web API, uploads in three steps, incoming webhooks, opening socket mode."""

import hashlib
import json
import re

from stand_ins.service import Service, fields

API = r"slack\.com/api"
TOKENS = (
    "xox" + "b-1234567890-1234567890-abcdefGHIJKLmnopQRSTuvwx",
    "xap" + "p-1-A0000000001-1234567890-" + "0a1b2c3d" * 8,
)
HOOK = "T0000000001/B0000000001/" + "aB3dE5gH7jK9mN1pQ3sT5vX7"


class Slack(Service):
    """Says ok=false as the real one does: with status 200. The token may be a header, a parameter or a field."""

    hosts = ("slack.com", "files.slack.com", "hooks.slack.com")
    environment = {
        "SLACK_BOT_TOKEN": TOKENS[0],
        "SLACK_APP_TOKEN": TOKENS[1],
        "SLACK_WEBHOOK_URL": f"https://hooks.slack.com/services/{HOOK}",
    }
    problem_without_route = (404, {"ok": False, "error": "unknown_method"})
    routes = (
        ("POST", rf"{API}/auth\.test", "auth"),
        ("POST", rf"{API}/chat\.postMessage", "post"),
        ("POST", rf"{API}/chat\.update", "post"),
        ("GET|POST", rf"{API}/conversations\.list", "channels"),
        ("GET|POST", rf"{API}/conversations\.history", "history"),
        ("GET|POST", rf"{API}/users\.(?:info|lookupByEmail)", "user"),
        ("POST", rf"{API}/files\.getUploadURLExternal", "address"),
        ("POST", r"files\.slack\.com/upload/v1/(\w+)", "upload"),
        ("POST", rf"{API}/files\.completeUploadExternal", "complete"),
        ("POST", rf"{API}/apps\.connections\.open", "socket"),
        ("POST", r"hooks\.slack\.com/services/([\w/]+)", "hook"),
    )

    def __init__(self):
        super().__init__()
        self.secrets |= {HOOK, HOOK.rpartition("/")[2]}
        self.posted = {}
        self.uploads = {}
        self.limited = False

    def answer(self, request):
        host = request.headers["Host"].partition(":")[0]
        token = request.bearer or asked(request).get("token")
        if host == "slack.com" and token not in TOKENS:
            return self.refused(request, "not_authed" if token is None else "invalid_auth")
        for methods, pattern, name in self.routes:
            if request.method in methods.split("|") and (found := re.fullmatch(pattern, host + request.path)):
                return getattr(self, name)(request, *found.groups())
        return self.reply(request, *self.problem_without_route)

    def reply(self, request, status, value, *headers):
        """A response in JSON as Slack writes it: slashes are escaped."""
        body = json.dumps(value).replace("/", "\\/").encode()
        return self.plain(status, body, ("Content-Type", "application/json; charset=utf-8"), *headers)

    def refused(self, request, error, status=200, *headers):
        return self.reply(request, status, {"ok": False, "error": error}, *headers)

    def auth(self, request):
        return self.reply(
            request, 200, {"ok": True, "team": "Example", "user": "bot", "user_id": "U1", "team_id": "T1"}
        )

    def post(self, request):
        """A message or its change; the first that says `again` is one too many, and C404 does not exist."""
        given = asked(request)
        if given["channel"] == "C404":
            return self.refused(request, "channel_not_found")
        self.limited = given["text"] == "again" and not self.limited
        if self.limited:
            return self.refused(request, "ratelimited", 429, ("Retry-After", "1"))
        ts = given.get("ts") or self.posted.setdefault(given["text"], f"17593200{len(self.posted):02}.000100")
        message = {"type": "message", "user": "U1", "text": given["text"], "ts": ts}
        return self.reply(request, 200, {"ok": True, "channel": given["channel"], "ts": ts, "message": message})

    def channels(self, request):
        """Three pages of one channel each."""
        number = int(asked(request).get("cursor") or "cursor1".removeprefix("cursor")[-1:])
        following = str(number + 1) if number < 3 else ""
        one = {"id": f"C{number}", "name": f"channel-{number}"}
        more = {"response_metadata": {"next_cursor": following}}
        return self.reply(request, 200, {"ok": True, "channels": [one], **more})

    def history(self, request):
        said = {"type": "message", "user": "U1", "text": "hello", "ts": "1759320000.000100"}
        return self.reply(request, 200, {"ok": True, "messages": [said], "has_more": False})

    def user(self, request):
        address = asked(request).get("email") or "someone" + "@suite.example"
        self.secrets.add(address)
        one = {"id": "U1", "name": "someone", "profile": {"real_name": "Someone", "email": address}}
        return self.reply(request, 200, {"ok": True, "user": one})

    def address(self, request):
        """The address for a file: each time another one, which is good for one upload."""
        key, given = self.handed_out("Cw"), asked(request)
        name = "F" + hashlib.sha256(given["filename"].encode()).hexdigest()[:10].upper()
        self.uploads[key] = int(given["length"])
        found = {"ok": True, "upload_url": f"https://files.slack.com/upload/v1/{key}", "file_id": name}
        return self.reply(request, 200, found)

    def upload(self, request, key):
        file = request.body
        if request.headers.get("Content-Type", "").startswith("multipart/form-data"):
            file = file.partition(b"\r\n\r\n")[2].rpartition(b"\r\n--")[0]  # node's SDK sends one part
        if self.uploads.pop(key, None) != len(file):
            return self.plain(400, b"bad upload", ("Content-Type", "text/plain"))
        return self.plain(200, b"OK - %d" % len(file), ("Content-Type", "text/plain"))

    def complete(self, request):
        files = asked(request)["files"]
        return self.reply(request, 200, {"ok": True, "files": json.loads(files) if isinstance(files, str) else files})

    def socket(self, request):
        if request.bearer != TOKENS[1]:
            return self.refused(request, "not_allowed_token_type")
        url = f"wss://wss-primary.slack.com/link/?ticket={self.handed_out('t')}&app_id=a1"
        return self.reply(request, 200, {"ok": True, "url": url})

    def hook(self, request, path):
        words = ("Content-Type", "text/html")
        if path != HOOK:
            return self.plain(404, b"no_service", words)
        given = json.loads(request.body)
        if not isinstance(given.get("text"), str):
            return self.plain(400, b"invalid_payload", words)
        return self.plain(200, b"ok", words)


def asked(request):
    """The parameters, wherever a client puts them."""
    if request.headers.get("Content-Type", "").startswith("application/json"):
        return request.query | json.loads(request.body)
    if request.headers["Host"].startswith("files."):
        return {}
    return request.query | fields(request)
