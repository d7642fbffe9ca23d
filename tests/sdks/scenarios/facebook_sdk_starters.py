"""facebook-sdk asks for the starter recordings of the Graph API."""

import driver
import facebook
from facebook_sdk_calls import E, graph

ERRORS = ("duplicate", "rate_limited", "revoked", "server_error")
FIELDS = "id,first_name,last_name,name,link,birthday,email,website,verified,picture,gender,timezone"
PARTS = {"link": "http://slashdot.org/", "name": "Slashdot: News for nerds, stuff that matters"}


def access_token():
    token = facebook.GraphAPI(version="3.1").get_access_token_from_code(
        "a-code", "https://app.example/", E["FACEBOOK_APP_ID"], E["FACEBOOK_APP_SECRET"]
    )
    return graph(token["access_token"]).get_object("me", fields=FIELDS)["name"]


def parts(of, message):
    """A post in parts, as a program of 2011 made it: put_object makes a form."""
    token = {"access_token": E["FACEBOOK_ACCESS_TOKEN"]}
    files = {name: (None, text) for name, text in ({"message": message} | PARTS).items()}
    return graph().request(f"{of}/feed", args=token, post_args={}, files=files)["id"]


def refused():
    return driver.raised(graph().put_object, "me", "feed", message="hello", said=lambda error: error.code or error.type)


if __name__ == "__main__":
    driver.run(
        {
            "2011_access_token": access_token,
            "2011_feed": lambda: parts("me", "to my wall"),
            "2011_feed_revoked": refused,
            "2011_group_feed": lambda: parts("197108586994419", "group test"),
            "2011_groups": lambda: graph().get_connections("me", "groups")["data"],
            "feed": lambda: graph().put_object("me", "feed", message="hello")["id"],
            **{f"feed_{error}": refused for error in ERRORS},
        }
    )
