"""One webhook on its way to the application."""

import contextlib
import socket
import threading

import pytest

from recproxy.control.webhook_messages import Deliver
from recproxy.orchestrator.webhook_call import call_application

MESSAGE = Deliver(
    order=3, lane="default", webhook="events", method="POST", target="/hooks?a=1",
    headers=((b"Content-Type", b"application/json"), (b"X-Twice", b"1"), (b"X-Twice", b"2")), body=b"{}",
)  # fmt: skip


@pytest.fixture
def application():
    """A server that answers once with these bytes; what it got is in `got`."""
    with contextlib.ExitStack() as stack:

        def serve(answer):
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

            def once():
                with listener.accept()[0] as sock:
                    serve.got = b""
                    while not serve.got.endswith(MESSAGE.body) and (more := sock.recv(65536)):
                        serve.got += more  # head and body are sent apart
                    sock.sendall(answer)

            thread = threading.Thread(target=once)
            thread.start()
            stack.callback(thread.join)
            return f"http://127.0.0.1:{listener.getsockname()[1]}"

        yield serve


def test_the_application_gets_what_the_service_sent_and_nothing_else(application):
    address = application(b"HTTP/1.1 202 Taken\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok")
    answer = call_application(address, MESSAGE)

    head, _, body = application.got.partition(b"\r\n\r\n")
    assert (head.splitlines(), body) == (
        [
            b"POST /hooks?a=1 HTTP/1.1",
            b"Host: " + address.removeprefix("http://").encode(),
            b"Content-Type: application/json",
            b"X-Twice: 1",
            b"X-Twice: 2",
            b"Content-Length: 2",
        ],
        b"{}",
    )
    assert (answer.order, answer.status, answer.reason, answer.body, answer.error) == (3, 202, b"Taken", b"ok", "")
    assert answer.headers[0] == (b"Content-Type", b"text/plain")


def test_a_name_below_localhost_is_this_machine_and_stays_in_the_host_header(application):
    address = application(b"HTTP/1.1 204 No Content\r\n\r\n").replace("127.0.0.1", "app.localhost")

    assert call_application(address, MESSAGE).status == 204
    assert b"\r\nHost: " + address.removeprefix("http://").encode() + b"\r\n" in application.got


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"])
def test_an_answer_that_is_none_says_where(application, answer):
    address = application(answer)
    error = call_application(address, MESSAGE).error
    assert error.startswith(f"the application at {address} did not answer: ")
    assert "nonsense" not in error  # it may be a secret


def test_a_header_that_would_be_two_is_not_sent(application):
    bad = Deliver(order=1, lane="", webhook="", method="POST", target="/", headers=((b"X", b"1\r\nY: 2"),), body=b"")
    assert "did not answer" in call_application("http://127.0.0.1:1", bad).error
