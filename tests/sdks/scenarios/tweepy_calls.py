"""tweepy 4: OAuth 1 in three steps, application only, OAuth 2 with PKCE, paging, media, stream, like and follow."""

import io
import os

import driver
import requests
import tweepy

E = os.environ
MEDIA = bytes(range(256)) * 1200


def client():
    return tweepy.Client(
        consumer_key=E["TWITTER_CONSUMER_KEY"],
        consumer_secret=E["TWITTER_CONSUMER_SECRET"],
        access_token=E["TWITTER_ACCESS_TOKEN"],
        access_token_secret=E["TWITTER_ACCESS_TOKEN_SECRET"],
    )


def api():
    names = ("CONSUMER_KEY", "CONSUMER_SECRET", "ACCESS_TOKEN", "ACCESS_TOKEN_SECRET")
    return tweepy.API(tweepy.OAuth1UserHandler(*(E[f"TWITTER_{name}"] for name in names)))


def three_legged():
    handler = tweepy.OAuth1UserHandler(E["TWITTER_CONSUMER_KEY"], E["TWITTER_CONSUMER_SECRET"], callback="oob")
    url = handler.get_authorization_url()
    handler.get_access_token("4711007")
    return [url.partition("?")[0], tweepy.API(handler).verify_credentials().screen_name]


def application_only():
    handler = tweepy.OAuth2AppHandler(E["TWITTER_CONSUMER_KEY"], E["TWITTER_CONSUMER_SECRET"])
    handler.apply_auth()
    page = tweepy.Client(handler._bearer_token).get_users_followers("1072250532645998596")
    return [user.username for user in page.data]


def oauth2_with_pkce():
    handler = tweepy.OAuth2UserHandler(
        client_id=E["TWITTER_CLIENT_ID"],
        redirect_uri="https://app.example/callback",
        scope=["tweet.read", "users.read", "offline.access"],
        client_secret=E["TWITTER_CLIENT_SECRET"],
    )
    agreed = requests.get(handler.get_authorization_url(), allow_redirects=False, timeout=60)
    token = handler.fetch_token(agreed.headers["Location"])
    me = tweepy.Client(token["access_token"]).get_me(user_auth=False)
    again = handler.refresh_token(
        "https://api.x.com/2/oauth2/token", refresh_token=token["refresh_token"], auth=handler.auth
    )
    return [me.data.username, token["scope"], tweepy.Client(again["access_token"]).get_me(user_auth=False).data.name]


def post():
    return client().create_tweet(text="hello").data


def paging():
    pages = tweepy.Paginator(client().get_users_followers, "1072250532645998596", user_auth=True)
    return [user.username for user in pages.flatten()]


def like_and_follow():
    return [client().like("20").data, client().follow_user("12").data]


def media_simple():
    media = api().simple_upload("photo.png", file=io.BytesIO(MEDIA))
    return [media.media_id, client().create_tweet(text="a photo", media_ids=[media.media_id]).data["text"]]


def media_in_chunks():
    media = api().chunked_upload(
        "film.mp4", file=io.BytesIO(MEDIA), file_type="video/mp4", media_category="tweet_video"
    )
    return [media.media_id, client().create_tweet(text="a film", media_ids=[media.media_id]).data["text"]]


def filtered_stream():
    class Three(tweepy.StreamingClient):
        texts = ()

        def on_tweet(self, tweet):
            self.texts += (tweet.text,)
            if len(self.texts) == 3:
                self.disconnect()

    stream = Three(E["TWITTER_BEARER_TOKEN"])
    stream.add_rules(tweepy.StreamRule("recproxy", tag="t"))
    stream.filter()
    return list(stream.texts)


if __name__ == "__main__":
    driver.run(
        {
            scenario.__name__: scenario
            for scenario in (
                three_legged,
                application_only,
                oauth2_with_pkce,
                post,
                paging,
                like_and_follow,
                media_simple,
                media_in_chunks,
                filtered_stream,
            )
        }
    )
