"""The test of 2011, written anew: its decorator and its recording are as they were."""

import json
import unittest
from urllib.parse import quote, urlencode
from urllib.request import urlopen

from recproxy import recproxy
from share.testing import address


class TestSendController(unittest.TestCase):
    @recproxy("https", "twitter.com", "test_send.rec")
    def test_send(self):
        status = {
            "oauth_consumer_key": "a key",
            "oauth_nonce": "80434363",
            "oauth_signature_method": "HMAC-SHA1",
            "oauth_timestamp": "1300878410",
            "oauth_token": "a token",
            "oauth_version": "1.0",
            "status": " http://wp.me/pgWjI-7X",
            "oauth_signature": "a signature",
        }
        result = post("https://twitter.com/statuses/update.json", status)
        self.assertEqual(result, {"id": 123})

    @recproxy("https", "twitter.com", "test_send.rec")
    def test_send_through_the_share_server(self):
        share = {"domain": "twitter.com", "api": "1", "shorturl": "http://wp.me/pgWjI-7X"}
        result = post(f"{address()}/api/send", share)
        self.assertEqual(result["result"]["shorturl"], "http://wp.me/pgWjI-7X")


def post(url, form):
    with urlopen(url, data=urlencode(form, quote_via=quote).encode()) as response:
        return json.load(response)
