"""Anthropic: messages with tools and streams, counting, models by pages, batches, files."""

import hashlib
import json

from stand_ins.events import cities, send_events
from stand_ins.service import Service, parts

API = r"api\.anthropic\.com/v1"
MODEL = "claude-sonnet-5"
CREATED = "2025-10-01T12:00:00Z"


class Anthropic(Service):
    """Answers `You said: ...`, in as many pieces as it has words; asked for the weather, it wants a tool."""

    hosts = ("api.anthropic.com",)
    environment = {
        "ANTHROPIC_API_KEY": "sk-ant-api03-" + "Zq81LmN0pQ7rS2tU5vW8xY1zA4bC7dE0",
        "ANTHROPIC_AUTH_TOKEN": "sk-ant-oat01-" + "Aq81LmN0pQ7rS2tU5vW8xY1zA4bC7dE0",
    }
    problem_without_route = (404, {"type": "error", "error": {"type": "not_found_error", "message": "Not found"}})
    routes = (
        ("POST", rf"{API}/messages", "message"),
        ("POST", rf"{API}/messages/count_tokens", "count"),
        ("GET", rf"{API}/models", "models"),
        ("POST", rf"{API}/messages/batches", "batch"),
        ("GET", rf"{API}/messages/batches/(\w+)", "batch"),
        ("GET", rf"{API}/messages/batches/(\w+)/results", "results"),
        ("POST", rf"{API}/files", "upload"),
        ("GET", rf"{API}/organizations/users", "users"),
    )

    def __init__(self):
        super().__init__()
        self.organization = "3f0a1c2e-7b4d-4e5f-8a9b-0c1d2e3f4a5b"
        self.secrets.add(self.organization)
        self.limited = False
        self.polls = {}

    def answer(self, request):
        if not {request.headers.get("x-api-key"), request.bearer} & {*self.environment.values()}:
            return self.refused(request, 401, "authentication_error", "invalid x-api-key")
        if not request.headers.get("anthropic-version"):
            return self.refused(request, 400, "invalid_request_error", "anthropic-version: header is required")
        return super().answer(request)

    def refused(self, request, status, kind, message, *headers):
        return self.reply(request, status, {"type": "error", "error": {"type": kind, "message": message}}, *headers)

    def reply(self, request, status, value, *headers):
        known = (("request-id", f"req_{_id(request)}"), ("anthropic-organization-id", self.organization))
        return super().reply(request, status, value, *known, *headers)

    def message(self, request):
        asked = json.loads(request.body)
        said = asked["messages"][-1]["content"]
        self.limited = said == "again" and not self.limited
        if self.limited:
            wait = ("retry-after", "1"), ("retry-after-ms", "20"), ("anthropic-ratelimit-requests-remaining", "0")
            return self.refused(request, 429, "rate_limit_error", "This request would exceed the rate limit.", *wait)
        content, stop = [{"type": "text", "text": f"You said: {_text(said)}"}], "end_turn"
        if asked.get("tools") and isinstance(said, str):
            calls = [
                {
                    "type": "tool_use",
                    "id": f"toolu_{_id(request)}{number or ''}",
                    "name": "get_weather",
                    "input": {"city": city},
                }
                for number, city in enumerate(cities(said))
            ]
            content, stop = [{"type": "text", "text": "Let me see."}, *calls], "tool_use"
        whole = {"id": f"msg_{_id(request)}", "type": "message", "role": "assistant", "model": MODEL}
        whole |= {"content": content, "stop_reason": stop, "stop_sequence": None}
        whole["usage"] = {"input_tokens": 9, "output_tokens": 3}
        if not asked.get("stream"):
            return self.reply(request, 200, whole)
        return send_events(request, _events(whole), ("request-id", f"req_{_id(request)}"))

    def count(self, request):
        return self.reply(request, 200, {"input_tokens": len(request.body)})

    def models(self, request):
        """Three pages of one model each."""
        number = int(request.query.get("after_id", "claude-0").removeprefix("claude-")) + 1
        one = {"type": "model", "id": f"claude-{number}", "display_name": f"Claude {number}", "created_at": CREATED}
        edges = {"first_id": one["id"], "last_id": one["id"], "has_more": number < 3}
        return self.reply(request, 200, {"data": [one], **edges})

    def batch(self, request, name="msgbatch_abc123"):
        """Ended when it is asked for the second time."""
        count = self.polls[name] = 0 if request.method == "POST" else min(self.polls[name] + 1, 2)
        counts = {"processing": 2 - count, "succeeded": count, "errored": 0, "canceled": 0, "expired": 0}
        made = {"id": name, "type": "message_batch", "request_counts": counts, "created_at": CREATED}
        made |= {"processing_status": "ended" if count == 2 else "in_progress", "expires_at": "2025-10-02T12:00:00Z"}
        results = f"https://api.anthropic.com/v1/messages/batches/{name}/results" if count == 2 else None
        return self.reply(request, 200, made | {"results_url": results})

    def results(self, request, _):
        said = {"type": "text", "text": "done"}
        message = {"id": "msg_1", "type": "message", "role": "assistant", "model": MODEL, "content": [said]}
        message |= {"stop_reason": "end_turn", "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1}}
        rows = [{"custom_id": name, "result": {"type": "succeeded", "message": message}} for name in ("a", "b")]
        text = "".join(json.dumps(row) + "\n" for row in rows)
        return self.plain(200, text.encode(), ("Content-Type", "application/x-jsonl"))

    def upload(self, request):
        ((_, head, content),) = (each for each in parts(request) if each[0] == "file")
        made = {"id": "file_abc123", "type": "file", "size_bytes": len(content), "created_at": CREATED}
        name = head.get_param("filename", header="content-disposition")
        return self.reply(request, 200, made | {"filename": name, "mime_type": "text/plain", "downloadable": False})

    def users(self, request):
        address = "someone" + "@suite.example"
        self.secrets.add(address)
        one = {"type": "user", "id": "user_1", "name": "Suite", "email": address, "role": "admin", "added_at": CREATED}
        return self.reply(request, 200, {"data": [one], "has_more": False, "first_id": "user_1", "last_id": "user_1"})


def _id(request):
    """An id that the same request gets each time."""
    return hashlib.sha256(request.path.encode() + request.body).hexdigest()[:24]


def _text(said):
    """What was said last, or the result of a tool."""
    return said if isinstance(said, str) else said[0].get("content") or said[0].get("text")


def _event(kind, **more):
    return f"event: {kind}\ndata: {json.dumps({'type': kind} | more)}\n\n".encode()


def _events(whole):
    yield _event("message_start", message=whole | {"content": [], "stop_reason": None})
    yield _event("ping")
    for index, block in enumerate(whole["content"]):
        if block["type"] == "text":
            words = block["text"].split(" ")
            deltas = [word if number == 0 else f" {word}" for number, word in enumerate(words)]
            deltas, empty = [{"type": "text_delta", "text": each} for each in deltas], block | {"text": ""}
        else:
            pieces = ("", '{"city": ', '"Paris"}')
            deltas, empty = (
                [{"type": "input_json_delta", "partial_json": each} for each in pieces],
                block | {"input": {}},
            )
        yield _event("content_block_start", index=index, content_block=empty)
        for delta in deltas:
            yield _event("content_block_delta", index=index, delta=delta)
        yield _event("content_block_stop", index=index)
    delta = {"stop_reason": whole["stop_reason"], "stop_sequence": None}
    yield _event("message_delta", delta=delta, usage={"output_tokens": 3})
    yield _event("message_stop")
