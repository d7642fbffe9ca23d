"""The tokens that responses of language models count, by the tables of the profiles that we ship."""

import gzip
from pathlib import Path

import pytest

from recproxy.config.profile_reading import parse_profile
from recproxy.config.report_table import TokenTable
from recproxy.config.toml_files import read_toml
from recproxy.errors import ProfileError
from recproxy.play.reading import read_recording
from recproxy.play.response_tokens import ResponseTokens, response_tokens
from recproxy.recording import Response

PROFILES = Path(__file__).parents[2] / "profiles"
JSON = ((b"Content-Type", b"application/json"),)
EVENTS = ((b"Content-Type", b"text/event-stream; charset=utf-8"),)
TABLE = TokenTable(model=("/model",), input=("/usage/in",), output=("/usage/out",))


def starter(profile, recording, number=0):
    package = PROFILES / profile / f"recproxy_{profile}"
    table = parse_profile(read_toml(package / "profile.toml", ProfileError)).report.tokens
    recorded = read_recording(str(package / "recordings" / f"{recording}.rec")).interactions[number]
    return response_tokens(table, recorded.response)


@pytest.mark.parametrize(
    ("profile", "recording", "model", "counts"),
    [
        ("openai", "chat", "gpt-5.4-mini-2026-03-17", (19, 0, 10)),
        ("openai", "responses", "gpt-5.4-mini-2026-03-17", (37, 0, 11)),
        ("openai", "responses_stream", "gpt-5.4-mini-2026-03-17", (37, 0, 11)),
        ("openai", "embeddings", "text-embedding-3-small", (2, 0, 0)),
        ("anthropic", "message", "claude-sonnet-5", (19, 0, 12)),
        ("anthropic", "message_stream", "claude-sonnet-5", (19, 0, 12)),
    ],
)
def test_starter_recordings_say_what_they_used(profile, recording, model, counts):
    wanted = ResponseTokens(model=model, input=counts[0], cached=counts[1], output=counts[2])

    assert starter(profile, recording) == wanted


@pytest.mark.parametrize(("profile", "recording"), [("openai", "rate_limited"), ("anthropic", "models")])
def test_responses_without_usage_count_nothing(profile, recording):
    assert starter(profile, recording) is None


def test_input_from_a_cache_is_part_of_the_input_of_anthropic():
    table = parse_profile(read_toml(PROFILES / "anthropic/recproxy_anthropic/profile.toml", ProfileError)).report.tokens
    started = (
        b'{"message": {"model": "m", "usage": {"input_tokens": 4, "cache_read_input_tokens": 60, "output_tokens": 1}}}'
    )
    ended = b'{"usage": {"output_tokens": 7}}'
    body = b"event: a\r\ndata: " + started + b"\r\n\r\nevent: b\r\ndata: {}\r\n\r\ndata: " + ended + b"\r\n\r\n"

    wanted = ResponseTokens(model="m", input=64, cached=60, output=7)
    assert response_tokens(table, Response(status=200, headers=EVENTS, body=body)) == wanted


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b'{"model": "m", "usage": {"in": 3, "out": 2}}', JSON),
        (
            gzip.compress(b'{"model": "m", "usage": {"in": 3, "out": 2}}', mtime=0),
            (*JSON, (b"Content-Encoding", b"gzip")),
        ),
        (b'data: {"model": "m", "usage": {"in": 3, "out": 1}}\n\ndata: {"usage":\ndata: {"out": 2}}\n\n', EVENTS),
        (b'{"id": XXX[id], "model": "m", "usage": {"in": 3, "out": 2}}', JSON),
        (b'data: {"model": "m"}\n\ndata: {"at": XXX[at.number], "usage": {"in": 3, "out": 2}}\n\n', EVENTS),
        (b'data: {"model": "m"}\n\ndata: {"usage": {"in": 3, "out": 2}}\n\ndata: [DONE]\n\n', EVENTS),
    ],
)
def test_counts_are_read_from_json_and_from_events(body, headers):
    assert response_tokens(TABLE, Response(status=200, headers=headers, body=body)) == ResponseTokens(
        model="m", input=3, output=2
    )


@pytest.mark.parametrize(
    "body",
    [
        b'{"usage": {"in": 3}}',
        b'{"model": 7, "usage": {"in": 3}}',
        b'{"model": "m", "usage": {"in": true, "out": -1}}',
        b'{"model": "m", "usage": {"in": "3"}}',
        b'{"model": "m", "usage": {"in": 3}',
        b'[{"model": "m", "usage": {"in": 3}}]',
        b'{"model": "m"}',
    ],
)
def test_what_is_no_count_of_a_known_model_says_nothing(body):
    assert response_tokens(TABLE, Response(status=200, headers=JSON, body=body)) is None


def test_a_wildcard_without_quotes_is_no_model():
    body = b'{"model": XXX[model], "usage": {"in": 3, "out": XXX[out.number]}}'

    assert response_tokens(TABLE, Response(status=200, headers=JSON, body=body, wild="XXX")) is None
