"""The Graph API: users and pages with their own tokens, batches, long-lived tokens, photos, and videos in pieces."""

import hashlib
import hmac
import json
import re
from urllib.parse import parse_qsl, urlsplit

from stand_ins.service import Service, fields, form, parts

API = r"graph\.facebook\.com(?:/v[\d.]+)?"
VIDEO = r"graph-video\.facebook\.com(?:/v[\d.]+)?"
PAGE = "104711"


class Graph(Service):
    """One user with two pages."""

    hosts = ("graph.facebook.com", "graph-video.facebook.com", "rupload.facebook.com", "www.facebook.com")
    environment = {
        "FACEBOOK_ACCESS_TOKEN": "EAAB" + "userTokenOfTheSuite0123456789ZBqLm",
        "FACEBOOK_APP_ID": "1047110471" + "10471",
        "FACEBOOK_APP_SECRET": "0a1b2c3d4e5f6071" + "8293a4b5c6d7e8f9",
    }
    problem_without_route = (404, {"error": {"message": "Unknown path", "type": "OAuthException", "code": 2500}})
    routes = (
        ("GET", rf"{API}/oauth/access_token", "token"),
        ("GET", rf"{API}/debug_token", "debug_token"),
        ("GET", rf"{API}/me/?", "me"),
        ("GET", rf"{API}/me/accounts", "accounts"),
        ("GET", rf"{API}/me/friends", "friends"),
        ("POST", rf"{API}/(\w+)/feed", "feed"),
        ("POST", rf"{API}/(\w+)/photos", "photo"),
        ("DELETE", rf"{API}/(\w+)", "removed"),
        ("POST", API + "/?", "batch"),
        ("POST", rf"{VIDEO}/(\w+)/(?:videos|advideos)", "video"),
        ("POST", r"rupload\.facebook\.com/video-upload/(?:v[\d.]+/)?(\w+)", "rupload"),
        ("GET", r"rupload\.facebook\.com/video-upload/(?:v[\d.]+/)?(\w+)", "rupload_offset"),
    )

    def __init__(self):
        super().__init__()
        mine = self.environment
        self.users = {mine["FACEBOOK_ACCESS_TOKEN"]}
        self.applications = {f"{mine['FACEBOOK_APP_ID']}|{mine['FACEBOOK_APP_SECRET']}"}
        self.pages, self.videos, self.uploads = {}, {}, {}

    def given(self, request):
        """The parameters as text, wherever they are; files are left out."""
        texts = {name: content.decode() for name, head, content in parts(request) if not head.get_filename()}
        return request.query | form(request) | texts

    def may(self, request, given, tokens):
        token = given.get("access_token") or request.headers.get("Authorization", "").removeprefix(
            "OAuth "
        ).removeprefix("Bearer ")
        if token not in tokens:
            return False
        proof = given.get("appsecret_proof")
        secret = self.environment["FACEBOOK_APP_SECRET"].encode()
        if proof is not None:
            self.secrets.add(proof)
        return proof is None or proof == hmac.new(secret, token.encode(), hashlib.sha256).hexdigest()

    def refused(self, request):
        error = {"message": "Invalid OAuth access token.", "type": "OAuthException", "code": 190}
        return self.reply(request, 400, {"error": error})

    def token(self, request):
        given, mine = self.given(request), self.environment
        if (given["client_id"], given["client_secret"]) != (mine["FACEBOOK_APP_ID"], mine["FACEBOOK_APP_SECRET"]):
            return self.refused(request)
        if given.get("grant_type") == "client_credentials":
            token = f"{mine['FACEBOOK_APP_ID']}|{self.handed_out('app', 24)}"
            self.applications.add(token)
            return self.reply(request, 200, {"access_token": token, "token_type": "bearer"})
        if given.get("grant_type") == "fb_exchange_token" and given["fb_exchange_token"] not in self.users:
            return self.refused(request)
        token = self.handed_out("EAAB", 60)
        self.users.add(token)
        self.secrets.update(value for name, value in given.items() if name == "code")
        return self.reply(request, 200, {"access_token": token, "token_type": "bearer", "expires_in": 5183944})

    def debug_token(self, request):
        given = self.given(request)
        if not self.may(request, given, self.applications):
            return self.refused(request)
        valid = given["input_token"] in self.users
        value = {
            "app_id": self.environment["FACEBOOK_APP_ID"],
            "type": "USER",
            "is_valid": valid,
            "user_id": "4711",
            "expires_at": 1801000000,
        }
        return self.reply(request, 200, {"data": value})

    def me(self, request):
        if not self.may(request, self.given(request), self.users | set(self.pages)):
            return self.refused(request)
        return self.reply(request, 200, {"id": "4711", "name": "Suite"})

    def accounts(self, request):
        if not self.may(request, self.given(request), self.users):
            return self.refused(request)
        pages = []
        for name in (PAGE, "104712"):
            token = self.handed_out("EAAP", 50)
            self.pages[token] = name
            pages.append({"access_token": token, "id": name, "name": f"Page {name}", "tasks": ["MANAGE"]})
        return self.reply(request, 200, {"data": pages, "paging": {"cursors": {"before": "QVFI", "after": "QVFJ"}}})

    def friends(self, request):
        """Three pages; the address of the next one holds the token."""
        given = self.given(request)
        if not self.may(request, given, self.users):
            return self.refused(request)
        page = int(given.get("after", "page0").removeprefix("page"))
        value = {"data": [{"id": str(page), "name": f"Friend {page}"}]}
        if page < 2:
            where = f"https://graph.facebook.com/v3.1/me/friends?access_token={given['access_token']}&limit=1&after=page{page + 1}"
            value["paging"] = {"cursors": {"after": f"page{page + 1}"}, "next": where}
        return self.reply(request, 200, value)

    def feed(self, request, owner):
        given = self.given(request)
        tokens = {token for token, page in self.pages.items() if page == owner} if owner != "me" else self.users
        if not self.may(request, given, tokens):
            return self.refused(request)
        return self.reply(request, 200, {"id": f"{'4711' if owner == 'me' else owner}_{len(given['message'])}"})

    def photo(self, request, _owner):
        given = self.given(request)
        if not self.may(request, given, self.users | set(self.pages)) or not fields(request)["source"].startswith(
            b"\x89PNG"
        ):
            return self.refused(request)
        return self.reply(request, 200, {"id": "4712", "post_id": "4711_4712"})

    def removed(self, request, _name):
        if not self.may(request, self.given(request), self.users | set(self.pages)):
            return self.refused(request)
        return self.reply(request, 200, {"success": True})

    def batch(self, request):
        """One response for each request of a batch."""
        given = self.given(request)
        if not self.may(request, given, self.users):
            return self.refused(request)
        answers = []
        for each in json.loads(given["batch"]):
            path = urlsplit(each["relative_url"])
            body = dict(parse_qsl(each.get("body", "")))
            value = (
                {"id": "4711", "name": "Suite"}
                if each["method"] == "GET"
                else {"id": f"4711_{len(body.get('message', ''))}"}
            )
            answers.append(
                {"code": 200, "headers": [], "body": json.dumps(value | {"path": path.path.rpartition("/")[2]})}
            )
        return self.reply(request, 200, answers)

    def video(self, request, _owner):
        given = self.given(request)
        if not self.may(request, given, self.users):
            return self.refused(request)
        match given["upload_phase"]:
            case "start":
                session = "1627019"
                self.videos[session] = {"size": int(given["file_size"]), "got": 0}
                value = {
                    "upload_session_id": session,
                    "video_id": "1627021",
                    "start_offset": "0",
                    "end_offset": self.offset(session),
                }
            case "transfer":
                session = given["upload_session_id"]
                piece = fields(request)["video_file_chunk"]
                assert int(given["start_offset"]) == self.videos[session]["got"]
                self.videos[session]["got"] += len(piece)
                value = {"start_offset": str(self.videos[session]["got"]), "end_offset": self.offset(session)}
            case _:
                video = self.videos[given["upload_session_id"]]
                value = {"success": video["got"] == video["size"]}
        return self.reply(request, 200, value)

    def offset(self, session):
        video = self.videos[session]
        return str(min(video["size"], video["got"] + 100_000))

    def rupload(self, request, name):
        if request.headers.get("Authorization", "").removeprefix("OAuth ") not in self.users:
            return self.refused(request)
        assert int(request.headers["offset"]) == self.uploads.setdefault(name, 0)
        self.uploads[name] += len(request.body)
        done = self.uploads[name] == int(request.headers["file_size"])
        if done:
            del self.uploads[name]
        return self.reply(request, 200, {"success": done})

    def rupload_offset(self, request, name):
        if not re.fullmatch(r"\d+", name):
            return self.refused(request)
        return self.reply(request, 200, {"offset": self.uploads.get(name, 0)})
