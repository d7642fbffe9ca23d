"""GitHub: repositories, issues by pages, releases with signed links, GraphQL, webhooks, apps and the device flow."""

import hashlib
import json

from stand_ins.service import Service, fields

API = r"api\.github\.com"
WEB = r"github\.com"
REPO = rf"{API}/repos/suite/things"
HOME = "https://api.github.com/repos/suite/things"
CREATED = "2025-10-01T12:00:00Z"


class GitHub(Service):
    """One repository. A run of a workflow completes while it is asked for; each answer has an ETag."""

    hosts = (
        *("api.github.com", "uploads.github.com", "github.com", "codeload.github.com"),
        "release-assets.githubusercontent.com",
    )
    environment = {
        "GITHUB_TOKEN": "ghp_" + "Zq81LmN0pQ7rS2tU5vW8xY1zA4bC7dE0fG3h",
        "GITHUB_WEBHOOK_SECRET": "hook-" + "Aq81LmN0pQ7rS2tU5vW8xY1z",
    }
    problem_without_route = (404, {"message": "Not Found", "status": "404"})
    routes = (
        ("GET", rf"{API}/user", "user"),
        ("GET", REPO, "repository"),
        ("POST", rf"{REPO}/issues", "issue"),
        ("PATCH", rf"{REPO}/issues/(\d+)", "issue"),
        ("GET", rf"{REPO}/issues", "issues"),
        ("GET", rf"{API}/repositories/4711/issues", "issues"),
        ("POST", rf"{REPO}/issues/(\d+)/comments", "comment"),
        ("PUT", rf"{REPO}/contents/notes\.txt", "contents"),
        ("GET", rf"{REPO}/commits/(\w+)", "commit"),
        ("POST", rf"{REPO}/hooks", "hook"),
        ("GET", rf"{REPO}/hooks/1/deliveries/1", "delivery"),
        ("POST", rf"{REPO}/releases", "release"),
        ("POST", r"uploads\.github\.com/repos/suite/things/releases/1/assets", "upload"),
        ("GET", rf"{REPO}/releases/assets/1", "asset"),
        ("GET", rf"{REPO}/tarball/main", "archive"),
        ("POST", rf"{REPO}/check-runs", "check"),
        ("POST", rf"{REPO}/actions/workflows/(\d+)/dispatches", "dispatch"),
        ("GET", rf"{REPO}/actions/workflows/(\d+)", "workflow"),
        ("GET", rf"{REPO}/actions/runs/9", "run"),
        ("GET", rf"{API}/repos/suite/busy", "busy"),
        ("POST", rf"{API}/graphql", "graphql"),
        ("POST", rf"{API}/app/installations/7/access_tokens", "installation"),
        ("GET", rf"{API}/app", "app"),
        ("GET", rf"{API}/app/installations/7", "app"),
    )
    open_routes = (
        ("GET", r"release-assets\.githubusercontent\.com/things/1", "bytes_of_asset"),
        ("GET", r"codeload\.github\.com/suite/things/legacy\.tar\.gz/refs/heads/main", "bytes_of_archive"),
        ("POST", rf"{WEB}/login/device/code", "device"),
        ("POST", rf"{WEB}/login/oauth/access_token", "signed_in"),
    )

    def __init__(self):
        super().__init__()
        self.tokens = {self.environment["GITHUB_TOKEN"]}
        self.address = "someone" + "@suite.example"
        self.secrets.add(self.address)
        self.signatures = set()
        self.polls = 0
        self.limited = False

    def answer(self, request):
        if not request.headers.get("User-Agent"):
            return self.reply(request, 403, {"message": "Request forbidden by administrative rules."})
        host = request.headers["Host"].partition(":")[0]
        if host in ("api.github.com", "uploads.github.com"):
            token = request.headers.get("Authorization", "").partition(" ")[2]
            is_app = request.path.startswith("/app") and token.count(".") == 2
            if token not in self.tokens and not is_app:
                return self.reply(request, 401, {"message": "Bad credentials", "status": "401"})
            return super().answer(request)
        for_all, self.routes = self.routes, self.open_routes
        try:
            return super().answer(request)
        finally:
            self.routes = for_all

    def reply(self, request, status, value, *headers):
        kept = [("X-GitHub-Request-Id", f"C0DE:{len(request.connection.server.asked):04X}:1:2:3")]
        if request.method != "GET" or status != 200:
            return super().reply(request, status, value, *kept, *headers)
        tag = 'W/"' + hashlib.sha256(json.dumps(value).encode()).hexdigest()[:32] + '"'
        kept.append(("ETag", tag))
        if request.headers.get("If-None-Match") == tag:
            return super().reply(request, 304, None, *kept)
        return super().reply(request, status, value, *kept, *headers)

    def user(self, request):
        return self.reply(request, 200, {"login": "suite", "id": 1, "email": self.address, "url": f"{HOME}/user"})

    def repository(self, request):
        owner = {"login": "suite", "id": 1, "url": "https://api.github.com/users/suite"}
        return self.reply(request, 200, {"id": 4711, "full_name": "suite/things", "owner": owner, "url": HOME})

    def issue(self, request, number="5"):
        asked = json.loads(request.body)
        url = f"{HOME}/issues/{number}"
        made = {"number": int(number), "title": asked.get("title", "Broken"), "state": asked.get("state", "open")}
        return self.reply(request, 201 if request.method == "POST" else 200, made | {"url": url, "id": 5})

    def issues(self, request):
        """Three pages of two issues each."""
        number = int(request.query.get("page", 1))
        rows = [
            {"number": at, "title": f"Issue {at}", "url": f"{HOME}/issues/{at}"} for at in (number * 2, number * 2 + 1)
        ]
        link = f'<https://api.github.com/repositories/4711/issues?state=open&page={number + 1}>; rel="next"'
        return self.reply(request, 200, rows, *([("Link", link)] if number < 3 else []))

    def comment(self, request, number):
        return self.reply(
            request, 201, {"id": 8, "body": json.loads(request.body)["body"], "url": f"{HOME}/comments/8"}
        )

    def contents(self, request):
        asked = json.loads(request.body)
        return self.reply(
            request, 201, {"content": {"path": "notes.txt"}, "commit": self.made_commit(asked["message"])}
        )

    def commit(self, request, name):
        if "patch" in request.headers.get("Accept", ""):
            text = f"From 6dcb09b\nFrom: Suite <{self.address}>\nSubject: [PATCH] Notes\n"
            return self.plain(200, text.encode(), ("Content-Type", "application/vnd.github.patch; charset=utf-8"))
        trailer = f"Notes\n\nCo-authored-by: Suite <{self.address}>"
        return self.reply(request, 200, self.made_commit(trailer) | {"commit": self.made_commit(trailer)})

    def made_commit(self, message):
        author = {"name": "Suite", "email": self.address, "date": CREATED}
        return {
            "sha": "6dcb09b",
            "message": message,
            "author": author,
            "committer": author,
            "url": f"{HOME}/commits/6dcb09b",
        }

    def hook(self, request):
        asked = json.loads(request.body)["config"]
        if asked["secret"] != self.environment["GITHUB_WEBHOOK_SECRET"]:
            return self.reply(request, 422, {"message": "Validation Failed"})
        config = {"url": asked["url"], "content_type": "json", "secret": "********"}
        return self.reply(request, 201, {"id": 1, "active": True, "config": config, "url": f"{HOME}/hooks/1"})

    def delivery(self, request):
        sign = hashlib.sha256(b"delivery").hexdigest()
        self.secrets.add(sign)
        sent = {
            "headers": {"X-GitHub-Event": "push", "X-Hub-Signature-256": f"sha256={sign}"},
            "payload": {"ref": "main"},
        }
        return self.reply(request, 200, {"id": 1, "event": "push", "status": "OK", "request": sent})

    def release(self, request):
        upload = "https://uploads.github.com/repos/suite/things/releases/1/assets{?name,label}"
        made = {
            "id": 1,
            "tag_name": json.loads(request.body)["tag_name"],
            "upload_url": upload,
            "url": f"{HOME}/releases/1",
        }
        return self.reply(request, 201, made)

    def upload(self, request):
        made = {"id": 1, "name": request.query["name"], "size": len(request.body), "url": f"{HOME}/releases/assets/1"}
        return self.reply(request, 201, made)

    def asset(self, request):
        if request.headers.get("Accept") != "application/octet-stream":
            return self.reply(request, 200, {"id": 1, "name": "any.txt", "url": f"{HOME}/releases/assets/1"})
        return self.signed_link(request, "https://release-assets.githubusercontent.com/things/1?sp=r&sig=")

    def archive(self, request):
        address = "https://codeload.github.com/suite/things/legacy.tar.gz/refs/heads/main?token="
        return self.signed_link(request, address)

    def signed_link(self, request, address):
        sign = self.handed_out("", 30)
        self.signatures.add(sign)
        return self.plain(302, b"", ("Location", address + sign))

    def bytes_of_asset(self, request):
        if request.query.get("sig") not in self.signatures:
            return self.plain(403, b"signature did not match")
        return self.plain(200, b"hello, asset\n", ("Content-Type", "text/plain"))

    def bytes_of_archive(self, request):
        if request.query.get("token") not in self.signatures:
            return self.plain(404, b"")
        return self.plain(200, b"\x1f\x8b no real archive", ("Content-Type", "application/x-gzip"))

    def check(self, request):
        asked = json.loads(request.body)
        made = {
            "id": 3,
            "name": asked["name"],
            "status": "completed",
            "conclusion": asked["conclusion"],
            "url": f"{HOME}/check-runs/3",
        }
        return self.reply(request, 201, made | {"started_at": CREATED})

    def workflow(self, request, number):
        return self.reply(
            request, 200, {"id": int(number), "name": "Build", "url": f"{HOME}/actions/workflows/{number}"}
        )

    def dispatch(self, request, number):
        self.polls = 0
        return self.plain(204, b"")

    def run(self, request):
        """Completed when it is asked for the third time."""
        status = ("queued", "in_progress", "completed")[min(self.polls, 2)]
        self.polls += 1
        return self.reply(request, 200, {"id": 9, "status": status, "url": f"{HOME}/actions/runs/9"})

    def busy(self, request):
        """Too much at once the first time."""
        self.limited = not self.limited
        if self.limited:
            message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
            return self.reply(request, 403, {"message": message}, ("Retry-After", "0"), ("X-RateLimit-Remaining", "99"))
        return self.repository(request)

    def graphql(self, request):
        asked = json.loads(request.body)
        if "addStar" in asked["query"]:
            mark = asked["variables"]["star"]["clientMutationId"]
            return self.reply(request, 200, {"data": {"addStar": {"clientMutationId": mark}}})
        if asked["variables"].get("name") == "missing":
            error = {"type": "NOT_FOUND", "path": ["repository"], "message": "Could not resolve to a Repository."}
            return self.reply(request, 200, {"data": {"repository": None}, "errors": [error]})
        return self.reply(request, 200, {"data": {"repository": {"name": asked["variables"]["name"]}}})

    def app(self, request):
        return self.reply(request, 200, {"id": 7, "slug": "suite", "url": "https://api.github.com/app/installations/7"})

    def installation(self, request):
        token = self.handed_out("ghs_123456_eyJhbGciOiJSUzI1NiJ9.") + "." + self.handed_out("", 64)
        self.tokens.add(token)
        made = {"token": token, "expires_at": "2099-01-01T00:00:00Z", "permissions": {"metadata": "read"}}
        return self.reply(request, 201, made | {"repository_selection": "all"})

    def device(self, request):
        self.polls = 0
        code = self.handed_out("", 30)
        made = {"device_code": code, "user_code": "WDJB-MJHT", "verification_uri": "https://github.com/login/device"}
        return self.reply(request, 200, made | {"expires_in": 900 * 864, "interval": 0})

    def signed_in(self, request):
        """A token when it is asked for the second time."""
        asked = fields(request) or json.loads(request.body)
        assert asked["device_code"] in self.secrets
        self.polls += 1
        if self.polls == 1:
            return self.reply(request, 200, {"error": "authorization_pending", "error_description": "Pending."})
        token = self.handed_out("gho_", 27)
        self.tokens.add(token)
        return self.reply(request, 200, {"access_token": token, "token_type": "bearer", "scope": "repo"})
