"""What the stand-ins share: routes, JSON responses, values handed out."""

import email
import email.utils
import json
import re
import secrets
from urllib.parse import parse_qsl

from origins.server import Reply


class Service:
    """Routes are (method, pattern of host and path, name of a method), tried in order."""

    routes = ()
    problem_without_route = (404, {"error": "no such page"})

    def __init__(self):
        self.secrets = set(self.environment.values())

    def answer(self, request):
        host = request.headers["Host"].partition(":")[0]
        for method, pattern, name in self.routes:
            if method == request.method and (found := re.fullmatch(pattern, host + request.path)):
                return getattr(self, name)(request, *found.groups())
        return self.reply(request, *self.problem_without_route)

    def reply(self, request, status, value, *headers):
        """A response in JSON, coded as the client takes it."""
        body, coding = request.coded(json.dumps(value).encode()) if value is not None else (b"", [])
        kind = [("Content-Type", "application/json; charset=utf-8")] if value is not None else []
        return self.plain(status, body, *kind, *coding, *headers)

    def plain(self, status, body, *headers):
        date = ("Date", email.utils.formatdate(usegmt=True))
        length = () if status == 204 else (("Content-Length", str(len(body))),)
        return Reply(status, "Said", [date, *headers, *length], body)

    def handed_out(self, prefix, size=24):
        """A new secret."""
        value = prefix + secrets.token_urlsafe(size).replace("-", "7").replace("_", "8")
        self.secrets.add(value)
        return value


def form(request):
    """The form of a body, if it is one."""
    if not request.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        return {}
    return dict(parse_qsl(request.body.decode(), keep_blank_values=True))


def parts(request):
    """The parts of a multipart body: (name, head, content) each, the head as an email.message.Message."""
    kind = email.message_from_string(f"Content-Type: {request.headers.get('Content-Type', '')}\n\n")
    boundary = kind.get_boundary()
    if boundary is None:
        return []
    found = []
    for piece in re.split(rb"\r?\n--" + re.escape(boundary.encode()), b"\n" + request.body)[1:-1]:
        text, content = re.split(rb"\r?\n\r?\n", piece, maxsplit=1)
        head = email.message_from_bytes(text.lstrip() + b"\n\n")
        found.append((head.get_param("name", header="content-disposition"), head, content))
    return found


def fields(request):
    """The fields of a form or of a multipart body."""
    return form(request) | {name: content for name, _, content in parts(request)}
