"""Gmail: list, get, attachments, send, drafts, uploads in one piece and resumable, and batches."""

import base64
import email
import json
import re

from stand_ins.service import Service, parts

API = r"(?:gmail|www)\.googleapis\.com"
USER = rf"{API}/gmail/v1/users/me"
UPLOAD = rf"{API}(?:/resumable)?/upload/gmail/v1/users/me"
PHOTO = bytes(range(256)) * 40


def decoded(text):
    """Base64 of URLs, with or without its end."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Mail(Service):
    """The mail of one user."""

    problem_without_route = (404, {"error": {"code": 404, "message": "Requested entity was not found."}})
    routes = (
        ("GET", rf"{USER}/profile", "profile"),
        ("GET", rf"{USER}/messages", "list"),
        ("GET", rf"{USER}/messages/(\w+)", "get"),
        ("GET", rf"{USER}/messages/(\w+)/attachments/([\w-]+)", "attachment"),
        ("POST", rf"{USER}/messages/send", "send"),
        ("POST", rf"{USER}/drafts", "draft"),
        ("POST", rf"{USER}/drafts/send", "send_draft"),
        ("POST", rf"{UPLOAD}/messages/send", "upload"),
        ("PUT", rf"{UPLOAD}/messages/send", "resume"),
        ("POST", rf"{API}/batch(?:/gmail/v1)?", "batch"),
    )

    def __init__(self):
        super().__init__()
        self.tokens, self.uploads = set(), {}
        self.secrets.add("someone@suite" + ".example")

    def is_mine(self, request):
        return request.bearer in self.tokens

    def problem(self, request, status, message):
        return self.reply(request, status, {"error": {"code": status, "message": message}})

    def answer(self, request):
        host = request.headers["Host"].partition(":")[0]
        if re.fullmatch(rf"{API}/(?!oauth2).*", host + request.path) and not self.is_mine(request):
            return self.problem(request, 401, "Invalid Credentials")
        return super().answer(request)

    def profile(self, request):
        return self.reply(request, 200, {"emailAddress": "someone@suite" + ".example", "messagesTotal": 5})

    def list(self, request):
        page = int(request.query.get("pageToken", "page0").removeprefix("page"))
        found = [{"id": f"18c2f0a1b2c3d4{page}{one}", "threadId": f"18c2f0a1b2c3d4{page}0"} for one in (0, 1)]
        value = {"messages": found, "resultSizeEstimate": 6}
        return self.reply(request, 200, value | ({"nextPageToken": f"page{page + 1}"} if page < 2 else {}))

    def get(self, request, name):
        attachment = {"partId": "1", "filename": "photo.png", "body": {"attachmentId": "ANGjdJ8", "size": len(PHOTO)}}
        payload = {"headers": [{"name": "Subject", "value": f"mail {name}"}], "parts": [attachment]}
        return self.reply(request, 200, {"id": name, "threadId": name, "snippet": "Hello", "payload": payload})

    def attachment(self, request, _message, _name):
        data = base64.urlsafe_b64encode(PHOTO).decode()
        return self.reply(request, 200, {"size": len(PHOTO), "data": data})

    def send(self, request):
        return self.sent(request, decoded(json.loads(request.body)["raw"]))

    def sent(self, request, message):
        if not email.message_from_bytes(message)["To"]:
            return self.problem(request, 400, "Recipient address required")
        name = "18c2f0a1b2c3d4e5"
        return self.reply(request, 200, {"id": name, "threadId": name, "labelIds": ["SENT"]})

    def draft(self, request):
        message = decoded(json.loads(request.body)["message"]["raw"])
        assert email.message_from_bytes(message)["To"]
        return self.reply(request, 200, {"id": "r-4711", "message": {"id": "18c2f0a1b2c3d4e6", "labelIds": ["DRAFT"]}})

    def send_draft(self, request):
        assert json.loads(request.body)["id"] == "r-4711"
        return self.reply(request, 200, {"id": "18c2f0a1b2c3d4e7", "labelIds": ["SENT"]})

    def upload(self, request):
        """In one piece, plain or beside its metadata; or the address to which the pieces go."""
        match request.query["uploadType"]:
            case "multipart":
                return self.sent(request, parts(request)[-1][2])
            case "media":
                return self.sent(request, request.body)
        upload = self.handed_out("AFiumC", 60)
        self.uploads[upload] = b""
        where = f"https://{request.headers['Host']}{request.path}?uploadType=resumable&upload_id={upload}"
        return self.plain(200, b"", ("Location", where), ("X-GUploader-UploadID", upload))

    def resume(self, request):
        upload = request.query["upload_id"]
        self.uploads[upload] += request.body
        first, last, total = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+|\*)", request.headers["Content-Range"]).groups()
        assert int(last) + 1 == len(self.uploads[upload]) == int(first) + len(request.body)
        if total == "*" or len(self.uploads[upload]) < int(total):
            return self.plain(308, b"", ("Range", f"bytes=0-{last}"))
        return self.sent(request, self.uploads[upload])

    def batch(self, request):
        """One response for each request in it, under its Content-ID."""
        kind = request.headers["Content-Type"]
        message = email.message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + request.body)
        answers = []
        for part in message.get_payload():
            line = part.get_payload().lstrip().partition("\n")[0]
            name = re.search(r"messages/(\w+)", line)[1]
            body = json.dumps({"id": name, "snippet": f"mail {name}"})
            inner = f"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{body}\r\n"
            number = part["Content-ID"].strip("<>")
            answers.append(f"Content-Type: application/http\r\nContent-ID: <response-{number}>\r\n\r\n{inner}")
        boundary = self.handed_out("batch_", 12)
        text = "".join(f"--{boundary}\r\n{each}\r\n" for each in answers) + f"--{boundary}--\r\n"
        self.secrets.discard(boundary)
        return self.plain(200, text.encode(), ("Content-Type", f"multipart/mixed; boundary={boundary}"))
