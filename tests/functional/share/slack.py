"""Slack: posts a text into a channel by its Web API, and hears in socket mode what people type there."""

import json
import os

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from share.service import ServiceError, call


def post(text, *, channel):
    """Post a text; a refusal comes with status 200 and ok=false."""
    return ask("chat.postMessage", os.environ["SLACK_BOT_TOKEN"], json={"channel": channel, "text": text})


def ask(method, token, **request):
    """Call a method of the Web API."""
    headers = {"Authorization": f"Bearer {token}"}
    sent = call("slack.com", "POST", f"https://slack.com/api/{method}", headers=headers, **request)
    if not sent["ok"]:
        raise ServiceError(provider="slack.com", message=sent["error"], status=200, code=0)
    return sent


def listen():
    """The WebSocket of socket mode: Slack gives a new address for each."""
    return connect(ask("apps.connections.open", os.environ["SLACK_APP_TOKEN"])["url"])


def commands(socket, answer):
    """Each command that people type until Slack closes, and what `answer` makes of its text, which they are told."""
    with socket:
        try:
            for message in map(json.loads, socket):
                if message["type"] == "slash_commands":
                    said = answer(message["payload"]["text"])
                    socket.send(json.dumps({"envelope_id": message["envelope_id"], "payload": {"text": said}}))
                    yield {"user": message["payload"]["user_name"], "answer": said}
                elif message["type"] == "disconnect":
                    return
        except ConnectionClosed as closed:
            yield {"error": str(closed)}
