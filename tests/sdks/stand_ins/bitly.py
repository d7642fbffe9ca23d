"""bit.ly: v4 with groups and clicks, v3, and the links themselves."""

import base64
import json
import time

from stand_ins.service import Service, form

API = r"(?:api-ssl\.bitly\.com|api-ssl\.bit\.ly)"
GROUP = "Ba1bc23dE4F"


class Bitly(Service):
    """The API by its two names, and the host of the links."""

    hosts = ("api-ssl.bitly.com", "api-ssl.bit.ly", "bit.ly", "bitly.com")
    environment = {
        "BITLY_ACCESS_TOKEN": "51ab9f0c" + "7e3d4b6a8c9d0e1f2a3b4c5d6e7f8a9b",
        "BITLY_LOGIN": "suite" + "login4711",
        "BITLY_API_KEY": "R_" + "0123456789abcdef" * 2,
        "BITLY_CLIENT_ID": "b1c2d3e4f5" + "a6b7c8d9e0f1a2b3c4d5e6f7",
        "BITLY_CLIENT_SECRET": "f7e6d5c4b3" + "a2918070605040302010ffee",
    }
    problem_without_route = (404, {"message": "NOT_FOUND"})
    routes = (
        ("POST", rf"{API}/v4/shorten", "shorten"),
        ("POST", rf"{API}/v4/expand", "expand"),
        ("GET", rf"{API}/v4/user", "user"),
        ("GET", rf"{API}/v4/groups", "groups"),
        ("GET", rf"{API}/v4/groups/{GROUP}/bitlinks", "links"),
        ("GET", rf"{API}/v4/bitlinks/bit\.ly/(\w+)/clicks", "clicks"),
        ("GET", rf"{API}/v4/bitlinks/bit\.ly/(\w+)/clicks/summary", "summary"),
        ("GET", rf"{API}/v3/(shorten|expand|link/clicks)", "v3"),
        ("POST", rf"{API}/oauth/access_token", "token"),
        ("HEAD", r"bit\.ly/(\w+)", "link"),
    )

    def __init__(self):
        super().__init__()
        self.tokens = {self.environment["BITLY_ACCESS_TOKEN"]}

    def is_mine(self, request):
        return request.bearer in self.tokens

    def refused(self, request):
        return self.reply(request, 403, {"message": "FORBIDDEN", "resource": "bitlinks"})

    def value(self, address):
        return {
            "created_at": "2019-10-28T12:33:41+0000",
            "id": "bit.ly/eT3aUn",
            "link": "https://bit.ly/eT3aUn",
            "long_url": address,
            "references": {"group": f"https://api-ssl.bitly.com/v4/groups/{GROUP}"},
        }

    def shorten(self, request):
        if not self.is_mine(request):
            return self.refused(request)
        time.sleep(0.05)  # as long as a service takes, so that an SDK's parallel requests do overlap
        return self.reply(request, 201, self.value(json.loads(request.body)["long_url"]))

    def expand(self, request):
        if not self.is_mine(request):
            return self.refused(request)
        link = json.loads(request.body)["bitlink_id"]
        return self.reply(request, 200, {"id": link, "link": f"https://{link}", "long_url": "https://slashdot.org/"})

    def user(self, request):
        if not self.is_mine(request):
            return self.refused(request)
        emails = [{"email": "someone" + "@suite.example", "is_primary": True, "is_verified": True}]
        self.secrets.add("someone" + "@suite.example")
        return self.reply(
            request,
            200,
            {"login": self.environment["BITLY_LOGIN"], "name": "Suite", "emails": emails, "default_group_guid": GROUP},
        )

    def groups(self, request):
        if not self.is_mine(request):
            return self.refused(request)
        return self.reply(request, 200, {"groups": [{"guid": GROUP, "name": "suite", "is_active": True}]})

    def links(self, request):
        """Three pages; the address of the next one is in the response."""
        if not self.is_mine(request):
            return self.refused(request)
        page = int(request.query.get("page", "1"))
        host = request.headers["Host"]
        after = f"https://{host}/v4/groups/{GROUP}/bitlinks?page={page + 1}&size=1" if page < 3 else ""
        links = [self.value(f"https://slashdot.org/{page}")]
        return self.reply(request, 200, {"links": links, "pagination": {"next": after, "page": page, "size": 1}})

    def clicks(self, request, _):
        if not self.is_mine(request):
            return self.refused(request)
        return self.reply(request, 200, {"units": -1, "unit": "day", "link_clicks": [{"clicks": 2}, {"clicks": 5}]})

    def summary(self, request, _):
        if not self.is_mine(request):
            return self.refused(request)
        return self.reply(request, 200, {"unit": request.query["unit"], "total_clicks": 7})

    def v3(self, request, word):
        """By login and key or by token, and status 200 whatever happens."""
        asked, mine = request.query, self.environment
        by_key = (asked.get("login"), asked.get("apiKey")) == (mine["BITLY_LOGIN"], mine["BITLY_API_KEY"])
        if not by_key and asked.get("access_token") not in self.tokens:
            return self.reply(
                request, 200, {"status_code": 500, "status_txt": "INVALID_ARG_ACCESS_TOKEN", "data": None}
            )
        data = {
            "shorten": {
                "url": "http://bit.ly/eT3aUn",
                "hash": "eT3aUn",
                "long_url": asked.get("longUrl"),
                "new_hash": 0,
            },
            "expand": {"expand": [{"short_url": asked.get("shortUrl"), "long_url": "https://slashdot.org/"}]},
            "link/clicks": {"link_clicks": 7, "unit": "day"},
        }[word]
        return self.reply(request, 200, {"status_code": 200, "status_txt": "OK", "data": data})

    def token(self, request):
        """OAuth by a code in the form, or by a user's name and password in Basic."""
        given, mine = form(request), self.environment
        client = f"{mine['BITLY_CLIENT_ID']}:{mine['BITLY_CLIENT_SECRET']}"
        basic = request.headers.get("Authorization") == "Basic " + base64.b64encode(client.encode()).decode()
        self.secrets.update(value for name, value in given.items() if name in ("code", "password"))
        named = (given.get("client_id"), given.get("client_secret")) == (
            mine["BITLY_CLIENT_ID"],
            mine["BITLY_CLIENT_SECRET"],
        )
        if not (basic or named):
            return self.reply(request, 400, {"error": "INVALID_CLIENT"})
        token = self.handed_out("bitly", 30)
        self.tokens.add(token)
        if basic:
            return self.reply(request, 200, {"access_token": token})
        text = f"access_token={token}&login={mine['BITLY_LOGIN']}&apiKey={mine['BITLY_API_KEY']}"
        return self.plain(200, text.encode(), ("Content-Type", "application/x-www-form-urlencoded"))

    def link(self, _request, _name):
        return self.plain(301, b"", ("Location", "https://slashdot.org/"))
