"""Four clients, three ways to the same recording: a program need not know that it is answered from one."""

import functools
import json
import os
import subprocess
from urllib.request import urlopen

import httpx
import pytest
import requests

from recproxy import recproxy


def by_urllib(url):
    with urlopen(url) as response:
        return response.read()


def by_requests(url):
    return requests.get(url, timeout=30).content


def by_httpx(url):
    return httpx.get(url, verify=trusted_by_httpx()).content


@functools.cache
def trusted_by_httpx():
    """What httpx trusts, read once: it would read all roots for each client, four times for each that may use a proxy."""
    return httpx.create_ssl_context()


def by_curl(url):
    return subprocess.run(["curl", "-sS", url], check=True, stdout=subprocess.PIPE).stdout


CLIENTS = [by_urllib, by_requests, by_httpx, by_curl]


@pytest.mark.parametrize("get", CLIENTS)
@recproxy("https", "api.twitter.com", "clients.rec", mode="replay")
def test_https_through_the_gateway(get):
    assert text_of(get("https://api.twitter.com/2/tweets/20")) == "just setting up my twttr"


@pytest.mark.parametrize("get", CLIENTS)
@recproxy("https", "api.twitter.com", "clients.rec", mode="replay")
def test_plain_http_through_the_gateway(get):
    assert text_of(get("http://api.twitter.com/2/tweets/20")) == "just setting up my twttr"


@pytest.mark.parametrize("get", CLIENTS)
@recproxy("https", "api.twitter.com", "clients.rec", mode="replay")
def test_the_base_url(get):
    assert text_of(get(f"{os.environ['TWITTER_BASE_URL']}/2/tweets/20")) == "just setting up my twttr"


@recproxy("https", "api.twitter.com", "clients.rec", mode="replay")
def test_http_2_in_tls_and_from_the_first_byte():
    with httpx.Client(http1=False, http2=True, verify=trusted_by_httpx()) as client:
        for base in ("https://api.twitter.com", os.environ["TWITTER_BASE_URL"]):
            response = client.get(f"{base}/2/tweets/20")
            assert (response.http_version, text_of(response.content)) == ("HTTP/2", "just setting up my twttr")


def text_of(body):
    return json.loads(body)["data"]["text"]
