"""What recproxy answers itself."""

import pytest

from recproxy.http import Head
from recproxy.http.refusals import NOT_RETRIED, refusal_answer


def head(*headers, method=b"POST"):
    return Head(
        method=method, target=b"/a.B/C", headers=headers, host=b"a", http10=False, expects=False, keep_alive=True
    )


def answer(asked, text="recproxy: no\nmore"):
    return refusal_answer(asked, 599, text, call_status=NOT_RETRIED, reason="Not Recorded", close=False)


def test_a_request_of_http_gets_its_status():
    assert answer(head()).startswith(b"HTTP/1.1 599 Not Recorded\r\n")


def test_a_call_gets_a_status_of_grpc_and_no_body():
    assert answer(head((b"content-type", b"application/grpc-web+proto"))) == (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/grpc-web+proto\r\ngrpc-status: 9\r\n"
        b"grpc-message: recproxy: no%0Amore\r\nCache-Control: no-store\r\nContent-Length: 0\r\n\r\n"
    )


@pytest.mark.parametrize("close", [True, False])
def test_a_page_may_see_it(close):
    asked = head((b"content-type", b"application/grpc-web"), (b"Origin", b"https://page.example"))
    data = refusal_answer(asked, 502, "no", call_status=14, close=close)

    assert b"\r\ngrpc-message: recproxy: no\r\n" in data
    assert b"\r\nAccess-Control-Allow-Origin: https://page.example\r\n" in data
    assert (b"\r\nConnection: close\r\n" in data) is close
