"""Faults that a test asks for at the control address, as real clients meet them over every way to a proxy."""

import os
import shutil
import subprocess

import pytest
import requests
from control_address import ask_scope
from deadlines import seconds

from recproxy.recording.faults import FAULTS, TLS_FAULTS

RESET = "Connection reset by peer"
NAME = "api.shop.example"


@pytest.fixture
def faulty(_held):
    """Begins a scope with a fault, and asks over a way: what the client says, and the outcome of the scope."""

    def ask(fault, way="tunnel", client=None):
        faults = {"shop": fault}
        status, said = ask_scope(
            _held, "PUT", {"name": "test_it", "recordings": {"shop": "default.rec"}, "faults": faults}
        )
        assert status < 300, said
        try:
            seen = (client or by_requests)(_held, way)
        finally:
            _, outcome = ask_scope(_held, "DELETE", {"passed": True})
        return seen, outcome

    return ask


def by_requests(environment, way):
    """A status and a body, or the error at the bottom of what requests raises."""
    with requests.Session() as session:
        session.trust_env = False
        address = {"tunnel": f"https://{NAME}", "gateway": f"http://{NAME}", "base URL": environment["SHOP_BASE_URL"]}
        if way != "base URL":
            session.proxies = {"http": environment["HTTP_PROXY"], "https": environment["HTTPS_PROXY"]}
        session.verify = environment["SSL_CERT_FILE"]
        try:
            answer = session.get(f"{address[way]}/item?id=1", timeout=seconds(20))
        except requests.exceptions.SSLError as problem:
            return "SSLError", str(problem)
        except requests.ConnectionError as problem:  # some are blamed on the proxy
            return "ConnectionError", str(problem)
        except requests.exceptions.ChunkedEncodingError as problem:
            return "ChunkedEncodingError", str(problem)
    return answer.status_code, answer.text


def by_program(*words):
    def ask(environment, _way):
        chosen = {
            **os.environ,
            **{name: value for name, value in environment.items() if not name.startswith("RECPROXY_")},
        }
        done = subprocess.run(words, env=chosen, capture_output=True, text=True, timeout=seconds(30), check=False)  # noqa: S603 - the test's own words
        return done.returncode, done.stderr

    return ask


CURL = by_program("curl", "-sS", "--http1.1", "--max-time", "20", f"https://{NAME}/item?id=1")
HTTP2 = by_program("curl", "-sS", "--http2", "--max-time", "20", f"https://{NAME}/item?id=1")


@pytest.mark.parametrize("way", ["tunnel", "gateway", "base URL"])
@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ("reset", ("ConnectionError", RESET)),
        ("reset after 2", ("ChunkedEncodingError", RESET)),
        ("truncate 2", ("ChunkedEncodingError", "IncompleteRead(2 bytes read, 3 more expected)")),
        ("hang 0.1", ("ConnectionError", "RemoteDisconnected")),
        ("delay 0.1", (200, "first")),
        ("drip 100/s", (200, "first")),
    ],
)
def test_a_response_goes_wrong_over_every_way(faulty, way, fault, seen):
    (kind, text), outcome = faulty(fault, way)

    assert kind == seen[0]
    # Python's ssl takes a reset for an end: curl tells them apart, below.
    assert seen[1] in text or (way == "tunnel" and seen[1] == RESET)
    assert (outcome["played"], outcome["missed"], outcome["failed"]) == (1, [], [])
    notes = ["shop: the fault 'hang 0.1' lasted to its end: its client has no shorter time-out"]
    assert outcome["profiles"]["shop"]["notes"] == (notes if fault == "hang 0.1" else [])


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("tls expired", "certificate has expired"),
        ("tls wrong name", f"Hostname mismatch, certificate is not valid for '{NAME}'"),
        ("tls untrusted", "unable to get local issuer certificate"),
        ("tls cut", RESET),
    ],
)
def test_a_handshake_goes_wrong_in_a_tunnel(faulty, fault, said):
    (kind, text), outcome = faulty(fault)

    assert kind == ("ConnectionError" if fault == "tls cut" else "SSLError")
    assert said in text
    assert outcome["profiles"]["shop"]["notes"] == outcome["failed"] == []


@pytest.mark.parametrize(
    ("fault", "code"), [("tls expired", 60), ("tls wrong name", 60), ("tls untrusted", 60), ("tls cut", 35)]
)
def test_curl_sees_it_too(faulty, fault, code):
    (got, text), _ = faulty(fault, client=CURL)

    assert got == code, text


def test_a_reset_in_a_tunnel_is_a_reset(faulty):
    (code, text), _ = faulty("reset", client=CURL)

    assert (code, RESET in text) == (56, True), text


@pytest.mark.parametrize("fault", ["reset", "reset after 3", "truncate 3"])
def test_over_http_2_the_stream_is_reset(faulty, fault):
    (code, text), _ = faulty(fault, client=HTTP2)

    assert (code, "was not closed cleanly: INTERNAL_ERROR" in text) == (92, True), text


