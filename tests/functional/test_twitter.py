"""Posting to Twitter, and how it fails, as plain unittest."""

import unittest

from recproxy import recproxy
from share.testing import contacts, send

SHARE = {"domain": "twitter.com", "message": "nerdy!", "shorturl": "https://bit.ly/eT3aUn"}


class TestPost(unittest.TestCase):
    @recproxy("https", "api.twitter.com", "post.rec")
    def test_a_post_is_answered_with_its_id(self):
        answer = send(**SHARE)

        self.assertIsNone(answer["error"])
        self.assertEqual(answer["result"]["id"], "1522929456142245888")
        self.assertEqual(answer["result"]["text"], "nerdy! https://bit.ly/eT3aUn")

    @recproxy("https", "api.twitter.com", "v2_post_duplicate.rec", mode="replay")
    def test_a_duplicate_is_refused(self):
        answer = send(**SHARE)

        self.assertIsNone(answer["result"])
        self.assertEqual(
            answer["error"],
            {
                "provider": "twitter.com",
                "message": "You are not allowed to create a Tweet with duplicate content.",
                "status": 403,
                "code": 0,
            },
        )

    @recproxy("https", "api.twitter.com", "v2_post_rate_limited.rec", mode="replay")
    def test_a_rate_limit_says_when_to_come_again(self):
        error = send(**SHARE)["error"]

        self.assertEqual(error["status"], 429)
        self.assertEqual(error["retry_at"], 1651930551)

    @recproxy("https", "api.twitter.com", "v2_post_rate_limited_then_posted.rec", mode="replay")
    def test_what_a_rate_limit_refused_can_be_sent_again(self):
        first, second = send(**SHARE), send(**SHARE)

        self.assertEqual(first["error"]["status"], 429)
        self.assertIsNone(second["error"])

    @recproxy("https", "api.twitter.com", "v2_post_revoked.rec", mode="replay")
    def test_a_revoked_token_is_told(self):
        error = send(**SHARE)["error"]

        self.assertEqual((error["status"], error["message"]), (401, "Unauthorized"))

    @recproxy("https", "api.twitter.com", "v2_post_server_error.rec", mode="replay")
    def test_a_server_error_is_told(self):
        error = send(**SHARE)["error"]

        self.assertEqual((error["status"], error["message"]), (503, "Service Unavailable"))


class TestOlderPost(unittest.TestCase):
    """v1.1, which wants a signature of OAuth 1 in the form."""

    @recproxy("https", "api.twitter.com", "v1_1_update_duplicate.rec", mode="replay")
    def test_a_duplicate_has_a_code(self):
        error = send(**SHARE, api="1.1")["error"]

        self.assertEqual(
            error,
            {"provider": "twitter.com", "message": "Status is a duplicate.", "status": 403, "code": 187},
        )

    @recproxy("https", "api.twitter.com", "v1_1_update_rate_limited.rec", mode="replay")
    def test_a_rate_limit_says_when_to_come_again(self):
        error = send(**SHARE, api="1.1")["error"]

        self.assertEqual((error["code"], error["retry_at"]), (88, 1562985174))


class TestContacts(unittest.TestCase):
    @recproxy("https", "api.twitter.com", "contacts.rec")
    def test_followers_are_entries_of_an_address_book(self):
        result = contacts()["result"]

        self.assertEqual(result["totalResults"], 2)
        self.assertEqual(
            result["entry"][0],
            {
                "displayName": "X Dev",
                "accounts": [{"domain": "twitter.com", "userid": "2244994945", "username": "TwitterDev"}],
            },
        )


if __name__ == "__main__":
    unittest.main()
