"""What the URL of the user's own proxy says."""

import base64

import pytest

from recproxy.proxy.user_proxy import UserProxy, read_user_proxy

LOGIN = b"Basic " + base64.b64encode(b"user@work:p:ss")


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("proxy.example:3128", UserProxy(host="proxy.example", port=3128)),
        ("http://proxy.example", UserProxy(host="proxy.example", port=80)),
        ("https://proxy.example", UserProxy(host="proxy.example", port=443, secure=True)),
        ("http://[::1]:8080/", UserProxy(host="::1", port=8080)),
        ("http://user%40work:p%3Ass@a:1", UserProxy(host="a", port=1, authorization=LOGIN)),
        ("http://user@a:1", UserProxy(host="a", port=1, authorization=b"Basic dXNlcjo=")),
    ],
)
def test_a_url_says_where_it_is_and_how_to_log_in(url, wanted):
    assert read_user_proxy(url) == wanted


@pytest.mark.parametrize(
    ("url", "said"),
    [("socks5://a:1", "of the kind socks5 is not supported"), ("http://:1", "has no host"), ("http://a:x", "Port")],
)
def test_one_that_cannot_be_used_is_told(url, said):
    with pytest.raises(ValueError, match=said):
        read_user_proxy(url)


def test_its_password_is_not_shown():
    assert "dXNl" not in repr(read_user_proxy("http://user@a:1"))
