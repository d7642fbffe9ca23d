"""Gmail and Google's token service: an access token is made anew each time, and only such a one may send."""

import base64
import email
import email.utils
import json
import secrets

from origins.server import Reply

ENVIRONMENT = {
    "GMAIL_CLIENT_ID": "1234567890-suite" + ".apps.googleusercontent.com",
    "GMAIL_CLIENT_SECRET": "GOCSPX-" + "secretOfTheSuite0kQ2mZ",
    "GMAIL_REFRESH_TOKEN": "1//" + "0refreshTokenOfTheSuite-9sKq",
}


class Gmail:
    """The service; `mood` is what a test wants of it, `given` the access tokens it handed out."""

    hosts = ("gmail.googleapis.com", "www.googleapis.com", "oauth2.googleapis.com", "accounts.google.com")
    environment = ENVIRONMENT

    def __init__(self):
        self.given = set()
        self.begin("")

    def begin(self, mood):
        self.mood = mood
        self.mailed = 0

    def reply(self, request, status, reason, value):
        """In chunks, as Google's front end sends what it compresses."""
        body, coding = request.coded(json.dumps(value, indent=2).encode() + b"\n")
        pieces = [body[start : start + 50] for start in range(0, len(body), 50)]
        chunked = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
        headers = [
            ("Content-Type", "application/json; charset=UTF-8"),
            ("Vary", "Origin"),
            ("Vary", "X-Origin"),
            ("Vary", "Referer"),
            *coding,
            ("Date", email.utils.formatdate(usegmt=True)),
            ("Server", "ESF"),
            ("Cache-Control", "private"),
            ("X-XSS-Protection", "0"),
            ("Server-Timing", f"gfet4t7; dur={secrets.randbelow(500)}"),
            ("Alt-Svc", 'h3=":443"; ma=2592000'),
            ("Transfer-Encoding", "chunked"),
        ]
        return Reply(status, reason, headers, chunked)

    def answer(self, request):
        if request.path == "/token":
            return self.token(request)
        if request.path == "/gmail/v1/users/me/messages/send":
            return self.send(request)
        return self.problem(request, 404, "Not Found", "Requested entity was not found.", "notFound")

    def token(self, request):
        form = request.form
        mine = {f"GMAIL_{name.upper()}": form.get(name) for name in ("client_id", "client_secret", "refresh_token")}
        if mine != ENVIRONMENT or self.mood == "refresh_revoked":
            error = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
            return self.reply(request, 400, "Bad Request", error)
        token = f"ya29.{secrets.token_urlsafe(60)}"
        self.given.add(token)
        value = {
            "access_token": token,
            "expires_in": 3599,
            "scope": "https://www.googleapis.com/auth/gmail.send",
            "token_type": "Bearer",
        }
        return self.reply(request, 200, "OK", value)

    def send(self, request):
        if request.bearer not in self.given or self.mood == "revoked":
            return self.problem(request, 401, "Unauthorized", "Invalid Credentials", "authError")
        if self.mood == "rate_limit":
            message = "User-rate limit exceeded.  Retry after 2024-07-25T01:18:53.022Z"
            return self.problem(request, 429, "Too Many Requests", message, "rateLimitExceeded")
        if self.mood == "server_error":
            return self.problem(request, 500, "Internal Server Error", "Backend Error", "backendError")
        message = email.message_from_bytes(base64.urlsafe_b64decode(json.loads(request.body)["raw"]))
        if not message["To"]:
            return self.problem(request, 400, "Bad Request", "Recipient address required", "invalidArgument")
        self.mailed += 1
        name = f"18c2f0a1b2c3d4{self.mailed:02x}"
        return self.reply(request, 200, "OK", {"id": name, "threadId": name, "labelIds": ["SENT"]})

    def problem(self, request, status, reason, message, kind):
        error = {"message": message, "domain": "global", "reason": kind}
        return self.reply(request, status, reason, {"error": {"code": status, "message": message, "errors": [error]}})
