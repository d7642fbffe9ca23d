"""Recordings that answer inside the process, for unit tests; see `recproxy.testing.inprocess`."""

from recproxy.testing.inprocess import requests_mock, vcrpy_cassette

__all__ = ["requests_mock", "vcrpy_cassette"]
