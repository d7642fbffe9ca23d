"""bit.ly: v4, and v3 as older programs call it."""

import os

from share.service import ServiceError, call

API = "https://api-ssl.bitly.com"


def shorten(link, *, version="v4"):
    """The short address of a link."""
    token = os.environ["BITLY_ACCESS_TOKEN"]
    if version == "v4":
        headers = {"Authorization": f"Bearer {token}"}
        return call("bit.ly", "POST", f"{API}/v4/shorten", json={"long_url": link}, headers=headers)["link"]
    answer = call("bit.ly", "GET", f"{API}/v3/shorten", params={"access_token": token, "longUrl": link})
    if answer["status_code"] != 200:  # the HTTP status of v3 is 200 whatever happened
        raise ServiceError(provider="bit.ly", message=answer["status_txt"], status=answer["status_code"], code=0)
    return answer["data"]["url"]
