"""What a web page in the user's browser can do to a run: nothing, at the gateway, a base URL or the control address."""

import json
import os
import socket
from urllib.parse import urlsplit

import pytest
from deadlines import seconds
from process_tree import descendants


@pytest.fixture
def live(project):
    """A run whose gateway lets hosts pass that no profile owns."""
    server = project.serve("--mode", "live")
    line = server.stdout.readline()
    assert line, server.stderr.read()
    yield server, json.loads(line)["environment"]
    server.communicate(timeout=seconds(20))


def ask(port, target, *headers, method="GET"):
    """The status of a request, and its body."""
    lines = [f"{method} {target} HTTP/1.1", *headers, "Connection: close", "", ""]
    with socket.create_connection(("127.0.0.1", port), timeout=seconds(20)) as client:
        client.sendall("\r\n".join(lines).encode("latin-1"))
        received = b""
        while data := client.recv(65536):
            received += data
    head, _, body = received.decode().partition("\r\n\r\n")
    return int(head.split()[1]), body


def port_of(environment, name):
    return urlsplit(environment[name]).port


def descriptors(pid):
    return sum(len(os.listdir(f"/proc/{each}/fd")) for each in (pid, *descendants(pid)))


def test_a_request_for_the_run_itself_is_not_forwarded_by_any_spelling(live):
    server, environment = live
    gateway = port_of(environment, "HTTP_PROXY")
    before = descriptors(server.pid)

    names = ("127.0.0.1", "localhost", "LOCALHOST.", "a.localhost", "127.1", "0.0.0.0", "2130706433", "0x7f000001")
    for host in (*names, "0177.0.0.1", "[::ffff:127.0.0.1]", "[0::ffff:7f00:0001]"):
        assert ask(gateway, "/", f"Host: {host}:{gateway}")[0] == 421
        assert ask(gateway, f"http://{host}:{gateway}/", f"Host: {host}:{gateway}")[0] in (421, 502)
    for name in ("HTTP_PROXY", "SHOP_BASE_URL", "RECPROXY_CONTROL"):
        status, text = ask(gateway, "/", f"Host: rebound.example:{port_of(environment, name)}")
        assert (status, "rebound.example" in text) == (421, True)
    assert descriptors(server.pid) <= before + 8


BROWSER = "User-Agent: Mozilla/5.0 (X11; Linux x86_64)"
SHOP = "Host: api.shop.example"
PAGES = [
    (200, ["Host: 127.0.0.1:{port}"]),
    (200, ["Host: localhost:{port}"]),
    (200, ["Host: app.localhost"]),
    (200, ["Host: 10.0.2.2:{port}"]),
    (200, [SHOP]),
    (200, ["Host: images.shop.example:443"]),
    (421, ["Host: rebound.example:{port}"]),
    (421, ["Host: rebound.example"]),
    (421, ["Host: api.shop.example.evil.example"]),
    (200, [SHOP, "Origin: http://localhost:3000", "Sec-Fetch-Site: cross-site"]),
    (200, [SHOP, "Referer: http://127.0.0.1:3000/page", "Sec-Fetch-Site: cross-site"]),
    (200, [SHOP, "Origin: https://api.shop.example", BROWSER]),
    (200, [SHOP, "Origin: https://app.example", "User-Agent: python-requests/2.32"]),
    (200, [SHOP, "Sec-Fetch-Site: none"]),
    (403, [SHOP, "Origin: https://evil.example", BROWSER]),
    (403, [SHOP, "Origin: null", "Sec-Fetch-Site: same-site"]),
    (403, [SHOP, "Referer: https://evil.example/", "Sec-Fetch-Site: cross-site"]),
    (403, [SHOP, "Sec-Fetch-Site: cross-site"]),
]


def test_a_base_url_answers_its_own_names_and_pages_of_this_machine_only(served):
    port = port_of(served, "SHOP_BASE_URL")

    got = [ask(port, "/item?id=1", *(each.format(port=port) for each in headers)) for _, headers in PAGES]

    assert [status for status, _ in got] == [status for status, _ in PAGES]
    assert got[6][1].strip() == (
        f"recproxy: Host rebound.example:{port} is neither this base URL nor a host of the profile: "
        "send the base URL's own"
    )
    assert got[-1][1].strip() == (
        "recproxy: a web page of another site must not use a base URL: load the page from localhost or 127.0.0.1"
    )


def test_the_control_address_answers_no_web_page_even_with_the_token(served):
    port = port_of(served, "RECPROXY_CONTROL")
    token = f"Authorization: Bearer {served['RECPROXY_TOKEN']}"

    def status(*headers):
        return ask(port, "/", token, *headers)[0]

    assert status(f"Host: 127.0.0.1:{port}") == 200
    assert status(f"Host: localhost:{port}", "Origin: http://localhost:3000") == 200
    assert status(f"Host: 10.0.2.2:{port}") == 200
    assert status(f"Host: rebound.example:{port}") == 421
    assert status(f"Host: 127.0.0.1:{port}", "Origin: https://evil.example", BROWSER) == 403
    assert status(f"Host: 127.0.0.1:{port}", "Origin: https://app.example") == 200
    assert status(f"Host: 127.0.0.1:{port}", "Sec-Fetch-Site: cross-site") == 403
