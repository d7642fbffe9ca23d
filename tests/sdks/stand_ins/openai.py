"""OpenAI: chat and responses with tools and streams, embeddings, files and batches, and keys for a session."""

import hashlib
import json

from stand_ins.events import cities, send_events
from stand_ins.service import Service, fields

API = r"api\.openai\.com/v1"
MODEL = "gpt-5.4-mini-2026-03-17"
USAGE = {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}
CREATED = 1741569952


class OpenAI(Service):
    """Answers `You said: ...`, in as many pieces as it has words; asked for the weather, it wants a tool."""

    hosts = ("api.openai.com",)
    environment = {
        "OPENAI_API_KEY": "sk-proj-" + "Zq81LmN0pQ7rS2tU5vW8xY1zA4bC7dE0",
        "OPENAI_ORG_ID": "org-" + "Zq81LmN0pQ7rS2tU5vW8xY1z",
        "OPENAI_PROJECT_ID": "proj_" + "Aq81LmN0pQ7rS2tU5vW8xY1z",
    }
    problem_without_route = (404, {"error": {"message": "Unknown request URL", "type": "invalid_request_error"}})
    routes = (
        ("POST", rf"{API}/chat/completions", "chat"),
        ("POST", rf"{API}/responses", "response"),
        ("POST", rf"{API}/embeddings", "embed"),
        ("GET", rf"{API}/models/([\w.-]+)", "model"),
        ("POST", rf"{API}/files", "upload"),
        ("GET", rf"{API}/files", "files"),
        ("POST", rf"{API}/batches", "batch"),
        ("GET", rf"{API}/batches/(\w+)", "batch"),
        ("POST", rf"{API}/realtime/client_secrets", "client_secret"),
        ("GET", rf"{API}/organization/users", "users"),
    )

    def __init__(self):
        super().__init__()
        self.keys = {self.environment["OPENAI_API_KEY"]}
        self.limited = set()
        self.polls = {}

    def answer(self, request):
        if request.bearer not in self.keys:
            return self.refused(request, 401, "invalid_api_key", "Incorrect API key provided.")
        return super().answer(request)

    def refused(self, request, status, code, message, *headers):
        error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
        return self.reply(request, status, {"error": error}, *headers)

    def reply(self, request, status, value, *headers):
        known = (("x-request-id", f"req_{_id(request)}"), ("openai-organization", self.environment["OPENAI_ORG_ID"]))
        return super().reply(request, status, value, *known, *headers)

    def chat(self, request):
        asked = json.loads(request.body)
        last = asked["messages"][-1]
        if last["content"] == "again" and "limit" not in self.limited:
            self.limited.add("limit")
            said = ("retry-after", "1"), ("retry-after-ms", "20"), ("x-ratelimit-remaining-requests", "0")
            return self.refused(request, 429, "rate_limit_exceeded", "Rate limit reached.", *said)
        self.limited.discard("limit")
        if asked.get("tools") and last["role"] == "user":
            wanted = cities(str(last["content"]))
            calls = [
                {"id": f"call_{_id(request)}{number or ''}", "type": "function", "function": _weather(city)}
                for number, city in enumerate(wanted)
            ]
            message, end = {"role": "assistant", "content": None, "tool_calls": calls}, "tool_calls"
        else:
            message, end = {"role": "assistant", "content": f"You said: {last['content']}"}, "stop"
        whole = {"id": f"chatcmpl-{_id(request)}", "created": CREATED, "model": MODEL}
        if not asked.get("stream"):
            choice = {"index": 0, "message": message | {"refusal": None}, "logprobs": None, "finish_reason": end}
            return self.reply(request, 200, whole | {"object": "chat.completion", "choices": [choice], "usage": USAGE})
        return send_events(request, _chunks(whole | {"object": "chat.completion.chunk"}, message, end))

    def response(self, request):
        asked = json.loads(request.body)
        given = asked["input"]
        said = given if isinstance(given, str) else given[-1].get("output") or given[-1].get("content")
        if asked.get("tools") and isinstance(given, str):
            item = {"type": "function_call", "id": f"fc_{_id(request)}", "call_id": f"call_{_id(request)}"}
            item |= _weather() | {"status": "completed"}
        else:
            content = {"type": "output_text", "text": f"You said: {said}", "annotations": []}
            item = {"type": "message", "id": f"msg_{_id(request)}", "status": "completed", "role": "assistant"}
            item["content"] = [content]
        whole = {"id": f"resp_{_id(request)}", "object": "response", "created_at": CREATED, "status": "completed"}
        whole |= {"model": MODEL, "output": [item], "parallel_tool_calls": True, "tool_choice": "auto", "tools": []}
        whole["usage"] = {"input_tokens": 9, "output_tokens": 3, "total_tokens": 12}
        if not asked.get("stream"):
            return self.reply(request, 200, whole)
        return send_events(request, _response_events(whole, item))

    def embed(self, request):
        """As floats or in base64, as the SDK asks."""
        asked = json.loads(request.body)
        one = "AACAPwAAAD8AAIC+" if asked.get("encoding_format") == "base64" else [1.0, 0.5, -0.25]
        data = [{"object": "embedding", "index": 0, "embedding": one}]
        usage = {"prompt_tokens": 2, "total_tokens": 2}
        return self.reply(request, 200, {"object": "list", "data": data, "model": asked["model"], "usage": usage})

    def model(self, request, name):
        return self.reply(request, 200, {"id": name, "object": "model", "created": CREATED, "owned_by": "system"})

    def upload(self, request):
        given = fields(request)
        size = len(given["file"])
        made = {"id": "file-abc123", "object": "file", "bytes": size, "created_at": CREATED, "status": "processed"}
        return self.reply(request, 200, made | {"filename": "input.jsonl", "purpose": given["purpose"].decode()})

    def files(self, request):
        """Three pages of one file each."""
        number = int(request.query.get("after", "file-0").removeprefix("file-")) + 1
        one = {"id": f"file-{number}", "object": "file", "bytes": 5, "created_at": CREATED, "filename": f"{number}.txt"}
        data = [one | {"purpose": "batch", "status": "processed"}]
        edges = {"first_id": one["id"], "last_id": one["id"], "has_more": number < 3}
        return self.reply(request, 200, {"object": "list", "data": data} | edges)

    def batch(self, request, name="batch_abc123"):
        """Done when it is asked for the second time."""
        count = self.polls[name] = 0 if request.method == "POST" else self.polls[name] + 1
        status = ("validating", "in_progress", "completed")[count]
        made = {"id": name, "object": "batch", "endpoint": "/v1/chat/completions", "input_file_id": "file-abc123"}
        return self.reply(request, 200, made | {"completion_window": "24h", "created_at": CREATED, "status": status})

    def client_secret(self, request):
        key = "ek_" + self.handed_out("", 24)
        self.keys.add(key)
        return self.reply(request, 200, {"value": key, "expires_at": CREATED + 600, "session": {"type": "realtime"}})

    def users(self, request):
        address = "someone" + "@suite.example"
        self.secrets.add(address)
        one = {"object": "organization.user", "id": "user-1", "name": "Suite", "email": address, "role": "owner"}
        data = [one | {"added_at": CREATED}]
        return self.reply(request, 200, {"object": "list", "data": data, "has_more": False})


