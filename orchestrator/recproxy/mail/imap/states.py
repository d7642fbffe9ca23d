"""The states of an IMAP conversation, and which event leads where, as tables. Pure.

An event that a state does not name leaves the state as it is.
"""

from __future__ import annotations

from enum import StrEnum

__all__ = ["AFTER_OK", "READINGS", "Login", "Reading", "Turn"]


class Login(StrEnum):
    """How far a session is, in the words of RFC 9051."""

    NOT_AUTHENTICATED = "not authenticated"
    AUTHENTICATED = "authenticated"
    SELECTED = "selected"
    LOGOUT = "logout"


#: Where a command leads that ended with OK.
AFTER_OK: dict[Login, dict[bytes, Login]] = {
    Login.NOT_AUTHENTICATED: {
        b"LOGIN": Login.AUTHENTICATED,
        b"AUTHENTICATE": Login.AUTHENTICATED,
        b"LOGOUT": Login.LOGOUT,
    },
    Login.AUTHENTICATED: {
        b"SELECT": Login.SELECTED,
        b"EXAMINE": Login.SELECTED,
        b"UNAUTHENTICATE": Login.NOT_AUTHENTICATED,
        b"LOGOUT": Login.LOGOUT,
    },
    Login.SELECTED: {
        b"CLOSE": Login.AUTHENTICATED,
        b"UNSELECT": Login.AUTHENTICATED,
        b"UNAUTHENTICATE": Login.NOT_AUTHENTICATED,
        b"LOGOUT": Login.LOGOUT,
    },
    Login.LOGOUT: {},
}


class Reading(StrEnum):
    """What the next line of a client is."""

    GREETING = "nothing yet: the server speaks first"
    COMMAND = "a command"
    WAITING = "nothing until a command is answered that changes what lines mean"
    REPLY = "what a continuation asked for: part of a login, or the end of IDLE"
    HANDSHAKE = "the beginning of TLS"
    CLOSED = "nothing more"


class Turn(StrEnum):
    """What happens between the two sides."""

    GREETED = "the server has spoken"
    COMMAND = "a command that can be answered while others come"
    TURNING = "a command after which lines mean something else: AUTHENTICATE, IDLE, STARTTLS, LOGOUT"
    ASKED = "a continuation"
    REPLIED = "the client's reply to a continuation"
    ENDED = "a command has ended"
    SECURED = "STARTTLS has ended with OK"
    TLS = "TLS is up"
    CLOSED = "the server ends the conversation"


READINGS: dict[Reading, dict[Turn, Reading]] = {
    Reading.GREETING: {Turn.GREETED: Reading.COMMAND, Turn.CLOSED: Reading.CLOSED},
    Reading.COMMAND: {Turn.TURNING: Reading.WAITING, Turn.CLOSED: Reading.CLOSED},
    Reading.WAITING: {
        Turn.ASKED: Reading.REPLY,
        Turn.ENDED: Reading.COMMAND,
        Turn.SECURED: Reading.HANDSHAKE,
        Turn.CLOSED: Reading.CLOSED,
    },
    Reading.REPLY: {Turn.REPLIED: Reading.WAITING, Turn.ENDED: Reading.COMMAND, Turn.CLOSED: Reading.CLOSED},
    Reading.HANDSHAKE: {Turn.TLS: Reading.COMMAND, Turn.CLOSED: Reading.CLOSED},
    Reading.CLOSED: {},
}
