from types import SimpleNamespace

import pytest

from recproxy.http import Head
from recproxy.proxy.outgoing import NotSendable, outgoing_request
from recproxy.proxy.route import Target

TARGET = Target("http", "shop.example", 80)


def sent(*headers, target=b"/a", absolute=False, authorization=b""):
    head = Head(b"POST", target, headers, b"shop.example", http10=False, expects=False, keep_alive=True)
    request = outgoing_request(
        head, TARGET, SimpleNamespace(absolute=absolute, authorization=authorization, http2=False)
    )
    return request.target, request.headers.raw_items()


def test_the_users_proxy_is_asked_in_absolute_form_with_its_login():
    assert sent(absolute=True, authorization=b"Basic x") == (
        b"http://shop.example/a",
        [(b"Host", b"shop.example"), (b"Proxy-Authorization", b"Basic x")],
    )


@pytest.mark.parametrize(
    ("line", "status", "text"),
    [
        ((b"Transfer-Encoding", b"gzip, chunked"), 501, "the only Transfer-Encoding that can be sent on is chunked"),
        ((b"X-Token", b"a\x00secret"), 400, "it has a header that HTTP/1.1 does not allow"),
    ],
)
def test_what_cannot_be_sent_has_a_status_of_its_own(line, status, text):
    with pytest.raises(NotSendable) as caught:
        sent(line)

    assert (caught.value.status, str(caught.value)) == (status, text)
