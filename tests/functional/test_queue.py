"""Sharing what others put into a queue: a stream both ways of gRPC, in which each link is acknowledged when it is shared."""

from recproxy import recproxy
from share.testing import queue

SUBSCRIPTION = "projects/newsroom/subscriptions/links"


@recproxy("https", "pubsub.googleapis.com", "queue.rec")
@recproxy("https", "api-ssl.bitly.com", "v4_shorten.rec")
@recproxy("https", "api.twitter.com", "post.rec")
def test_links_are_shared_as_they_come():
    assert list(queue(SUBSCRIPTION, most=2)) == [
        {"answer": "Shared: nerdy! https://bit.ly/eT3aUn"},
        {"answer": "Nothing to share"},
    ]


@recproxy("https", "pubsub.googleapis.com", "queue.rec", mode="replay")
@recproxy.fault("pubsub", "reset")
def test_a_stream_that_breaks_is_told():
    (told,) = queue(SUBSCRIPTION, most=2)

    assert (told["error"]["provider"], told["error"]["code"]) == ("google.com", 13)


@recproxy("https", "pubsub.googleapis.com", "no_subscription.rec", mode="replay")
def test_a_subscription_that_does_not_exist_is_told():
    (told,) = queue("projects/newsroom/subscriptions/old", most=2)

    assert told["error"]["message"] == "Resource not found (resource=old)."
