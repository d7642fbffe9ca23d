"""bitlyshortener: links of one and of several, and their addresses."""

import os

import bitlyshortener
import driver


def shortener():
    return bitlyshortener.Shortener(tokens=[os.environ["BITLY_ACCESS_TOKEN"]], max_cache_size=0)


def shorten():
    return shortener().shorten_urls(["https://slashdot.org/"])


def shorten_several():
    return shortener().shorten_urls([f"https://slashdot.org/{number}" for number in range(5)])


def shorten_a_short_link():
    return shortener().shorten_urls(["https://bit.ly/eT3aUn"])


def usage():
    return shortener().shorten_urls_to_dict(["https://slashdot.org/a", "https://slashdot.org/b"])


if __name__ == "__main__":
    driver.run({each.__name__: each for each in (shorten, shorten_several, shorten_a_short_link, usage)})
