"""URLs as messages may show them."""

import pytest

from recproxy.control.shown_urls import has_password, shown_problem, shown_urls

SECRET = "wJalr/XUtn+FEMI"


@pytest.mark.parametrize(
    ("url", "shown", "password"),
    [
        ("s3://bucket/suite", "s3://bucket/suite", False),
        ("file:///srv/suite", "file:///srv/suite", False),
        ("sftp://host:22/me@here", "sftp://host:22/me@here", False),
        ("sftp://me@host:22/suite", "sftp://XXX@host:22/suite", False),
        ("sftp://me:pass@host/suite", "sftp://XXX@host/suite", True),
        (f"simplecache::s3://AKIA1:{SECRET}@bucket/suite", "simplecache::s3://XXX@bucket/suite", True),
        (f"simplecache::s3://AKIA1:{SECRET}?x#@bucket/suite?a=b", "simplecache::s3://XXX@bucket/suite?XXX", True),
        ("zip://a.zip::sftp://me:pa@ss@host/x", "zip://a.zip::sftp://XXX@host/x", True),
        ("sftp://me:pa/s@s@host/x::s3://KEY@b", "sftp://XXX@host/x::s3://XXX@b", True),
        ("https://host/x?sig=abc&y=z#frag", "https://host/x?XXX", False),
        ("https://host/x#frag", "https://host/x?XXX", False),
        ("[2001:db8::1]", "[2001:db8::1]", False),
    ],
)
def test_credentials_and_queries_are_not_shown(url, shown, password):
    assert shown_urls(url) == shown
    assert shown_urls(f"recordings = '{url}': no") == f"recordings = '{shown}': no"
    assert has_password(url) is password


def test_what_a_library_says_of_a_url_shows_neither():
    url = "s3://KEY1@bucket/suite?endpoint=secret-place"
    said = "no bucket 'KEY1@bucket' at secret-place, KEY12 is not it: GET https://h/x?X-Amz-Signature=abc failed"

    assert shown_problem(said, url) == "no bucket 'XXX@bucket' at XXX, KEY12 is not it: GET https://h/x?XXX failed"
