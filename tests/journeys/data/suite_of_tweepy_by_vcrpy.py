"""A suite in the scope_options of tweepy's own: unittest, and one `VCR` object whose decorator names each test's cassette."""

import unittest

import vcr
from tweepy_calls import ASYNC, ORIGINALS, V1, V2, answers, by_api, by_async_client, by_client

tape = vcr.VCR(
    cassette_library_dir=str(ORIGINALS),
    filter_headers=["Authorization"],
    serializer="json",
    record_mode="none",
)


def use(name):
    if name.endswith(".json"):
        return tape.use_cassette(name)
    return tape.use_cassette(name, serializer="yaml")


def asks(ask, name, calls):
    @use(name)
    def test(self):
        self.assertEqual(ask(calls), answers(name))

    return test


def asks_async(name, calls):
    @use(name)
    async def test(self):
        self.assertEqual(await by_async_client(calls), answers(name))

    return test


def named(name):
    return f"test_{name.partition('.')[0]}"


class APITests(unittest.TestCase):
    for cassette, asked in V1.items():
        locals()[named(cassette)] = asks(by_api, cassette, asked)


class ClientTests(unittest.TestCase):
    for cassette, asked in V2.items():
        locals()[named(cassette)] = asks(by_client, cassette, asked)


class AsyncClientTests(unittest.IsolatedAsyncioTestCase):
    for cassette, asked in ASYNC.items():
        locals()[named(cassette)] = asks_async(cassette, asked)
