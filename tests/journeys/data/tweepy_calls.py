"""What real tweepy is asked so that it sends what a cassette holds, and what a cassette answered.

A table of our own: cassette, then method and arguments of each call in recorded order.
"""

import json
import os
from pathlib import Path

import tweepy
from tweepy.asynchronous import AsyncClient

#: The cassettes as vcrpy wrote them.
ORIGINALS = Path(os.environ["TWEEPY_CASSETTES"])
#: Keys whose values are not what they were: those of a geo search, which is no secret but bears the name of one.
REDACTED = ("token",) if os.environ.get("TWEEPY_IMPORTED") else ()
USER = "1072250532645998596"
TWEET = 1507070437557096461
LIST = 1522926890658549760
PICTURE = b"\x89PNG\r\n\x1a\n"

PINNED = (
    ("create_list", ("Test List",), {"private": True}),
    ("add_list_member", (LIST, 783214), {}),
    ("pin_list", (LIST,), {}),
    ("get_pinned_lists", (), {}),
    ("remove_list_member", (LIST, 783214), {}),
    ("unpin_list", (LIST,), {}),
    ("update_list", (LIST,), {"description": "Test List Description"}),
    ("delete_list", (LIST,), {}),
)
SPACES = (
    ("get_spaces", (), {"ids": ["1ynKOZVRyOwxR", "1mrGmanRNNkGy"]}),
    ("get_spaces", (), {"user_ids": [357750891, 1517225601463205888]}),
)
QUOTES = (("get_quote_tweets", (1293593516040269825,), {}),)
#: Calls of version 2: by Client and by AsyncClient.
V2 = {
    "test_asyncclient_bookmarks.yaml": (
        ("bookmark", (TWEET,), {}),
        ("get_bookmarks", (), {}),
        ("remove_bookmark", (TWEET,), {}),
    ),
    "test_asyncclient_create_and_delete_tweet.yaml": (
        ("create_tweet", (), {"text": "Test Tweet"}),
        ("delete_tweet", (1522929456142245888,), {}),
    ),
    "test_asyncclient_get_all_tweets_count.yaml": (("get_all_tweets_count", ("Tweepy",), {}),),
    "test_asyncclient_get_home_timeline.yaml": (("get_home_timeline", (), {}),),
    "test_asyncclient_get_me.yaml": (("get_me", (), {}),),
    "test_asyncclient_get_quote_tweets.yaml": QUOTES,
    "test_asyncclient_get_spaces.yaml": SPACES,
    "test_asyncclient_hide_and_unhide_reply.yaml": (
        ("hide_reply", (1344794616005066752,), {}),
        ("unhide_reply", (1344794616005066752,), {}),
    ),
    "test_asyncclient_manage_and_get_pinned_lists.yaml": PINNED,
    "test_asyncclient_mute_get_muted_and_unmute.yaml": (
        ("mute", (17874544,), {}),
        ("get_muted", (), {}),
        ("unmute", (17874544,), {}),
    ),
    "test_asyncclient_search_all_tweets.yaml": (("search_all_tweets", ("Tweepy",), {}),),
    "test_client_create_tweet_with_community.yaml": (
        ("create_tweet", (), {"text": "Test tweet in community", "community_id": "123456789"}),
    ),
    "test_client_get_all_tweets_count.yaml": (("get_all_tweets_count", ("Tweepy",), {}),),
    "test_client_get_home_timeline.yaml": (("get_home_timeline", (), {}),),
    "test_client_get_list.yaml": (("get_list", (84839422,), {}),),
    "test_client_get_me.yaml": (("get_me", (), {}),),
    "test_client_get_quote_tweets.yaml": QUOTES,
    "test_client_get_tweet.yaml": (("get_tweet", (1293593516040269825,), {}),),
    "test_client_get_tweets.yaml": (("get_tweets", ([1293593516040269825, 1293595870563381249],), {}),),
    "test_client_get_user.yaml": (("get_user", (), {"username": "Twitter"}),),
    "test_client_search_recent_tweets.yaml": (("search_recent_tweets", ("Tweepy",), {}),),
    "test_client_search_spaces.yaml": (("search_spaces", ("Twitter",), {}),),
}
#: AsyncClient knows no communities.
ASYNC = {name: calls for name, calls in V2.items() if name != "test_client_create_tweet_with_community.yaml"}
MEMBER = {"slug": "test", "owner_screen_name": "TweepyDev", "screen_name": "twitter"}
#: Calls of version 1.1: by API.
V1 = {
    "testaddremovelistmember.json": (("add_list_member", (), MEMBER), ("remove_list_member", (), MEMBER)),
    "testcreatedestroyfavorite.json": (("create_favorite", (145344012,), {}), ("destroy_favorite", (145344012,), {})),
    "testcursornext.yaml": (("user_timeline", (), {"screen_name": "Twitter"}),),
    "testgeoapis.json": (
        (
            "request",
            ("GET", "geo/similar_places"),
            {
                "endpoint_parameters": ("lat", "long", "name"),
                "lat": 37.7821120598956,
                "long": -122.400612831116,
                "name": "South of Market Child Care",
                "payload_type": "json",
            },
        ),
        ("geo_id", ("1ffd3558f2e98349",), {}),
        ("reverse_geocode", (30.2673701685, -97.7426147461), {}),
    ),
    "testgetblocks.json": (("get_blocks", (), {}),),
    "testgetfollowerids.yaml": (("get_follower_ids", (), {"screen_name": "TweepyDev"}),),
    "testgetfriends.yaml": (("get_friends", (), {"screen_name": "TweepyDev"}),),
    "testgetoembed.json": (("get_oembed", ("https://twitter.com/Twitter/status/266367358078169089",), {}),),
    "testgetretweeterids.json": (("get_retweeter_ids", (266367358078169089,), {}),),
    "testgetstatus.json": (("get_status", (266367358078169089,), {}),),
    "testhometimeline.json": (("home_timeline", (), {}),),
    "testidcursoritems.json": (("user_timeline", (), {}),),
    "testmediauploadgif.yaml": (("simple_upload", ("animated.gif",), {"file": PICTURE}),),
    "testmediauploadpng.yaml": (("simple_upload", ("banner.png",), {"file": PICTURE}),),
    "testsavedsearches.json": (
        ("create_saved_search", ("test",), {}),
        ("get_saved_searches", (), {}),
        ("get_saved_search", (1149868003661684736,), {}),
        ("destroy_saved_search", (1149868003661684736,), {}),
    ),
    "testsupportedlanguages.json": (("supported_languages", (), {}),),
    "testupdateanddestroystatus.json": (
        ("update_status", ("testing 1000",), {}),
        ("destroy_status", (1149868020346556416,), {}),
        ("update_status", ("testing 1000",), {}),
        ("destroy_status", (1149868022850609159,), {}),
    ),
    "testupdatestatuswithmedia.yaml": (
        ("update_status_with_media", ("testing 1000", "banner.png"), {"file": PICTURE}),
    ),
}
KEYS = {
    "consumer_key": "key",
    "consumer_secret": "secret",
    "access_token": f"{USER}-token",
    "access_token_secret": "token secret",
}


