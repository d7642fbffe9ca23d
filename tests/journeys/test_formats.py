"""Files of other tools as named recordings of a real run: a client gets over TCP what the file, or its library, says."""

import base64
import gzip
import http.client
import json
import zlib
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from deadlines import seconds

from .conftest import ask_scope, served_any

requests = pytest.importorskip("requests")

DATA = Path(__file__).parents[1] / "formats" / "data"
#: What a message has anew on each connection, and what tells how its body was coded.
FRAMING = {"content-length", "transfer-encoding", "connection", "keep-alive", "content-encoding"}


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    with served_any(tmp_path_factory.mktemp("formats")) as environment:
        yield environment


def replayed(environment, path, asked):
    """Status, reason, headers and payload of each request, with the file as the scope's recording."""
    status, said = ask_scope(environment, "PUT", {"name": "test_it", "recordings": {"any": str(path)}})
    assert status < 300, said
    proxies = {scheme: environment["HTTP_PROXY"] for scheme in ("http", "https")}
    found = []
    with requests.Session() as session:
        session.trust_env = False
        for method, url, headers, body in asked:
            session.cookies.clear()
            got = session.request(
                method,
                url,
                headers=headers,
                data=body,
                proxies=proxies,
                verify=environment["SSL_CERT_FILE"],
                allow_redirects=False,
                timeout=seconds(20),
            )
            found.append((got.status_code, got.reason, lines(got.raw.headers.items()), got.content))
    _, outcome = ask_scope(environment, "DELETE", {"passed": True})
    assert outcome["missed"] == []
    return found


def lines(headers):
    return sorted((name.lower(), value.strip()) for name, value in headers if name.lower() not in FRAMING)


def plain(headers, body):
    """A body without its coding, where it has it still."""
    coded = [value for name, value in headers if name.lower() == "content-encoding"]
    if coded == ["gzip"] and body.startswith(b"\x1f\x8b"):
        return gzip.decompress(body)
    return zlib.decompress(body) if coded == ["deflate"] else body


def pairs(headers):
    return [(name, each) for name, value in headers.items() for each in (value if isinstance(value, list) else [value])]


def held(body):
    """The bytes that a body of Betamax or Ruby's VCR stands for."""
    if isinstance(body, str):
        return body.encode()
    if "base64_string" in body:
        return base64.b64decode(body["base64_string"])
    return body["string"].encode(body["encoding"] or "utf-8")


def said_by_betamax(values):
    asked, wanted = [], []
    for each in values["http_interactions"]:
        request, response = each["request"], each["response"]
        headers, body = pairs(response["headers"]), held(response["body"])
        status = response.get("status") or {"code": response["status_code"], "message": "OK"}
        sent = {name: value for name, value in pairs(request["headers"]) if name.lower() != "accept-encoding"}
        asked.append((request["method"].upper(), request["uri"], sent, held(request["body"]) or None))
        wanted.append((status["code"], status["message"], lines(headers), plain(headers, body)))
    return asked, wanted


@pytest.mark.parametrize("path", sorted(DATA.glob("betamax/*/*.json")), ids=lambda path: path.stem)
def test_a_betamax_cassette(environment, path):
    asked, wanted = said_by_betamax(json.loads(path.read_text()))

    assert replayed(environment, path, asked) == wanted


@pytest.mark.parametrize("path", sorted(DATA.glob("ruby-vcr/*/*.yml")), ids=lambda path: path.stem)
def test_a_cassette_of_rubys_vcr(environment, path):
    yaml = pytest.importorskip("yaml")
    asked, wanted = said_by_betamax(yaml.safe_load(path.read_text()))

    assert replayed(environment, path, asked) == wanted


@pytest.mark.parametrize("name", ["insomnia", "postdata", "with-bom"])
def test_a_har_file(environment, name):
    path = DATA / "har" / "mitmproxy" / f"{name}.har"
    asked, wanted = [], []
    for each in json.loads(path.read_text("utf-8-sig"))["log"]["entries"]:
        request, response = each["request"], each["response"]
        sent = {
            each["name"]: each["value"]
            for each in request["headers"]
            if not each["name"].startswith(":") and each["name"].lower() not in ("content-length", "accept-encoding")
        }
        body = request.get("postData", {}).get("text") or ""
        asked.append((request["method"], request["url"], sent, body.encode() or None))
        headers = lines([(each["name"], each["value"]) for each in response["headers"]])
        wanted.append((response["status"], response["statusText"], headers, response["content"]["text"].encode()))

    assert replayed(environment, path, asked) == wanted


