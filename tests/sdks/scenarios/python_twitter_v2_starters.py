"""python-twitter-v2 asks for the starter recordings of X."""

import driver
from python_twitter_v2_calls import USER, Api, E, api

ERRORS = ("duplicate", "rate_limited", "revoked", "server_error")


def request_token():
    mine = Api(consumer_key=E["TWITTER_CONSUMER_KEY"], consumer_secret=E["TWITTER_CONSUMER_SECRET"], oauth_flow=True)
    return mine.get_authorize_url(callback_uri="oob").partition("?")[0]


def post():
    made = api().create_tweet(text="Test Tweet")
    return [made.text, api().delete_tweet(made.id)["data"]["deleted"]]


def post_error():
    return driver.raised(api().create_tweet, text="hello", said=lambda error: error.message["status"])


if __name__ == "__main__":
    driver.run(
        {
            "v1_request_token": request_token,
            "v2_me": lambda: api().get_me().data.username,
            "v2_user": lambda: api().get_user(username="Twitter").data.username,
            "v2_followers": lambda: [user.username for user in api().get_followers(USER).data],
            "v2_post": post,
            **{f"v2_post_{error}": post_error for error in ERRORS},
            "v2_post_rate_limited_then_posted": lambda: [post_error(), api().create_tweet(text="Test Tweet").text],
        }
    )
