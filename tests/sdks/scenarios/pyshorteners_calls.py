"""pyshorteners for v4; requests for what it has no call for: groups, pages, v3, and both ways to a token."""

import os

import driver
import pyshorteners
import requests

E = os.environ
API = "https://api-ssl.bitly.com"


def bitly():
    return pyshorteners.Shortener(api_key=E["BITLY_ACCESS_TOKEN"]).bitly


def get(path, token=None, **query):
    headers = {"Authorization": f"Bearer {token or E['BITLY_ACCESS_TOKEN']}"}
    return requests.get(f"{API}{path}", params=query, headers=headers, timeout=60).json()


def short():
    return bitly().short("https://slashdot.org/")


def expand():
    return bitly().expand("https://bit.ly/eT3aUn")


def total_clicks():
    return bitly().total_clicks("https://bit.ly/eT3aUn")


def groups_and_user():
    user = get("/v4/user")
    return [user["name"], user["default_group_guid"], get("/v4/groups")["groups"][0]["name"]]


def pages():
    seen, path = [], "/v4/groups/Ba1bc23dE4F/bitlinks?page=1&size=1"
    while path:
        page = get(path)
        seen += [link["long_url"] for link in page["links"]]
        path = page["pagination"]["next"].removeprefix(API)
    return seen


def clicks_summary():
    return get("/v4/bitlinks/bit.ly/eT3aUn/clicks/summary", unit="day", units=-1)


def v3_by_key():
    query = {
        "login": E["BITLY_LOGIN"],
        "apiKey": E["BITLY_API_KEY"],
        "longUrl": "https://slashdot.org/",
        "format": "json",
    }
    return requests.get(f"{API}/v3/shorten", params=query, timeout=60).json()


def v3_by_token():
    token = E["BITLY_ACCESS_TOKEN"]
    first = requests.get(
        f"{API}/v3/expand", params={"access_token": token, "shortUrl": "http://bit.ly/eT3aUn"}, timeout=60
    )
    second = requests.get(
        f"{API}/v3/link/clicks", params={"access_token": token, "link": "http://bit.ly/eT3aUn"}, timeout=60
    )
    return [first.json(), second.json()]


def token_by_code():
    form = {
        "client_id": E["BITLY_CLIENT_ID"],
        "client_secret": E["BITLY_CLIENT_SECRET"],
        "code": "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c",
        "redirect_uri": "https://app.example/callback",
    }
    text = requests.post(f"{API}/oauth/access_token", data=form, timeout=60).text
    pairs = dict(pair.split("=") for pair in text.split("&"))
    return [sorted(pairs), get("/v4/user", pairs["access_token"])["name"]]


def token_by_password():
    form = {"grant_type": "password", "username": "someone", "password": "correct horse 4711"}
    client = (E["BITLY_CLIENT_ID"], E["BITLY_CLIENT_SECRET"])
    token = requests.post(f"{API}/oauth/access_token", data=form, auth=client, timeout=60).json()["access_token"]
    return get("/v4/user", token)["name"]


if __name__ == "__main__":
    driver.run(
        {
            each.__name__: each
            for each in (
                short,
                expand,
                total_clicks,
                groups_and_user,
                pages,
                clicks_summary,
                v3_by_key,
                v3_by_token,
                token_by_code,
                token_by_password,
            )
        }
    )
