"""What the first bytes tell."""

import pytest

from recproxy.formats import sniffing


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        (b"interactions:\n- request:\n", True),
        (b"version: 1\ninteractions: []\n", True),
        (b"- request: !!python/object:vcr.request.Request\n", True),
        (b"http_interactions:\n- request:\n", False),
        (b'{"interactions": []}', False),
        (b"GET / HTTP/1.1\n\ninteractions\n", False),
        (b"\xff\xfe\x00", False),
        (b"", False),
    ],
)
def test_a_cassette_in_yaml(head, wanted):
    assert sniffing.vcrpy_yaml(head) is wanted
