"""Real tweepy over recordings of each cassette: the cassettes themselves, or what was imported of them."""

import asyncio
import os
from pathlib import Path

import pytest
from tweepy_calls import ASYNC, V1, V2, answers, by_api, by_async_client, by_client

RECORDINGS = Path(os.environ["TWEEPY_RECORDINGS"])


@pytest.fixture
def played(request, recproxy):
    """The recording of a cassette is in play, and all of it must be."""
    name = request.getfixturevalue("name")
    [path] = RECORDINGS.glob(f"{name.rpartition('.')[0]}.*")
    recproxy.add("twitter", str(path))
    yield
    assert set(recproxy.plays("twitter")) == {1}


@pytest.mark.usefixtures("played")
@pytest.mark.parametrize("name", sorted(V1))
def test_api(name):
    assert by_api(V1[name]) == answers(name)


@pytest.mark.usefixtures("played")
@pytest.mark.parametrize("name", sorted(V2))
def test_client(name):
    assert by_client(V2[name]) == answers(name)


@pytest.mark.usefixtures("played")
@pytest.mark.parametrize("name", sorted(ASYNC))
def test_async_client(name):
    assert asyncio.run(by_async_client(ASYNC[name])) == answers(name)