def answers(name):
    """The bodies that a cassette holds, as vcrpy reads them."""
    from vcr.filters import decode_response
    from vcr.persisters.filesystem import FilesystemPersister
    from vcr.serializers import jsonserializer, yamlserializer

    serializer = jsonserializer if name.endswith(".json") else yamlserializer
    _, responses = FilesystemPersister.load_cassette(ORIGINALS / name, serializer)
    bodies = [decode_response(response)["body"]["string"] for response in responses]
    return [_json(body) for body in bodies]


def by_api(calls):
    """What API was answered, call by call; it also makes its models of it."""
    api = tweepy.API(tweepy.OAuth1UserHandler(*KEYS.values()))
    seen = []
    api.session.hooks["response"].append(lambda response, *_, **__: seen.append(_json(response.content)))
    with api.session:
        for method, words, options in calls:
            getattr(api, method)(*words, **options)
    return seen


def by_client(calls):
    """What Client was answered."""
    client = tweepy.Client("bearer", **KEYS)
    seen = []
    client.session.hooks["response"].append(lambda response, *_, **__: seen.append(_json(response.content)))
    with client.session:
        for method, words, options in calls:
            assert getattr(client, method)(*words, **options).data is not None
    return seen


async def by_async_client(calls):
    """What AsyncClient was answered."""

    class Listening(AsyncClient):
        async def request(self, *words, **options):
            response = await super().request(*words, **options)
            seen.append(await response.json())
            return response

    seen = []
    client = Listening("bearer", **KEYS)
    for method, words, options in calls:
        assert (await getattr(client, method)(*words, **options)).data is not None
    return seen


def _json(body):
    return json.loads(body, object_hook=_unredacted) if body else None


def _unredacted(members):
    """Members of an object but for those whose value an import takes out, where there was one."""
    return {key: value for key, value in members.items() if key not in REDACTED}
