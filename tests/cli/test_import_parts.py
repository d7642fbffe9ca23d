"""A large source in several processes: its text, and what it is refused for."""

import dataclasses

import pytest

from recproxy.cli import shared_work
from recproxy.cli.import_parts import text_pieces
from recproxy.recording import Interaction, Recording, Request, Response, dump

ONE = Interaction(
    request=Request(method="GET", url="https://api.shop.example/"),
    response=Response(status=200, headers=((b"Content-Type", b"application/json"),), body=b'{"a":[1]}'),
)


@pytest.fixture(autouse=True)
def three_processes(monkeypatch):
    monkeypatch.setattr(shared_work, "_LEAST", 1)
    monkeypatch.setattr(shared_work, "_processors", lambda: 3)


def test_the_text_is_that_of_one_process():
    interactions = [
        dataclasses.replace(ONE, request=dataclasses.replace(ONE.request, url=f"https://api.shop.example/{number}"))
        for number in range(7)
    ]
    recording = Recording(interactions=tuple(interactions), comments=("first",), closing=("last",), match_on=("path",))
    assert b"".join(text_pieces(recording)) == dump(recording)


def test_what_has_no_text_is_refused_in_any_part():
    wrong = dataclasses.replace(ONE, comments=("two\nlines",))
    for place in range(3):
        interactions = [ONE, ONE, ONE]
        interactions[place] = wrong
        with pytest.raises(ValueError, match="a comment is one line"):
            b"".join(text_pieces(Recording(interactions=tuple(interactions))))