def test_a_har_file_with_a_damaged_body(environment, tmp_path):
    """Its bytes come as they stand, under the coding that they do not fulfil: that is what the service sent."""
    text = (DATA / "har" / "mitmproxy" / "corrupted_gzip_body.har").read_text()
    path = tmp_path / "damaged.har"
    path.write_text(text.replace("127.0.0.1:5000", "damaged.example"))  # a wide profile leaves loopback alone
    [entry] = json.loads(path.read_text())["log"]["entries"]
    ask_scope(environment, "PUT", {"name": "test_it", "recordings": {"any": str(path)}})
    address = urlsplit(environment["HTTP_PROXY"])

    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=seconds(20))
    connection.request("GET", entry["request"]["url"])
    got = connection.getresponse()

    assert got.getheader("Content-Encoding") == "gzip"
    assert got.read() == base64.b64decode(entry["response"]["content"]["text"])
    connection.close()
    assert ask_scope(environment, "DELETE", {"passed": True})[1]["played"] == 1


def test_what_a_browser_saved(environment):
    """Redirects, cookies, codings, character sets, forms: what a program does next works as it did."""
    shop = "https://shop.example"
    status, said = ask_scope(
        environment, "PUT", {"name": "test_it", "recordings": {"any": str(DATA / "har/own/browser.har")}}
    )
    assert status < 300, said
    with requests.Session() as session:
        session.trust_env = False
        session.proxies = {"https": environment["HTTP_PROXY"]}
        session.verify = environment["SSL_CERT_FILE"]
        home = session.get(f"{shop}/", timeout=seconds(20))
        session.get(f"{shop}/session", timeout=seconds(20))
        got = [
            session.get(f"{shop}/latin", timeout=seconds(20)),
            session.get(f"{shop}/logo.png", timeout=seconds(20)),
            session.post(f"{shop}/login", data={"next": "/?a=b", "user": "ann lee"}, timeout=seconds(20)),
            session.post(f"{shop}/order", json={"count": 2, "item": 1}, timeout=seconds(20)),
            session.post(f"{shop}/upload", data=b"\x00whatever", timeout=seconds(20)),
        ]
        video = session.get(f"{shop}/video", timeout=seconds(20))
    _, outcome = ask_scope(environment, "DELETE", {"passed": True})

    assert (home.url, home.text, [each.status_code for each in home.history]) == (f"{shop}/home", "<p>home</p>", [302])
    assert dict(session.cookies) == {"a": "1", "b": "2", "seen": "yes"}
    assert [(each.status_code, each.content) for each in got] == [
        (200, b"\xe9"),
        (200, b"\x89PNG\r\n\x1a\n\0"),
        (204, b""),
        (201, b'{"order": 7}'),
        (200, b"got it"),
    ]
    assert (got[0].text, got[0].headers["Content-Encoding"]) == ("é", "gzip")
    # What the file does not hold is no empty answer.
    assert (video.status_code, "was not stored: it has 5000000 bytes" in video.text) == (599, True)
    assert (outcome["played"], len(outcome["missed"]), outcome["unused"]) == (8, 1, [])


@pytest.mark.parametrize("name", ["recorded.yaml", "recorded.toml"])
def test_a_file_of_the_responses_recorder(environment, name):
    library = pytest.importorskip("responses")
    asked = [
        (method, f"https://api.example.com/{path}", {}, None)
        for method, path in (
            ("GET", "json?b=2&a=1"),
            ("GET", "text"),
            ("GET", "text?any=1"),
            ("GET", "text"),
            ("POST", "empty"),
            ("GET", "gone"),
        )
    ]
    wanted = []
    with library.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock._add_from_file(DATA / "responses" / "recorded.yaml")
        for method, url, *_ in asked:
            got = requests.request(method, url)
            wanted.append((got.status_code, got.reason, lines(got.headers.items()), got.content))

    assert replayed(environment, DATA / "responses" / name, asked) == wanted


@pytest.mark.parametrize("name", ["brokenfile", "har_extractor"])
def test_a_damaged_file_is_refused_in_one_line(environment, name):
    path = DATA / "har" / "mitmproxy" / f"{name}.har"

    status, said = ask_scope(environment, "PUT", {"name": "test_it", "recordings": {"any": str(path)}})

    assert status >= 400
    assert str(path) in said["error"]
    assert "\n" not in said["error"]
