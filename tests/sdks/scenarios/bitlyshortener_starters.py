"""bitlyshortener asks for the starter recordings of bit.ly. Refused, it tries /v4/bitlinks too, always."""

import re

import driver
from bitlyshortener_calls import shortener

ERRORS = ("rate_limited", "revoked", "server_error")


def shorten():
    return shortener().shorten_urls(["http://slashdot.org/"])


def refused():
    return driver.raised(shorten, said=lambda error: re.search(r"[0-9]{3} (Client|Server) Error", str(error))[0])


if __name__ == "__main__":
    driver.run(
        {
            "v4_shorten": shorten,
            "v4_shorten_duplicate": shorten,
            **{f"v4_shorten_{error}": refused for error in ERRORS},
        }
    )
