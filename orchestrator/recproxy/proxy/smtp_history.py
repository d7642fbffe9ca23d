"""What was said on an SMTP connection, as far as a miss or a service that is asked late must know it."""

from __future__ import annotations

from recproxy.mail.smtp_server import Said, SaidKind
from recproxy.proxy.step_room import MOST_STEPS
from recproxy.recording import Act, Step

__all__ = ["SmtpHistory"]

_SESSION = frozenset((b"EHLO", b"HELO", b"LHLO", b"STARTTLS", b"AUTH"))


class SmtpHistory:
    """What was said on a connection, without the mail that is done.

    `heard` are the steps of both sides, for a miss: it masks what a login has shown. `session` is what a service has to
    be told if it is asked only now.
    """

    def __init__(self) -> None:
        self.heard: list[Step] = []
        self.session: list[Said] = []
        self._login: list[Step] = []

    @property
    def is_full(self) -> bool:
        """Whether a client says more than a person would read, and than should be remembered."""
        return max(len(self.heard), len(self.session)) >= MOST_STEPS

    def said(self, said: Said) -> None:
        """The client said something that was answered."""
        self.heard.append(Step(Act.CLIENT, said.data))
        if said.verb == b"MAIL" or _is_session(said):
            self.session = [each for each in self.session if _is_session(each)]
            if said.verb == b"MAIL":
                self._login = self._login or self.heard[:-1]
                self.heard = [*self._login, self.heard[-1]]
        self.session.append(said)

    def replied(self, text: bytes) -> None:
        """The client has had a reply."""
        if len(self.heard) < MOST_STEPS:  # else it ends with what is said next
            self.heard.append(Step(Act.SERVER, text))


def _is_session(said: Said) -> bool:
    return said.verb in _SESSION or said.kind is SaidKind.RESPONSE
