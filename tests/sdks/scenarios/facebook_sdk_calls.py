"""facebook-sdk: the user, pages with their own tokens, paging, photos, batches, tokens; requests for uploads by rupload."""

import io
import json
import os

import driver
import facebook
import requests

E = os.environ
PNG = b"\x89PNG" + bytes(range(256)) * 200


def graph(token=None):
    return facebook.GraphAPI(token or E["FACEBOOK_ACCESS_TOKEN"], version="3.1")


def me():
    return graph().get_object("me", fields="id,name")


def pages_with_their_tokens():
    pages = graph().get_connections("me", "accounts")["data"]
    posts = [
        graph(page["access_token"]).put_object(page["id"], "feed", message="Hello " * int(page["id"][-1]))
        for page in reversed(pages)
    ]
    return [[page["name"] for page in pages], [post["id"] for post in posts]]


def paging():
    return [friend["name"] for friend in graph().get_all_connections("me", "friends", limit=1)]


def feed():
    post = graph().put_object("me", "feed", message="Hello")
    return [post["id"], graph().delete_object(post["id"])]


def photo():
    return graph().put_photo(io.BytesIO(PNG), message="A photo")["post_id"]


def batch():
    asked = [
        {"method": "GET", "relative_url": "me?fields=id,name"},
        {
            "method": "POST",
            "relative_url": "me/feed",
            "body": "message=Hello&access_token=" + E["FACEBOOK_ACCESS_TOKEN"],
        },
    ]
    answers = graph().request("", post_args={"batch": json.dumps(asked)})
    return [json.loads(each["body"]) for each in answers]


def long_lived_token():
    token = graph().extend_access_token(E["FACEBOOK_APP_ID"], E["FACEBOOK_APP_SECRET"])
    return [token["expires_in"], graph(token["access_token"]).get_object("me")["name"]]


def debug_token():
    app = graph().get_app_access_token(E["FACEBOOK_APP_ID"], E["FACEBOOK_APP_SECRET"])
    query = {"input_token": E["FACEBOOK_ACCESS_TOKEN"], "access_token": app}
    data = requests.get("https://graph.facebook.com/v3.1/debug_token", params=query, timeout=60).json()["data"]
    own = graph().debug_access_token(E["FACEBOOK_ACCESS_TOKEN"], E["FACEBOOK_APP_ID"], E["FACEBOOK_APP_SECRET"])["data"]
    return [data["is_valid"], data["app_id"] == E["FACEBOOK_APP_ID"], own["type"]]


def code_flow():
    token = graph().get_access_token_from_code(
        "AQ" + "codeOfTheDialog0123456789abcdef", "https://app.example/", E["FACEBOOK_APP_ID"], E["FACEBOOK_APP_SECRET"]
    )
    return graph(token["access_token"]).get_object("me")["name"]


def rupload():
    where = "https://rupload.facebook.com/video-upload/v18.0/4713"
    token = {"Authorization": f"OAuth {E['FACEBOOK_ACCESS_TOKEN']}"}
    half, seen = len(PNG) // 2, []
    for piece in (PNG[:half], PNG[half:]):
        offset = requests.get(where, headers=token, timeout=60).json()["offset"]
        more = {"offset": str(offset), "file_size": str(len(PNG))}
        seen += [offset, requests.post(where, headers=token | more, data=piece, timeout=60).json()["success"]]
    return seen


if __name__ == "__main__":
    driver.run(
        {
            each.__name__: each
            for each in (
                me,
                pages_with_their_tokens,
                paging,
                feed,
                photo,
                batch,
                long_lived_token,
                debug_token,
                code_flow,
                rupload,
            )
        }
    )
