"""The control address does what its OpenAPI file says, no more and no less."""

import json
import re
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

DOCUMENT = json.loads(
    (Path(__file__).parents[2] / "docs/reference/control-address.openapi.json").read_text(encoding="utf-8")
)
SCHEMAS = DOCUMENT["components"]["schemas"]
METHODS = ("get", "put", "post", "patch", "delete")
KINDS = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
OPERATIONS = [
    (path, method) for path, methods in DOCUMENT["paths"].items() for method in methods if method != "parameters"
]


@pytest.fixture
def call(served):
    connection = HTTPConnection(urlsplit(served["RECPROXY_CONTROL"]).netloc)

    def ask(method, path, value=None):
        body = None if value is None else json.dumps(value)
        headers = {"Authorization": f"Bearer {served['RECPROXY_TOKEN']}"}
        connection.request(method.upper(), path.replace("{lane}", "default"), body=body, headers=headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())

    yield ask
    connection.close()


def check(value, schema, at="answer"):
    """That a value is what a schema says, and has all that it names."""
    if "$ref" in schema:
        schema = SCHEMAS[schema["$ref"].rpartition("/")[2]]
    kinds = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    assert type(value) in [KINDS[kind] for kind in kinds], at
    if "enum" in schema:
        assert value in schema["enum"], at
    if isinstance(value, list):
        for number, each in enumerate(value):
            check(each, schema["items"], f"{at}[{number}]")
    if isinstance(value, dict):
        properties, more = schema.get("properties", {}), schema["additionalProperties"]
        assert set(schema.get("required", ())) <= set(value), at
        for name, each in value.items():
            assert name in properties or more, f"{at}.{name}"
            check(each, properties.get(name, more), f"{at}.{name}")


def answer_schema(path, method, status):
    return DOCUMENT["paths"][path][method]["responses"][str(status)]["content"]["application/json"]["schema"]


def test_it_takes_the_methods_that_are_described_and_no_others(call):
    for path, methods in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in methods or path == "/lanes/{lane}":
                continue
            status, answer = call(method, path)
            assert status == 405, (method, path)
            assert set(re.findall(r"\b[A-Z]{3,}\b", answer["error"].partition("use ")[2])) == {
                each.upper() for each in methods if each != "parameters"
            }
    assert call("get", "/elsewhere")[0] == 404
    assert call("get", "/lanes/{lane}/scope/more")[0] == 404
    assert call("put", "/lanes/{lane}")[0] == 405


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_it_takes_the_keys_that_are_described_and_no_others(call, path, method):
    body = DOCUMENT["paths"][path][method].get("requestBody")
    if body is None:
        return
    schema = SCHEMAS[body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]]
    status, answer = call(method, path, {"unheard of": 1})

    assert status == 400
    check(answer, SCHEMAS["Error"])
    assert answer["error"] == f"unknown key 'unheard of': known are {', '.join(schema['properties'])}"


def test_its_answers_are_what_is_described(project, call, served):
    two = str(project.record("two.rec", ("item", "first"), ("item", "second")))
    scope = "/lanes/{lane}/scope"
    begun = {"name": "test", "recordings": {"shop": [two]}, "default": "a/b.rec", "beside": str(project.root)}
    seen = []

    def checked(method, path, value=None, wanted=200):
        status, answer = call(method, path, value)
        described = re.sub(r"scope/\d+$", "scope/{number}", path)
        described = described if described in DOCUMENT["paths"] else "/lanes/{lane}"
        assert status == wanted, answer
        check(answer, answer_schema(described, method, status) if status < 400 else SCHEMAS["Error"])
        seen.append((described, method))
        return answer

    checked("get", "/")
    checked("get", "/health")
    checked("get", "/ready")
    checked("get", "/lanes/default")
    lane = checked("post", "/lanes", {"lane": "other"}, 201)["environment"]
    checked("put", scope, begun)
    checked("post", scope, {"name": "inner"} | dict.fromkeys(("default", "beside", "mode", "match_on", "repeat")))
    checked("patch", scope, {"recordings": {"shop": two, "bank": []}})
    for path in ("item", "elsewhere"):
        ask(served["SHOP_BASE_URL"], path)
    outcome = checked("get", scope)
    assert (outcome["played"], len(outcome["missed"]), len(outcome["unused"])) == (1, 1, 1)
    assert outcome["missed"][0]["differences"] == [{"field": "path segment 1", "wanted": "item", "got": "elsewhere"}]
    plays = checked("delete", scope, {"passed": False})["profiles"]["shop"]["plays"]
    checked("put", scope, begun | {"plays": {"shop": plays}, "repeat": "miss", "match_on": ["method", "uri"]})
    checked("delete", scope)
    totals = checked("get", "/totals")
    assert (totals["played"], totals["missed"], totals["recorded"]) == (1, 1, 0)
    assert [each for each in totals["unused"] if each["path"] == two] == [
        {
            "profile": "shop",
            "test": "test",
            "where": f"{two}:12",
            "request": "GET https://api.shop.example/item",
            "path": two,
            "number": 1,
        }
    ]
    assert totals["used"] == {two: [0]}
    requests = checked("get", "/requests")
    assert (requests["timed"], requests["requests"], len(requests["misses"])) == (False, [], 1)
    number = checked("put", scope, begun)["number"]
    checked("get", f"{scope}/{number}")
    checked("delete", f"{scope}/{number}")
    checked("delete", f"{scope}/{number}", wanted=404)
    hooks = "/lanes/{lane}/webhooks"
    assert checked("get", hooks) == {"held": False, "due": [], "sent": 0}
    checked("put", hooks, {"hold": True, "address": None, "webhook": None})
    checked("post", hooks, {"webhook": "events", "count": 1})
    checked("put", hooks, {"address": "http://127.0.0.1:80"}, wanted=400)
    checked("delete", "/lanes/other")

    assert set(seen) == set(OPERATIONS)
    assert lane["RECPROXY_LANE"] == "other"


