"""facebook-business asks for the starter recordings of the Graph API: its token and its proof stand in the query."""

import driver
from facebook_business_calls import Page, User, api

ERRORS = ("duplicate", "rate_limited", "revoked", "server_error")


def feed():
    return Page("me", api=api()).create_feed(params={"message": "hello"})["id"]


def refused():
    return driver.raised(feed, said=lambda error: error.api_error_code() or error.api_error_type())


if __name__ == "__main__":
    driver.run(
        {
            "2011_feed_revoked": refused,
            "2011_groups": lambda: list(User("me", api=api()).get_groups()),
            "feed": feed,
            **{f"feed_{error}": refused for error in ERRORS},
        }
    )
