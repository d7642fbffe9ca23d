"""A webhook as an interaction: what the service sends, and the application's answer.

In a file it stands as it was: a request, and the answer to it. In memory the service speaks in the response and the program
in the request, as in all interactions, so that redaction, matching and wild places treat each as what it is.
"""

from __future__ import annotations

from dataclasses import field, replace

from recproxy.lazy.dataclass import dataclass
from recproxy.recording.values import Interaction, Request, Response, Webhook

__all__ = [
    "WEBHOOK",
    "SentWebhook",
    "answer_request",
    "as_interaction",
    "as_sent",
    "as_told",
    "webhook_place",
    "webhook_url",
]

#: The method of what an application answers to a webhook: no client sends it.
WEBHOOK = "WEBHOOK"
_SCHEME = "webhook://"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentWebhook:
    """What a service sends to an application, and its answer; `request.url` is `webhook://NAME/PATH`."""

    request: Request
    answer: Response = field(default_factory=lambda: Response(status=200))


def webhook_url(name: str, target: str) -> str:
    """The URL of a webhook by its name in the profile, and the path and query that it was sent to."""
    return f"{_SCHEME}{name}{target if target.startswith('/') else f'/{target}'}"


def webhook_place(url: str) -> tuple[str, str]:
    """The name of a webhook by its URL, and the path and query that it goes to."""
    name, slash, target = url.removeprefix(_SCHEME).partition("/")
    return name, slash + target


def answer_request(url: str, answer: Response) -> Request:
    """An application's answer to a webhook, as what the program says."""
    return Request(
        method=WEBHOOK,
        url=url,
        headers=answer.headers,
        body=answer.body,
        encoding=answer.encoding,
        version=answer.version,
        trailers=answer.trailers,
        omitted=answer.omitted,
        wild=answer.wild,
    )


def as_webhook(told: Interaction, delay: float = 0.0) -> Interaction:
    """The interaction that a webhook is, from what a file has of it: what was sent, and the answer."""
    made = as_interaction(SentWebhook(request=told.request, answer=told.response), delay)
    return replace(told, request=made.request, response=made.response, webhook=made.webhook)


def as_interaction(sent: SentWebhook, delay: float = 0.0) -> Interaction:
    """The interaction that a webhook is; `delay` is the time from the response before it, in seconds."""
    request, answer = sent.request, sent.answer
    return Interaction(
        request=answer_request(request.url, answer),
        response=Response(
            status=answer.status,
            reason=answer.reason,
            headers=request.headers,
            body=request.body,
            encoding=request.encoding,
            version=request.version,
            trailers=request.trailers,
            omitted=request.omitted,
            wild=request.wild,
        ),
        webhook=Webhook(method=request.method, delay=delay),
    )


def as_sent(interaction: Interaction) -> SentWebhook:
    """What was sent and answered, as a file has it; the interaction must be a webhook."""
    said, asked = interaction.response, interaction.request
    assert interaction.webhook is not None
    return SentWebhook(
        request=Request(
            method=interaction.webhook.method,
            url=asked.url,
            headers=said.headers,
            body=said.body,
            encoding=said.encoding,
            version=said.version,
            trailers=said.trailers,
            omitted=said.omitted,
            wild=said.wild,
        ),
        answer=Response(
            status=said.status,
            reason=said.reason,
            headers=asked.headers,
            body=asked.body,
            encoding=asked.encoding,
            version=asked.version,
            trailers=asked.trailers,
            omitted=asked.omitted,
            wild=asked.wild,
        ),
    )


def as_told(interaction: Interaction) -> Interaction:
    """An interaction as people read it: of a webhook, what was sent and then what was answered."""
    if interaction.webhook is None:
        return interaction
    sent = as_sent(interaction)
    return replace(interaction, request=sent.request, response=sent.answer, webhook=None)
