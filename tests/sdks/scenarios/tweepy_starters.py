"""tweepy asks for the starter recordings of X: API for v1.1, Client for v2."""

import driver
import tweepy
from tweepy_calls import E, api, client

ERRORS = ("duplicate", "rate_limited", "revoked", "server_error")


def update():
    made = api().update_status("testing 1000")
    return [made.text, api().destroy_status(made.id).id]


def request_token():
    handler = tweepy.OAuth1UserHandler(E["TWITTER_CONSUMER_KEY"], E["TWITTER_CONSUMER_SECRET"], callback="oob")
    return handler.get_authorization_url().partition("?")[0]


def post():
    made = client().create_tweet(text="Test Tweet").data
    return [made["text"], client().delete_tweet(made["id"]).data["deleted"]]


def status(error):
    return error.response.status_code


def post_error():
    return driver.raised(client().create_tweet, text="hello", said=status)


def update_error():
    return driver.raised(api().update_status, "hello", said=status)


if __name__ == "__main__":
    driver.run(
        {
            "v1_request_token": request_token,
            "v1_1_update": update,
            **{f"v1_1_update_{error}": update_error for error in ERRORS},
            "v2_me": lambda: client().get_me().data.username,
            "v2_user": lambda: client().get_user(username="Twitter", user_auth=True).data.username,
            "v2_followers": lambda: [
                user.username for user in client().get_users_followers("1072250532645998596", user_auth=True).data
            ],
            "v2_post": post,
            **{f"v2_post_{error}": post_error for error in ERRORS},
            "v2_post_rate_limited_then_posted": lambda: [
                post_error(),
                client().create_tweet(text="Test Tweet").data["text"],
            ],
        }
    )
