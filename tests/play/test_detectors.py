"""What detect-secrets finds with a fast look before it, beside what all of its detectors find in every line."""

import re
import zlib
from importlib import import_module, metadata
from importlib.metadata import PackageNotFoundError

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recproxy.play import detectors
from recproxy.play.detectors import are_there, detected

pytest.importorskip("detect_secrets")
PLUGINS = [
    getattr(import_module(f"detect_secrets.plugins.{module}"), kind)()
    for module, kind in (
        ("artifactory", "ArtifactoryDetector"),
        ("aws", "AWSKeyDetector"),
        ("azure_storage_key", "AzureStorageKeyDetector"),
        ("basic_auth", "BasicAuthDetector"),
        ("discord", "DiscordBotTokenDetector"),
        ("github_token", "GitHubTokenDetector"),
        ("gitlab_token", "GitLabTokenDetector"),
        ("jwt", "JwtTokenDetector"),
        ("mailchimp", "MailchimpDetector"),
        ("npm", "NpmDetector"),
        ("openai", "OpenAIDetector"),
        ("pypi_token", "PypiTokenDetector"),
        ("sendgrid", "SendGridDetector"),
        ("slack", "SlackDetector"),
        ("square_oauth", "SquareOAuthDetector"),
        ("stripe", "StripeDetector"),
        ("telegram_token", "TelegramBotTokenDetector"),
        ("twilio", "TwilioKeyDetector"),
    )
]
keys = st.one_of(*(st.from_regex(expression) for plugin in PLUGINS for expression in plugin.denylist))
glue = st.sampled_from(
    ["\n", " ", '"', "AP", "SK", "eyJ", "-us1", "://", "@", ":", ".", "AWſ", "HOOK", "ſ", "\u2028", "é", "٣", "x" * 30]
)


def by_every_line(text):
    return [
        (plugin.secret_type.lower(), value)
        for line in text.decode("utf-8", "replace").splitlines()
        for plugin in PLUGINS
        for value in plugin.analyze_string(line)
    ]


@settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(st.lists(keys | glue, max_size=6))
def test_the_fast_look_lets_pass_what_the_detectors_find(pieces):
    text = "".join(pieces).encode("utf-8", "replace")

    assert list(detected(text)) == by_every_line(text)


@pytest.mark.parametrize("text", [b"", b"\xff\0\xfe", b"AP SK eyJ -us1 https://a.example/webhook 12:34 a.b.c"])
def test_nothing_is_found_where_there_is_nothing(text):
    assert list(detected(text)) == []


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("artifactory credentials", '"AKC' + "abcdefghij0" + '"'),
        ("artifactory credentials", '"AP٣' + "bcdefghij01" + '"'),
        ("aws access key", "AWſ_key='" + "a1B2c3D4e5" * 4 + "'"),
        ("json web token", "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxIn0." + "c2lnbmF0dXJl"),
        ("mailchimp access key", "0123456789abcdef" * 2 + "-us12"),
        ("npm tokens", "//registry.example/:_authToken=" + "npm_" + "abcdefghij"),
        ("slack token", "HTTPS://HOOKſ.SLACK.COM/ſervices/" + "T1/B2/c3"),
        ("stripe access key", "rk_live_" + "abcdefghij" + "0123456789" + "abcd"),
        ("telegram bot token", "1234567٣:" + "a1B2c" * 7),
    ],
)
def test_a_key_is_found_in_the_line_where_it_stands(rule, line):
    text = f"AP\n{line}\neyJ".encode()

    assert by_every_line(text)
    assert {each for each, _ in detected(text)} == {rule}
    assert list(detected(text)) == by_every_line(text)


def test_a_word_a_thousand_times_hides_no_key(monkeypatch):
    monkeypatch.setattr(detectors, "_TRIES", 3)
    key = "S" + "K" + "0123456789abcdef" * 2
    text = f"{'SK ' * 1000}\n{key}".encode()

    assert list(detected(text)) == [("twilio api key", key)]


def test_a_detector_with_other_expressions_reads_every_line(monkeypatch):
    plugin = import_module("detect_secrets.plugins.npm").NpmDetector
    monkeypatch.setattr(plugin, "denylist", [re.compile("of another release")])
    monkeypatch.setattr(detectors, "version", lambda _: "99.0")
    detectors._detectors.cache_clear()
    try:
        assert list(detected(b"one of another release")) == [("npm tokens", "of another release")]
    finally:
        detectors._detectors.cache_clear()


def test_without_detect_secrets_nothing_is_found(monkeypatch):
    def missing(name):
        raise ImportError(name)

    def missing_version(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(detectors, "import_module", missing)
    monkeypatch.setattr(detectors, "version", missing_version)
    detectors._detectors.cache_clear()
    try:
        assert not are_there()
        assert list(detected(b"AKIA" + b"A1B2C3D4E5F6G7H8")) == []
    finally:
        detectors._detectors.cache_clear()


def test_the_release_whose_expressions_are_known_has_those_of_the_rows():
    assert {
        row.kind
        for row in detectors._ROWS
        if zlib.crc32(repr([(each.pattern, each.flags) for each in detectors._plugin(row).denylist]).encode())
        != row.known
    } == set()
    assert metadata.version("detect-secrets") == detectors._MADE_FOR
