"""slack_sdk asks for the starter recordings of the slack profile, each call by both clients."""

import os

import driver
from slack_calls import at_once, client, error
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.webhook import WebhookClient

POST = ("chat_postMessage", {"channel": "C0123456789", "text": "Say something."})
CHANNELS = ("conversations_list", {"limit": 2})
LIMITED = {"retry_handlers": [RateLimitErrorRetryHandler(max_retry_count=1)]}


def called(method, words, **more):
    return getattr(client(**more), method)(**words)


def called_at_once(method, words):
    async def call(opened):
        return await getattr(opened, method)(**words)

    return at_once(call)


def both(method, words, said):
    """What both clients give, which must be the same."""
    one, other = said(called(method, words)), said(called_at_once(method, words))
    return one if one == other else [one, other]


def refused(method, words):
    one, other = (driver.raised(call, method, words, said=error) for call in (called, called_at_once))
    return one if one == other else [one, other]


def text(answer):
    return answer["message"]["text"]


def channels():
    return [each["name"] for page in called(*CHANNELS) for each in page["channels"]]


def channels_at_once():
    async def call(opened):
        pages = await opened.conversations_list(limit=2)
        return [each["name"] async for page in pages for each in page["channels"]]

    return at_once(call)


def webhook():
    sent = WebhookClient(os.environ["SLACK_WEBHOOK_URL"]).send(text="hello")
    return [sent.status_code, sent.body]


def upload():
    sent = {"filename": "notes.txt", "content": "hello\n", "channel": "C0123456789"}
    return both("files_upload_v2", sent, lambda answer: answer["file"]["id"])


if __name__ == "__main__":
    driver.run(
        {
            "auth_test": lambda: both("auth_test", {}, lambda answer: answer["user_id"]),
            "message": lambda: both(*POST, text),
            "message_and_reply": lambda: [
                text(first := called(*POST)),
                text(called(POST[0], POST[1] | {"thread_ts": first["ts"]})),
            ],
            **dict.fromkeys(("channel_not_found", "not_in_channel"), lambda: refused(*POST)),
            **dict.fromkeys(
                ("invalid_auth", "token_revoked", "missing_scope", "rate_limited", "service_unavailable"),
                lambda: refused(*CHANNELS),
            ),
            "rate_limited_then_posted": lambda: text(called(*POST, **LIMITED)),
            "channels": lambda: [channels(), channels_at_once()],
            "history": lambda: both(
                "conversations_history",
                {"channel": "C0123456789"},
                lambda answer: [each["text"] for each in answer["messages"]],
            ),
            "user": lambda: both("users_info", {"user": "U1"}, lambda answer: answer["user"]["profile"]["email"]),
            "file_upload": upload,
            "file_upload_refused": lambda: driver.raised(upload, said=error),
            **dict.fromkeys(("webhook", "webhook_gone", "webhook_invalid_payload", "webhook_rate_limited"), webhook),
            "socket_mode": lambda: client().apps_connections_open(app_token=os.environ["SLACK_APP_TOKEN"])["url"][:6],
        }
    )
