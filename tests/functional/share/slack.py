"""Slack: posts a text into a channel, by its Web API."""

import os

from share.service import ServiceError, call


def post(text, *, channel):
    """Post a text; a refusal comes with status 200 and ok=false."""
    sent = call(
        "slack.com",
        "POST",
        "https://slack.com/api/chat.postMessage",
        headers={"Authorization": f"Bearer {os.environ['SLACK_BOT_TOKEN']}"},
        json={"channel": channel, "text": text},
    )
    if not sent["ok"]:
        raise ServiceError(provider="slack.com", message=sent["error"], status=200, code=0)
    return sent
