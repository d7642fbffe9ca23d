"""slack_sdk: messages, pages, users, uploads, webhooks and socket mode's address, by both clients."""

import asyncio
import os

import driver
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook import WebhookClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

TOKEN = os.environ["SLACK_BOT_TOKEN"]


def client(**more):
    return WebClient(TOKEN, **more)


def at_once(call, **more):
    """What a call of the asynchronous client gives."""
    return asyncio.run(call(AsyncWebClient(TOKEN, **more)))


def error(refused):
    return f"{refused.response.status_code} {refused.response['error']}"


def auth_test():
    return client().auth_test()["user_id"]


def post_and_change():
    posted = client().chat_postMessage(channel="C1", text="hello")
    changed = client().chat_update(channel="C1", ts=posted["ts"], text="hello again")
    return [posted["message"]["text"], changed["message"]["text"], changed["ts"] == posted["ts"]]


def post_in_a_form():
    """With the token in the form, as clients of old."""
    form = {"token": TOKEN, "channel": "C1", "text": "in a form", "client_msg_id": os.urandom(8).hex()}
    return WebClient().api_call("chat.postMessage", data=form)["message"]["text"]


def post_async():
    async def call(opened):
        return (await opened.chat_postMessage(channel="C1", text="hello async"))["message"]["text"]

    return at_once(call)


def post_in_parallel():
    """Three messages at once, whose answers may come in any order."""

    async def call(opened):
        done = await asyncio.gather(*(opened.chat_postMessage(channel="C1", text=f"to {each}") for each in "abc"))
        return [each["message"]["text"] for each in done]

    return at_once(call)


def unknown_channel():
    return driver.raised(lambda: client().chat_postMessage(channel="C404", text="hello"), said=error)


def invalid_token():
    return driver.raised(lambda: WebClient("xoxb-wrong").auth_test(), said=error)


def limited_then_posted():
    limited = client(retry_handlers=[RateLimitErrorRetryHandler(max_retry_count=1)])
    return limited.chat_postMessage(channel="C1", text="again")["message"]["text"]


def channels_by_pages():
    return [each["name"] for page in client().conversations_list(limit=1) for each in page["channels"]]


def channels_by_pages_async():
    async def call(opened):
        pages = await opened.conversations_list(limit=1)
        return [each["name"] async for page in pages for each in page["channels"]]

    return at_once(call)


def history():
    return [each["text"] for each in client().conversations_history(channel="C1", limit=5)["messages"]]


def user():
    return client().users_info(user="U1")["user"]["profile"]["real_name"]


def user_by_address_async():
    async def call(opened):
        return (await opened.users_lookupByEmail(email="someone" + "@suite.example"))["user"]["id"]

    return at_once(call)


def upload():
    sent = client().files_upload_v2(filename="notes.txt", content="hello\n", channel="C1", initial_comment="see")
    return [each["title"] for each in sent["files"]]


def upload_async():
    async def call(opened):
        uploads = [{"filename": f"{each}.txt", "content": each * 8} for each in "ab"]
        return [each["title"] for each in (await opened.files_upload_v2(file_uploads=uploads, channel="C1"))["files"]]

    return at_once(call)


def webhook():
    sent = WebhookClient(os.environ["SLACK_WEBHOOK_URL"]).send(text="hello")
    return [sent.status_code, sent.body]


def webhook_async():
    sent = asyncio.run(AsyncWebhookClient(os.environ["SLACK_WEBHOOK_URL"]).send(text="hello async"))
    return [sent.status_code, sent.body]


def webhook_invalid_payload():
    sent = WebhookClient(os.environ["SLACK_WEBHOOK_URL"]).send_dict({"text": 1})
    return [sent.status_code, sent.body]


def socket_mode():
    return client().apps_connections_open(app_token=os.environ["SLACK_APP_TOKEN"])["url"][:6]


def over_the_base_url():
    """By SLACK_API_URL, which a program passes on, and not by the proxy."""
    there = client(base_url=os.environ["SLACK_API_URL"])
    return there.chat_postMessage(channel="C1", text="hello there")["message"]["text"]


def over_the_base_url_async():
    async def call(opened):
        return (await opened.chat_postMessage(channel="C1", text="hello there async"))["message"]["text"]

    return at_once(call, base_url=os.environ["SLACK_API_URL"])


def refused_over_the_base_url():
    there = client(base_url=os.environ["SLACK_API_URL"])
    try:
        there.chat_postMessage(channel="C404", text="hello there")
    except SlackApiError as refused:
        return error(refused)


SCENARIOS = (
    *(auth_test, post_and_change, post_in_a_form, post_async, post_in_parallel, unknown_channel, invalid_token),
    *(limited_then_posted, channels_by_pages, channels_by_pages_async, history, user, user_by_address_async),
    *(upload, upload_async, webhook, webhook_async, webhook_invalid_payload, socket_mode),
    *(over_the_base_url, over_the_base_url_async, refused_over_the_base_url),
)

if __name__ == "__main__":
    driver.run({each.__name__: each for each in SCENARIOS})
