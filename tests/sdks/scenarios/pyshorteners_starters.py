"""pyshorteners asks for the starter recordings of bit.ly."""

import re

import driver
from pyshorteners_calls import bitly

ERRORS = ("rate_limited", "revoked", "server_error")


def shorten():
    return bitly().short("http://slashdot.org/")


def refused():
    return driver.raised(shorten, said=lambda error: re.search(r"[A-Z_]{6,}", str(error))[0])


if __name__ == "__main__":
    driver.run(
        {
            "v4_shorten": shorten,
            "v4_shorten_duplicate": shorten,
            **{f"v4_shorten_{error}": refused for error in ERRORS},
        }
    )
