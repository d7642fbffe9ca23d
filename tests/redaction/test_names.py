import pytest

from recproxy.redaction.header_values import header_spans
from recproxy.redaction.names import header_is_secret, is_secret

HEADERS = [
    "X-Admin-Token",
    "CB-ACCESS-SIGN",
    "X-Tableau-Auth",
    "X-GUploader-UploadID",
    "X-Shopify-Hmac-Sha256",
    "Ticket",
    "X-Api-Key",
    "x-goog-api-key",
    "Ocp-Apim-Subscription-Key",
    "X-Amz-Security-Token",
    "PRIVATE-TOKEN",
    "DPoP",
]
PLAIN_HEADERS = [
    "ETag", "Date", "Location", "X-Request-Id", "X-Next-Page-Token", "X-Ms-Continuation-Token", "Sync-Token",
    "X-Rate-Limit-Limit", "X-Token-Count", "Server", "Content-Type", "X-Correlation-Id", "Idempotency-Key",
    "Sec-WebSocket-Key", "Surrogate-Key", "Link", "X-Api-Version",
]  # fmt: skip
SECRET = [
    "access_token", "accessToken", "ACCESS-TOKEN", "refresh_token", "client_secret", "clientSecret", "password",
    "user[password]", "credentials.password", "api_key", "apiKey", "oauth_signature", "oauth_nonce", "id_token",
    "X-Amz-Signature", "samlResponse", "stripe_api_key", "db_password", "slack_bot_access_token", "jwt",
]  # fmt: skip
PLAIN = [
    "id", "id_str", "user_id", "name", "screen_name", "created_at", "date", "next_page_token", "nextPageToken",
    "next_token", "token_type", "expires_in", "client_id", "state", "scope", "status", "max_tokens", "total_tokens",
    "prompt_tokens", "author", "public_key", "page_token", "grant_type", "etag", "location", "has_password",
    "password_reset_url_sent", "X-Amz-Date", "X-Amz-Expires", "secretary", "keyboard", "keywords",
]  # fmt: skip


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_that_holds_a_key_is_secret(name):
    assert header_is_secret(name.lower().encode())


@pytest.mark.parametrize("name", PLAIN_HEADERS)
def test_a_header_that_names_a_thing_is_not(name):
    assert not header_is_secret(name.lower().encode())


@pytest.mark.parametrize("name", SECRET)
@pytest.mark.parametrize("json", [False, True])
def test_a_name_that_says_so_is_secret(name, json):
    assert is_secret(name.encode(), b"anything", json=json)


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("json", [False, True])
def test_names_of_ids_dates_and_pages_are_not(name, json):
    assert not is_secret(name.encode(), b"a1b2c3d4e5f6a7b8c9d0", json=json)


@pytest.mark.parametrize(
    ("name", "value", "json", "secret"),
    [
        ("code", "DE", False, False),
        ("code", "SplxlOBeZQQYbYS6WxSbIA", False, True),
        ("code", "SplxlOBeZQQYbYS6WxSbIA", True, False),
        ("token", "hello", True, False),
        ("token", "a-session-42-of-somebody", True, True),
        ("key", "title", False, False),
        ("sig", "q%2Bx/9Lk3mZ81abcd=", False, True),
        ("password", "", True, False),
        ("password", "true", True, False),
        ("secret", "https://a.example.com/secret.png?v5", True, False),
        ("pin", "4711", True, True),
        ("pin", "13", True, False),
        ("pin", "blue", True, False),
        ("mnemonic", "gravel walnut orbit lemon tunnel puppet spice", True, True),
        ("mnemonic", "Ctrl+C", True, False),
        ("token", "cl83XqLm50Wp2K", False, True),
        ("token", "Sha256WithRSA", False, False),
        ("page_token", "cl83XqLm50Wp2K", False, False),
        ("session.id", "Aq1Sw2De3Fr4Gt5Hy6Ju", True, True),
        ("user.id", "Aq1Sw2De3Fr4Gt5Hy6Ju", True, False),
        ("key", "ab/cdEF12gh34/ij56kl78==", False, True),
        ("key", "photos/2024/X9kLm2Qp8", False, False),
        ("signature", "-----BEGIN PGP SIGNATURE-----", True, False),
    ],
)
def test_the_value_decides_where_the_name_does_not(name, value, json, secret):
    assert is_secret(name.encode(), value.encode(), json=json) is secret


def test_the_capitals_of_a_header_divide_its_words():
    value = b"a1B2c3D4e5F6"

    assert [span.value for span in header_spans(b"X-AcmeServiceToken", value, frozenset())] == [value]
    assert header_spans(b"X-AcmeServiceVersion", value, frozenset()) is None


def test_metadata_of_grpc_in_base64_is_named_as_metadata_in_text():
    value = b"b2Zmc2hvcmUtOTk5"
    for name in (b"x-api-key-bin", b"Authorization-Bin", b"cookie-bin"):
        assert [span.value for span in header_spans(name, value, frozenset())] == [value]
    assert header_spans(b"grpc-trace-bin", value, frozenset()) is None
    assert header_spans(b"x-my-bin", value, frozenset((b"x-my-bin",)))[0].value == value
