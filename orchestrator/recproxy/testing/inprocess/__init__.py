"""Recordings that answer inside the process: for unit tests, without a proxy.

`requests_mock` gives a loaded `responses.RequestsMock`, `vcrpy_cassette` a vcrpy cassette; either holds *answers*: a
recording in play, matched, repeated and filled in as a proxy does it. The libraries are imported when they are asked for.
"""

from recproxy.testing.inprocess.mocks import requests_mock, vcrpy_cassette

__all__ = ["requests_mock", "vcrpy_cassette"]
