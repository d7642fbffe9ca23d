"""facebook-business: with the proof of the application's secret: users, pages, batches, and a video in pieces."""

import os
import tempfile
from pathlib import Path

import driver
from facebook_business.adobjects.advideo import AdVideo
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.user import User
from facebook_business.api import FacebookAdsApi

E = os.environ


def api(token=None):
    names = (E["FACEBOOK_APP_ID"], E["FACEBOOK_APP_SECRET"], token or E["FACEBOOK_ACCESS_TOKEN"])
    return FacebookAdsApi.init(*names, crash_log=False)


def me():
    return User("me", api=api()).api_get(fields=["id", "name"])["name"]


def pages_with_their_tokens():
    pages = list(User("me", api=api()).get_accounts(fields=["access_token", "name"]))
    posts = [
        Page(page["id"], api=api(page["access_token"])).create_feed(params={"message": "Hello"})["id"]
        for page in reversed(pages)
    ]
    return [[page["name"] for page in pages], posts]


def batch():
    seen = []
    together = api().new_batch()
    User("me", api=api()).api_get(
        fields=["name"], batch=together, success=lambda answer: seen.append(answer.json()["name"])
    )
    Page("me", api=api()).create_feed(
        params={"message": "Hello"}, batch=together, success=lambda answer: seen.append(answer.json()["id"])
    )
    together.execute()
    return seen


def video():
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "film.mp4"
        film.write_bytes(bytes(range(256)) * 1200)
        made = AdVideo(parent_id="act_4711", api=api())
        made[AdVideo.Field.filepath] = str(film)
        made.remote_create()
        return made["id"]


if __name__ == "__main__":
    driver.run({each.__name__: each for each in (me, pages_with_their_tokens, batch, video)})
