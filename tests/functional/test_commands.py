"""Sharing from Slack: commands that people type there come over a WebSocket, and each is answered over it."""

from recproxy import recproxy
from share.testing import commands


@recproxy("https", "slack.com", "commands.rec")
@recproxy("https", "api-ssl.bitly.com", "v4_shorten.rec")
@recproxy("https", "api.twitter.com", "post.rec")
def test_commands_are_answered_as_they_come():
    assert list(commands()) == [
        {"user": "ana", "answer": "Shared: nerdy! https://bit.ly/eT3aUn"},
        {"user": "ben", "answer": "Usage: /share LINK [WORDS]"},
    ]


@recproxy("https", "slack.com", "commands.rec")
@recproxy.fault("slack", "close 1011 at message")
def test_a_connection_that_breaks_is_told():
    (told,) = commands()

    assert told["error"].startswith("received 1011 (internal error)")
