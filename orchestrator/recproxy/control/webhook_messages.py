"""What a proxy and the orchestrator say to each other about webhooks: the proxy knows them, the orchestrator carries them."""

from __future__ import annotations

from dataclasses import field

from recproxy.lazy.dataclass import dataclass
from recproxy.recording import Headers, Packed

__all__ = ["Deliver", "Delivered", "SteerWebhooks", "WebhookAnswered", "WebhookComes", "WebhooksNow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    """Send a webhook to the application of a lane, signed as it is. Answered by Delivered."""

    order: int
    lane: str
    webhook: str
    method: str
    target: str
    headers: Headers = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What the application answered; `error` says why it did not."""

    order: int
    status: int = 0
    reason: bytes = b""
    headers: Headers = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookComes:
    """A webhook of the real service has come in, at this moment of the monotonic clock: the open scope of the lane has it.

    The application has not got it yet, so the scope cannot have ended because of it. If it is not `alone`, other lanes
    have open scopes, too, and it may be theirs.
    """

    number: int
    lane: str
    begun: float
    alone: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookAnswered:
    """The application has answered the webhook of this number; `packed` is empty if it has not, and `error` says why."""

    number: int
    packed: Packed = field(repr=False)
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SteerWebhooks:
    """What a test wants of the webhooks of a lane's open scope: look, hold, release, or send. Answered by WebhooksNow.

    `send` sends those that are held, of one `webhook` if it is named, at most `count` of them if that is not 0.
    """

    order: int
    lane: str
    action: str
    webhook: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhooksNow:
    """The webhooks of a scope: whether they are held, those that are due, and how many were sent.

    Each that is due is a webhook's name, its method and its target.
    """

    order: int
    held: bool = False
    due: tuple[tuple[str, str, str], ...] = ()
    sent: int = 0