NODE = by_program(
    "node",
    "-e",
    f"""
    const env = process.env, proxy = new URL(env.HTTPS_PROXY), fs = require('fs')
    const say = error => console.error(error.code)
    require('http').request({{host: proxy.hostname, port: proxy.port, method: 'CONNECT', path: '{NAME}:443'}})
      .on('connect', (_, socket) => require('https')
        .get({{socket, agent: false, servername: '{NAME}', host: '{NAME}', path: '/', ca: fs.readFileSync(env.SSL_CERT_FILE)}})
        .on('error', say))
      .on('error', say).end()
    """,
)


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("tls expired", "CERT_HAS_EXPIRED"),
        ("tls wrong name", "ERR_TLS_CERT_ALTNAME_INVALID"),
        ("tls untrusted", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"),
        ("tls cut", "ECONNRESET"),
    ],
)
def test_node_sees_it_too(faulty, fault, code):
    (_, text), _ = faulty(fault, client=NODE)

    assert text.strip() == code


@pytest.mark.parametrize("way", ["gateway", "base URL"])
def test_a_fault_of_tls_is_refused_where_there_is_no_tls(faulty, way):
    (status, text), outcome = faulty("tls expired", way)

    over = {"gateway": "over plain HTTP", "base URL": "over its base URL"}[way]
    problem = f"the fault 'tls expired' needs TLS, and a request came {over}"
    assert (status, problem in text) == (502, True)
    hint = "use https:// and the proxy variables, or another fault"
    assert outcome["failed"] == [{"profile": "shop", "text": f"shop: {problem}: {hint}"}]


def test_a_fault_comes_as_often_as_the_test_says(faulty):
    def thrice(environment, way):
        return [by_requests(environment, way)[0] for _ in range(3)]

    assert faulty({"fault": "reset", "times": 1}, client=thrice)[0] == ["ConnectionError", 200, 200]
    assert faulty({"fault": "reset", "interaction": 2}, client=thrice)[0] == [200, "ConnectionError", "ConnectionError"]
    assert faulty({"fault": "tls expired", "times": 1}, client=thrice)[0] == ["SSLError", 200, 200]
    assert faulty([{"fault": "delay 0", "times": 1}, "reset"], client=thrice)[0] == [200, *["ConnectionError"] * 2]


def test_a_kept_connection_does_not_get_around_a_fault_of_tls(_held):
    with requests.Session() as session:
        session.trust_env = False
        session.proxies, session.verify = {"https": _held["HTTPS_PROXY"]}, _held["SSL_CERT_FILE"]
        for fault, kind in (({}, None), ({"shop": "tls expired"}, requests.exceptions.SSLError), ({}, None)):
            ask_scope(_held, "PUT", {"name": "a", "recordings": {"shop": "default.rec"}, "faults": fault})
            if kind is None:
                assert session.get(f"https://{NAME}/item?id=1", timeout=seconds(20)).text == "first"
            else:
                with pytest.raises(kind):
                    session.get(f"https://{NAME}/item?id=1", timeout=seconds(20))
            ask_scope(_held, "DELETE", {"passed": True})


def test_what_no_request_has_met_is_noted(faulty):
    _, outcome = faulty({"fault": "reset", "interaction": 3})

    assert outcome["profiles"]["shop"]["notes"] == ["shop: the fault 'reset' was not played: no request fitted it"]


def test_without_a_recording_a_reset_is_still_one(_held):
    ask_scope(_held, "PUT", {"name": "a", "recordings": {"shop": []}, "faults": {"api.shop.example": "reset"}})
    kind, _ = by_requests(_held, "tunnel")
    _, outcome = ask_scope(_held, "DELETE", {"passed": True})

    assert (kind, outcome["played"], outcome["missed"]) == ("ConnectionError", 1, [])
    assert outcome["profiles"]["shop"]["requests"] == ["GET https://api.shop.example/item?id=1"]


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        ("reset", 'faults must be an object: a profile or host, and a fault such as "reset"'),
        (
            {"shop": "explode"},
            f"faults.shop: 'explode' is no fault: known are {', '.join((*FAULTS, *TLS_FAULTS))}",
        ),
        ({"shop": 7}, 'faults.shop must be words, or {"fault": "reset", "times": 1, "interaction": 2}'),
        (
            {"shop": {"fault": "reset", "times": -1}},
            'faults.shop must be words, or {"fault": "reset", "times": 1, "interaction": 2}',
        ),
        ({"shop": {"fault": "reset", "often": 1}}, "unknown key 'often': known are fault, times, interaction"),
    ],
)
def test_what_is_no_fault_is_refused(_held, faults, said):
    status, answer = ask_scope(_held, "PUT", {"name": "a", "faults": faults})

    assert (status, answer["error"]) == (400, said)
