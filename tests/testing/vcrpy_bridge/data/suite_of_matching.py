"""What suites need of matching, asked by three clients; with vcrpy, and over real sockets."""

import asyncio
import gzip
from pathlib import Path

import aiohttp
import httpx
import pytest
import requests
import vcr

HERE = Path(__file__).parent
SHOP = "https://api.shop.example"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
XML = {"Content-Type": "application/xml"}


def by_requests(method, url, headers, body):
    response = requests.request(method, url, headers=headers, data=body, allow_redirects=False)
    return response.status_code, response.reason, response.content, response.raw.headers.items()


def by_httpx(method, url, headers, body):
    with httpx.Client() as client:
        response = client.request(method, url, headers=headers, content=body)
    return response.status_code, response.reason_phrase, response.content, response.headers.multi_items()


def by_aiohttp(method, url, headers, body):
    async def ask():
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, url, headers=headers, data=body, allow_redirects=False) as response,
        ):
            return response.status, response.reason, await response.read(), response.headers.items()

    return asyncio.run(ask())


@pytest.fixture(params=[by_requests, by_httpx, by_aiohttp])
def ask(request):
    """Ask, and have status, reason, body as text, and header lines."""

    def ask(path, method="GET", body=None, headers=None):
        status, reason, said, lines = request.param(method, f"{SHOP}/{path}", headers or {}, body)
        return status, reason, said.decode(), [(name.lower(), value) for name, value in lines]

    return ask


def cassette(name, **options):
    return vcr.use_cassette(str(HERE / f"cassettes/{name}.yaml"), record_mode="none", **options)


def test_each_once_in_recorded_order_whatever_is_asked_between(ask):
    with cassette("orders") as made:
        said = [ask(path)[2] for path in ("b", "a", "a", "b", "a")]
        assert said == ["b1", "a1", "a2", "b2", "a3"]
        assert made.all_played


def test_query_in_any_order(ask):
    with cassette("query"):
        assert ask("q?b=2&a=1&c=x%20y")[2] == "found"


def test_other_bodies_are_the_same_request_unless_a_test_asks_for_bodies(ask):
    with cassette("bodies") as made:
        assert ask("json", "POST", b'{"n": 2}', JSON)[2] == "json 1"
        assert made.play_counts[0] == 1


BY_BODY = {"match_on": ["method", "scheme", "host", "port", "path", "query", "body"]}


def test_json_by_value(ask):
    with cassette("bodies", **BY_BODY) as made:
        assert ask("json", "POST", b'{ "list":[1, 2],"n":2 }', JSON)[2] == "json 2"
        assert ask("json", "POST", b'{"n":1}', JSON)[2] == "json 1"
        assert sorted(made.play_counts) == [0, 1]


def test_forms_by_value(ask):
    with cassette("bodies", **BY_BODY):
        assert ask("form", "POST", b"b=2&a=x+y", FORM)[2] == "form 2"
        assert ask("form", "POST", b"a=1", FORM)[2] == "form 1"


def test_other_bodies_by_bytes(ask):
    with cassette("bodies", **BY_BODY):
        assert ask("xml", "POST", b"<a/>", XML)[2] == "xml"


def test_a_matcher_by_name_for_one_test(ask):
    with cassette("query", match_on=["path"]):
        assert ask("q?other=1", "DELETE")[2] == "found"


def test_what_stands_in_an_answer(ask):
    with cassette("answers"):
        status, reason, said, lines = ask("teapot")
        assert (status, reason, said) == (418, "Short And Stout", "tea")
        assert ", ".join(value for name, value in lines if name == "repeated") == "one, two"
        assert ask("nothing")[::2] == (204, "")


def test_a_body_that_was_kept_decoded(ask):
    with cassette("answers"):
        assert ask("decoded")[2] == "plain words"


def test_a_body_that_was_kept_coded(ask):
    with cassette("answers"):
        assert ask("coded")[2] == "coded words"


def make(folder):
    """The cassettes."""
    from vcrpy_project import interaction

    def posted(path, said, headers, body):
        return interaction(path, said, method="POST", body=body, headers={k: [v] for k, v in headers.items()})

    coded = {"Content-Type": ["text/plain"], "Content-Encoding": ["gzip"], "Content-Length": ["3"]}
    packed = gzip.compress(b"coded words", mtime=0)
    folder.cassette("cassettes/orders.yaml", *(interaction(said[0], said) for said in ("a1", "b1", "a2", "a3", "b2")))
    folder.cassette("cassettes/query.yaml", interaction("q?a=1&c=x+y&b=2", "found"))
    folder.cassette(
        "cassettes/bodies.yaml",
        posted("json", "json 1", JSON, '{"n": 1}'),
        posted("json", "json 2", JSON, '{"n": 2, "list": [1, 2]}'),
        posted("form", "form 1", FORM, "a=1"),
        posted("form", "form 2", FORM, "a=x+y&b=2"),
        posted("xml", "xml", XML, "<a/>"),
    )
    teapot = interaction(
        "teapot", "tea", code=418, answered={"Repeated": ["one", "two"], "Transfer-Encoding": ["chunked"]}
    )
    teapot["response"]["status"]["message"] = "Short And Stout"
    folder.cassette(
        "cassettes/answers.yaml",
        teapot,
        interaction("nothing", "", code=204),
        interaction("decoded", "plain words", answered=coded),
        interaction("coded", packed, answered=coded),
    )
