"""vcrpy's cassettes over TCP, in place and imported: each response is the one that vcrpy itself would give."""

import functools
import gzip
import http.client
import json
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from command_line import recproxy
from deadlines import seconds

from .conftest import ANY, ask_scope, served_any

pytest.importorskip("vcr")

from vcr import migration
from vcr.cassette import Cassette
from vcr.record_mode import RecordMode
from vcr.serializers import jsonserializer, yamlserializer

DATA = Path(__file__).parents[1] / "formats" / "data" / "vcrpy"
CASSETTES = sorted(path for path in DATA.glob("*/*") if path.suffix in (".yaml", ".json"))
#: What is made anew for each connection, and what tells of a coding that vcrpy leaves in place although it was undone.
FRAMING = {"content-length", "transfer-encoding", "connection", "content-encoding"}
#: Fields that redaction changes when a cassette is imported.
REDACTED = {"testgeoapis"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("vcrpy")
    (made / "pyproject.toml").write_text(ANY)
    words = ("import", str(DATA), "--profile", "any", "--to", "imported", "--json")
    done = recproxy(*words, folder=made)
    assert done.returncode == 0, done.stderr
    (made / "receipt.json").write_text(done.stdout)
    return made


@pytest.fixture(scope="module")
def environment(folder):
    with served_any(folder) as environment:
        yield environment


def scope(environment, method, value):
    status, said = ask_scope(environment, method, value)
    assert status < 300, said
    return said


def replayed(environment, path, asked):
    """What a client gets for each request of vcrpy's, with the file as the scope's recording."""
    scope(environment, "PUT", {"name": "test_it", "recordings": {"any": str(path)}})
    found = [ask(environment, request) for request in asked]
    outcome = scope(environment, "DELETE", {"passed": True})
    assert (outcome["missed"], outcome["unused"]) == ([], [])
    return found


@functools.cache
def trust(bundle):
    """Made once: reading all roots takes longer than everything else a request does."""
    return ssl.create_default_context(cafile=bundle)


def ask(environment, request):
    proxy, parts = urlsplit(environment["HTTP_PROXY"]), urlsplit(request.uri)
    if parts.scheme == "https":
        context = trust(environment["SSL_CERT_FILE"])
        connection = http.client.HTTPSConnection(proxy.hostname, proxy.port, timeout=seconds(20), context=context)
        connection.set_tunnel(parts.hostname, parts.port or 443)
        target = request.uri.partition(parts.netloc)[2] or "/"
    else:
        connection = http.client.HTTPConnection(proxy.hostname, proxy.port, timeout=seconds(20))
        target = request.uri
    connection.putrequest(request.method, target, skip_accept_encoding=True, skip_host=parts.scheme == "http")
    if parts.scheme == "http":
        connection.putheader("Host", parts.netloc)
    for name, value in request.headers.items():
        if name.lower() not in ("content-length", "accept-encoding", "host", "connection"):
            connection.putheader(name, value)
    connection.putheader("Accept-Encoding", "gzip, deflate, br")
    body = json.dumps(request.body).encode() if isinstance(request.body, dict) else request.body
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    got = connection.getresponse()
    made = shown(got.status, got.reason, got.headers.items(), got.read())
    connection.close()
    return made


def said(path, tmp_path):
    """The requests of a cassette, and what vcrpy plays for each."""
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    if path.name.startswith("old_"):
        migration.try_migrate(str(copy))  # vcrpy reads these only when it has renewed them
    kind = jsonserializer if path.suffix == ".json" else yamlserializer
    playing = Cassette.load(path=str(copy), serializer=kind, record_mode=RecordMode.NONE)
    return playing.requests, [played(playing.play_response(request)) for request in playing.requests]


def played(response):
    headers = [(name, value) for name, values in response["headers"].items() for value in values]
    if "status_code" in response:  # httpx's shape of old: without a reason
        return shown(response["status_code"], "OK", headers, response["content"].encode())
    status = response["status"]
    return shown(status["code"], status["message"], headers, response["body"]["string"])


def shown(status, reason, headers, body):
    kept = sorted((name.lower(), value.strip()) for name, value in headers if name.lower() not in FRAMING)
    return status, reason, kept, gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body


@pytest.mark.parametrize("path", CASSETTES, ids=lambda path: path.name)
def test_in_place(environment, path, tmp_path):
    asked, wanted = said(path, tmp_path)

    assert replayed(environment, path, asked) == wanted


@pytest.mark.parametrize("path", CASSETTES, ids=lambda path: path.name)
def test_imported(environment, folder, path, tmp_path):
    asked, wanted = said(path, tmp_path)
    rows = {row["source"]: row for row in json.loads((folder / "receipt.json").read_text())}
    [target] = rows[str(path)]["targets"]
    got = replayed(environment, folder / target["path"], asked)

    assert [each[:2] for each in got] == [each[:2] for each in wanted]
    assert [public(each[2]) for each in got] == [public(each[2]) for each in wanted]
    if path.stem not in REDACTED:
        assert "json" not in rows[str(path)]["redacted"]
        assert [each[3] for each in got] == [each[3] for each in wanted]


def public(headers):
    """Headers without the values of cookies, which an import redacts."""
    return [(name, "" if name == "set-cookie" else value) for name, value in headers]


def test_what_is_used_up_is_a_miss(environment, tmp_path):
    path = DATA / "tweepy" / "test_client_get_me.yaml"
    [asked], _ = said(path, tmp_path)
    scope(environment, "PUT", {"name": "test_it", "recordings": {"any": str(path)}})

    assert [ask(environment, asked)[0] for _ in range(2)] == [200, 599]
    assert len(scope(environment, "DELETE", {"passed": True})["missed"]) == 1
    scope(environment, "PUT", {"name": "test_it", "recordings": {"any": str(path)}, "repeat": "last"})
    assert [ask(environment, asked)[0] for _ in range(2)] == [200, 200]
    scope(environment, "DELETE", {"passed": True})


def test_several_cassettes_are_their_union(environment, tmp_path):
    paths = [DATA / "tweepy" / f"test_client_get_{name}.yaml" for name in ("me", "user", "list")]
    pairs = [said(path, tmp_path) for path in paths]
    scope(environment, "PUT", {"name": "test_it", "recordings": {"any": [str(path) for path in paths]}})

    assert [ask(environment, asked[0]) for asked, _ in reversed(pairs)] == [wanted[0] for _, wanted in reversed(pairs)]
    assert scope(environment, "DELETE", {"passed": True})["unused"] == []


def test_a_matcher_is_named_for_one_test(environment, tmp_path):
    path = DATA / "tweepy" / "testupdateanddestroystatus.json"
    asked, _ = said(path, tmp_path)
    other = next(request for request in asked if request.method == "POST")
    other.uri = other.uri.partition("?")[0] + "?status=something+else"
    named = {"name": "test_it", "recordings": {"any": str(path)}, "match_on": ["method", "host", "path"]}

    scope(environment, "PUT", named | {"match_on": None})
    assert ask(environment, other)[0] == 599
    scope(environment, "DELETE", {"passed": True})
    scope(environment, "PUT", named)
    assert ask(environment, other)[0] == 200
    scope(environment, "DELETE", {"passed": True})
