"""bit.ly: v4 by bearer token; v3, whose failures are bodies under a status of 200."""

import email.utils
import json
import secrets

from origins.server import Reply

TOKEN = "bitly-token-of-the-suite" + "-51ab9f0c"
LINKS = {"http://slashdot.org/": "eT3aUn"}


class Bitly:
    """The service; `mood` is what a test wants of it. A link that was shortened before is answered with 200, not 201."""

    hosts = ("api-ssl.bitly.com", "api-ssl.bit.ly", "api.bitly.com", "api.bit.ly", "bitly.com", "bit.ly", "j.mp")
    environment = {"BITLY_ACCESS_TOKEN": TOKEN}

    def __init__(self):
        self.begin("")

    def begin(self, mood):
        self.mood = mood
        self.known = set(LINKS) if mood == "duplicate" else set()

    def reply(self, request, status, reason, value):
        body, coding = request.coded(json.dumps(value).encode())
        headers = [
            ("Server", "nginx"),
            ("Date", email.utils.formatdate(usegmt=True)),
            ("Content-Type", "application/json"),
            *coding,
            ("Content-Length", str(len(body))),
            ("Strict-Transport-Security", "max-age=31536000"),
            ("X-RateLimit-Remaining", str(secrets.randbelow(1000))),
            ("Via", "1.1 google"),
        ]
        return Reply(status, reason, headers, body)

    def answer(self, request):
        if (request.method, request.path) == ("POST", "/v4/shorten"):
            return self.v4(request)
        if (request.method, request.path) == ("GET", "/v3/shorten"):
            return self.reply(request, 200, "OK", self.v3(request))
        return self.reply(request, 404, "Not Found", {"message": "NOT_FOUND"})

    def v4(self, request):
        moods = {
            "rate_limit": (429, "Too Many Requests", "MONTHLY_RATE_LIMIT_EXCEEDED"),
            "revoked": (403, "Forbidden", "FORBIDDEN"),
            "server_error": (503, "Service Unavailable", "TEMPORARILY_UNAVAILABLE"),
        }
        status, reason, message = moods.get(self.mood, (0, "", ""))
        if request.bearer != TOKEN:
            status, reason, message = moods["revoked"]
        if status:
            return self.reply(request, status, reason, {"message": message, "resource": "bitlinks"})
        link = json.loads(request.body)["long_url"]
        short = self.shortened(link)
        value = {
            "created_at": "2019-10-28T12:33:41+0000",
            "id": f"bit.ly/{short}",
            "link": f"https://bit.ly/{short}",
            "custom_bitlinks": [],
            "long_url": link,
            "references": {"group": "https://api-ssl.bitly.com/v4/groups/Ba1bc23dE4F"},
        }
        known = link in self.known
        self.known.add(link)
        return self.reply(request, *((200, "OK") if known else (201, "Created")), value)

    def v3(self, request):
        moods = {
            "rate_limit": (403, "RATE_LIMIT_EXCEEDED"),
            "revoked": (500, "INVALID_ARG_ACCESS_TOKEN"),
            "server_error": (503, "TEMPORARILY_UNAVAILABLE"),
        }
        code, text = moods.get(self.mood, (200, "OK"))
        if request.query.get("access_token") != TOKEN:
            code, text = moods["revoked"]
        link = request.query.get("longUrl", "")
        short = self.shortened(link)
        data = {"long_url": link, "url": f"http://bit.ly/{short}", "hash": short, "global_hash": "4bUBn", "new_hash": 1}
        return {"status_code": code, "status_txt": text, "data": data if code == 200 else None}

    @staticmethod
    def shortened(link):
        return LINKS.get(link, "4bUBn")