def _id(request):
    """An id that the same request gets each time."""
    return hashlib.sha256(request.path.encode() + request.body).hexdigest()[:24]


def _weather(city="Paris"):
    return {"name": "get_weather", "arguments": f'{{"city":"{city}"}}'}


def _data(value):
    return f"data: {json.dumps(value)}\n\n".encode()


def _pieces(text):
    words = text.split(" ")
    return [word if number == 0 else f" {word}" for number, word in enumerate(words)]


def _chunks(whole, message, end):
    def chunk(delta, finished=None):
        return _data(whole | {"choices": [{"index": 0, "delta": delta, "finish_reason": finished}]})

    yield chunk({"role": "assistant", "content": "" if message["content"] else None})
    for piece in _pieces(message["content"]) if message["content"] else ():
        yield chunk({"content": piece})
    for number, call in enumerate(message.get("tool_calls", ())):
        function = call["function"]
        yield chunk({"tool_calls": [call | {"index": number, "function": {**function, "arguments": ""}}]})
        for piece in (function["arguments"][:5], function["arguments"][5:]):
            yield chunk({"tool_calls": [{"index": number, "function": {"arguments": piece}}]})
    yield chunk({}, end)
    yield b"data: [DONE]\n\n"


def _response_events(whole, item):
    numbers = iter(range(100))

    def event(kind, **more):
        return f"event: {kind}\n".encode() + _data({"type": kind, "sequence_number": next(numbers)} | more)

    yield event("response.created", response=whole | {"status": "in_progress", "output": []})
    if item["type"] == "message":
        text = item["content"][0]["text"]
        empty = {"type": "output_text", "text": "", "annotations": []}
        place = {"item_id": item["id"], "output_index": 0, "content_index": 0}
        yield event("response.output_item.added", output_index=0, item=item | {"status": "in_progress", "content": []})
        yield event("response.content_part.added", part=empty, **place)
        for piece in _pieces(text):
            yield event("response.output_text.delta", delta=piece, **place)
        yield event("response.output_text.done", text=text, **place)
        yield event("response.content_part.done", part=item["content"][0], **place)
        yield event("response.output_item.done", output_index=0, item=item)
    yield event("response.completed", response=whole)