def ask(base, path):
    connection = HTTPConnection(urlsplit(base).netloc)
    connection.request("GET", f"/{path}")
    connection.getresponse().read()
    connection.close()


def test_what_is_refused_is_described(call):
    scope = "/lanes/{lane}/scope"
    refused = [
        call("put", scope, {}),
        call("put", scope, {"name": "test", "recordings": {"shop": ["nowhere"]}}),
        call("put", scope, {"name": "test", "recordings": ["shop"]}),
        call("put", scope, {"name": "test", "mode": "live"}),
        call("put", scope, {"name": "test", "mode": "rewind"}),
        call("put", scope, {"name": "test", "mode": ["replay"]}),
        call("put", scope, {"name": "test", "repeat": "often"}),
        call("put", scope, {"name": "test", "default": "../../elsewhere.rec"}),
        call("put", scope, {"name": "test", "plays": {"shop": "many"}}),
        call("delete", scope),
        call("patch", scope, {"recordings": {}}),
        call("delete", "/lanes/unknown"),
        call("post", "/lanes", {"lane": "default"}),
        call("post", "/lanes", {"lane": 1}),
    ]

    assert [status for status, _ in refused] == [400] * 9 + [404] * 3 + [400] * 2
    for _, answer in refused:
        check(answer, SCHEMAS["Error"])


def test_nothing_is_answered_without_the_token(served):
    connection = HTTPConnection(urlsplit(served["RECPROXY_CONTROL"]).netloc)
    connection.request("GET", "/", headers={"Authorization": "Bearer other"})
    response = connection.getresponse()

    assert response.status == 401
    check(json.loads(response.read()), SCHEMAS["Error"])
    connection.close()


def test_the_reference_names_every_call():
    text = (Path(__file__).parents[2] / "docs/reference/control-address.md").read_text(encoding="utf-8")

    for path, method in OPERATIONS:
        assert f"`{method.upper()} {path.replace('{lane}', 'LANE').replace('{number}', 'NUMBER')}`" in text


def test_recordings_of_several_profiles_are_in_play_together_or_not_at_all(project, call):
    good, bad = str(project.record("good.rec", ("item", "first"))), project.root / "bad.rec"
    bad.write_text("#recproxy 2\n\nno request line\n")
    scope = "/lanes/{lane}/scope"
    call("put", scope, {"name": "test", "recordings": {"shop": [good], "bank": []}})

    status, answer = call("patch", scope, {"recordings": {"shop": [good], "bank": [str(bad)]}})

    assert (status, answer["kind"]) == (400, "RecordingError")
    assert call("get", scope)[1]["profiles"]["shop"]["plays"] == [0]
    assert call("patch", scope, {"recordings": {"shop": [good], "bank": [good]}})[0] == 200
    outcome = call("delete", scope)[1]["profiles"]
    assert (outcome["shop"]["plays"], outcome["bank"]["plays"]) == ([0, 0], [0])
