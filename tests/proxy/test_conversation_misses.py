"""Misses of conversations: each is counted, and each is in the timeline."""

from recproxy.config.profile import Endpoint, Profile
from recproxy.matching.index import Index
from recproxy.matching.message_miss import MessageMiss
from recproxy.matching.rules import Rules
from recproxy.play.playback import Playback
from recproxy.proxy.conversation_misses import ConversationMisses
from recproxy.proxy.scope_history import ScopeHistory
from recproxy.proxy.timeline import Timeline
from recproxy.proxy.traffic import Traffic
from recproxy.redaction.rules import RedactionRules


def test_each_miss_is_in_the_timeline_also_when_it_is_not_described_any_more():
    profile = Profile(name="shop", endpoints=(Endpoint(hosts=("a.example",)),))
    history, playback = ScopeHistory(Timeline(9)), Playback(Index((), Rules()))
    misses = ConversationMisses(profile, "test_a", lambda: playback, history, RedactionRules(), None, str)

    misses.count("WEBSOCKET", "wss://a.example/s", MessageMiss(said="hi", url="", profile="shop", test="test_a"))
    said = misses.count_again()

    outcome = history.outcome("test_a", playback, Traffic(1), ())
    assert said.startswith("recproxy: no recorded interaction fits")
    assert [each.request for each in outcome.timed] == [
        "WEBSOCKET wss://a.example/s",
        "another request that is not described",
    ]
    assert len(outcome.missed) == 2
