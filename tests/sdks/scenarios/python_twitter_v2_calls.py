"""python-twitter-v2: signing in both ways, application only, paging, media in chunks, stream, like and follow."""

import io
import os

import driver
import requests
from pytwitter import Api, StreamApi

E = os.environ
MEDIA = bytes(range(256)) * 1200
USER = "1072250532645998596"


def api(**more):
    return Api(
        consumer_key=E["TWITTER_CONSUMER_KEY"],
        consumer_secret=E["TWITTER_CONSUMER_SECRET"],
        access_token=E["TWITTER_ACCESS_TOKEN"],
        access_secret=E["TWITTER_ACCESS_TOKEN_SECRET"],
        **more,
    )


def three_legged():
    mine = Api(consumer_key=E["TWITTER_CONSUMER_KEY"], consumer_secret=E["TWITTER_CONSUMER_SECRET"], oauth_flow=True)
    url = mine.get_authorize_url(callback_uri="oob")
    token = url.partition("oauth_token=")[2]
    mine.generate_access_token(f"https://app.example/?oauth_token={token}&oauth_verifier=4711007")
    return [url.partition("?")[0], mine.get_me().data.username]


def application_only():
    mine = Api(
        consumer_key=E["TWITTER_CONSUMER_KEY"],
        consumer_secret=E["TWITTER_CONSUMER_SECRET"],
        application_only_auth=True,
    )
    return [user.username for user in mine.get_followers(USER).data]


def oauth2_with_pkce():
    mine = Api(
        client_id=E["TWITTER_CLIENT_ID"],
        client_secret=E["TWITTER_CLIENT_SECRET"],
        oauth_flow=True,
        callback_uri="https://app.example/callback",
        scopes=["tweet.read", "users.read", "offline.access"],
    )
    url, verifier, _ = mine.get_oauth2_authorize_url()
    agreed = requests.get(url, allow_redirects=False, timeout=60)
    token = mine.generate_oauth2_access_token(agreed.headers["Location"], verifier)
    return Api(bearer_token=token["access_token"]).get_me().data.username


def bearer():
    return [user.username for user in Api(bearer_token=E["TWITTER_BEARER_TOKEN"]).get_followers(USER).data]


def post():
    return api().create_tweet(text="hello").text


def paging():
    seen, token = [], None
    while True:
        page = api().get_followers(USER, pagination_token=token)
        seen += [user.username for user in page.data]
        token = page.meta.next_token
        if not token:
            return seen


def like_and_follow():
    mine = api()
    return [mine.like_tweet(mine.auth_user_id, "20"), mine.follow_user(mine.auth_user_id, "12")]


def media_simple():
    media = api().upload_media_simple(media=io.BytesIO(MEDIA))
    return [media.media_id_string, api().create_tweet(text="a photo", media_media_ids=[media.media_id_string]).text]


def media_in_chunks():
    mine = api()
    media = mine.upload_media_chunked_init(total_bytes=len(MEDIA), media_type="video/mp4")
    half = len(MEDIA) // 2
    for number, piece in enumerate((MEDIA[:half], MEDIA[half:])):
        mine.upload_media_chunked_append(media_id=media.media_id_string, segment_index=number, media=io.BytesIO(piece))
    mine.upload_media_chunked_finalize(media_id=media.media_id_string)
    status = mine.upload_media_chunked_status(media_id=media.media_id_string)
    return [media.media_id_string, status.processing_info.state]


def filtered_stream():
    class Three(StreamApi):
        texts = ()

        def on_tweet(self, tweet):
            self.texts += (tweet.text,)
            if len(self.texts) == 3:
                self.disconnect()

    stream = Three(bearer_token=E["TWITTER_BEARER_TOKEN"])
    stream.manage_rules(rules={"add": [{"value": "recproxy", "tag": "t"}]})
    stream.search_stream()
    return list(stream.texts)


if __name__ == "__main__":
    driver.run(
        {
            scenario.__name__: scenario
            for scenario in (
                three_legged,
                application_only,
                oauth2_with_pkce,
                bearer,
                post,
                paging,
                like_and_follow,
                media_simple,
                media_in_chunks,
                filtered_stream,
            )
        }
    )
