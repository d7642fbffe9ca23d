import pytest

from recproxy.http.web_pages import foreign_host, foreign_page

BROWSER = ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64)")
HOSTS = ("api.shop.example", "*.shop.example")


@pytest.mark.parametrize(
    ("authority", "hosts", "wanted"),
    [
        ("", HOSTS, False),
        ("127.0.0.1:8000", HOSTS, False),
        ("host.docker.internal:8000", HOSTS, False),
        ("internal.evil.example", HOSTS, True),
        ("[::1]:8000", (), False),
        ("10.0.2.2:8000", HOSTS, False),
        ("10.0.2.2", (), False),
        ("10.0.2.2:8000", ("*",), False),
        ("[fe80::2]:8000", (), False),
        ("10.0.2.2.example:8000", (), True),
        ("10.0.2.2.3:8000", (), True),
        ("api.shop.example", HOSTS, False),
        ("API.shop.example.:8000", HOSTS, False),
        ("a.b.shop.example", HOSTS, True),
        ("other.example", HOSTS, True),
        ("api.shop.example:x", HOSTS, True),
        ("other.example", ("*",), False),
        ("other.example:443", ("*",), False),
        ("other.example:8000", ("*",), True),
        ("localhost:8000", ("*",), False),
        ("api.shop.example:8000", ("*", "api.shop.example"), False),
    ],
)
def test_which_names_are_foreign(authority, hosts, wanted):
    assert foreign_host(authority, hosts, port=8000) is wanted


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ((), ""),
        ((("Accept", "*/*"), ("Referer", "https://evil.example/a")), ""),
        ((("Origin", "http://localhost:3000"), BROWSER), ""),
        ((("ORIGIN", "https://img.shop.example"), BROWSER), ""),
        ((("Origin", "https://evil.example"), BROWSER), "https://evil.example"),
        ((("Origin", "null"), BROWSER), "null"),
        ((("Origin", "https://evil.example"), ("Sec-Fetch-Site", "same-site")), "https://evil.example"),
        ((("Origin", "https://app.example"),), ""),
        ((("Origin", "https://app.example"), ("User-Agent", "node"), ("Sec-Fetch-Mode", "cors")), ""),
        ((("Referer", "https://evil.example"), BROWSER), ""),
        ((("Sec-Fetch-Site", "same-origin"),), ""),
        ((("Sec-Fetch-Site", "cross-site"),), "another site"),
        ((("Sec-Fetch-Site", "cross-site"), ("Referer", "http://127.0.0.1:1/a")), ""),
        ((("Sec-Fetch-Site", "cross-site"), ("Referer", "https://evil.example/a?b")), "https://evil.example/a"),
    ],
)
def test_which_page_sent_a_request(headers, wanted):
    assert foreign_page(tuple((name.encode(), value.encode()) for name, value in headers), HOSTS) == wanted
