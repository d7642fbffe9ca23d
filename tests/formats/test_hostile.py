"""Files that are meant to hurt, in every format: one line each, soon, in little memory, and nothing is run or read."""

import base64
import gzip
import json
import subprocess
import sys

import pytest
from deadlines import seconds

from recproxy.errors import RecordingError
from recproxy.formats import stored
from recproxy.play.reading import load_any

ALIASES = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(n + 1)}: &{chr(n + 1)} [{', '.join(['*' + chr(n)] * 10)}]\n" for n in range(97, 110)
)


def har(**response):
    entry = {
        "request": {"method": "GET", "url": "http://a.example/", "headers": []},
        "response": {"status": 200, "statusText": "OK", "headers": []} | response,
    }
    return json.dumps({"log": {"entries": [entry]}})


def betamax(response=(), **request):
    asked = {"method": "GET", "uri": "http://a.example/", "headers": {}, "body": ""} | request
    answer = {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": ""} | dict(response)
    return json.dumps({"http_interactions": [{"request": asked, "response": answer}]})


FILES = {
    "responses: aliases": ALIASES + "responses: *n\n",
    "responses: cyclic": "responses: &a [*a]\n",
    "responses: an object": "responses: !!python/object/apply:os.system ['id']\n",
    "responses: a number to the base of sixty": "responses: 1" + ":59" * 2_000_000,
    "responses: deep": "responses: " + "[" * 100_000,
    "toml: deep": "[[responses]]\na = " + "[" * 100_000,
    "toml: a long key": "[[responses]]\n" + "a." * 50_000 + "a = 1\n",
    "toml: cut off": '[[responses]]\n[responses.response]\nurl = "http',
    "vcrpy json: deep": '{"interactions": ' + "[" * 1_000_000,
    "vcrpy json: a huge number": '{"interactions": [' + "9" * 10_000 + "]}",
    "vcrpy json: cut off": '{"interactions": [{"request": {"method": "GET"',
    "har: deep": '{"log": ' + "[" * 1_000_000,
    "har: no number": har(status=float("nan")),
    "har: no host": har().replace("http://a.example/", "http:///etc/passwd"),
    "har: base64": har(content={"text": "!", "encoding": "base64"}),
    "betamax: a method that no recording has a place for": betamax(method="#GET"),
    "har: a method that no recording has a place for": har().replace("GET", "*"),
    "betamax: a path": betamax(uri="file:///etc/passwd"),
    "betamax: another request in the URL": betamax(uri="/ HTTP/1.1\r\nHost: b"),
    "betamax: another response in the reason": betamax({"status": {"code": 200, "message": "OK\r\nX: y"}}),
    "betamax: half a letter": betamax(uri="http://a.example/", headers={"A": ["\ud800"]}),
}


@pytest.mark.parametrize("name", FILES)
def test_one_line(name):
    with pytest.raises(RecordingError, match=r"^a/b: [^\n]{,400}$"):
        load_any(FILES[name].encode("utf-8", "surrogatepass"), "a/b")


CODED = {"Content-Encoding": ["gzip"]}


@pytest.mark.parametrize(
    ("coding", "pack"), [("gzip", gzip.compress), ("gzip, gzip", lambda data: gzip.compress(gzip.compress(data)))]
)
def test_a_body_that_unpacks_to_far_more(monkeypatch, coding, pack):
    monkeypatch.setattr(stored, "MOST_DECODED", 100_000)
    body = {"base64_string": base64.b64encode(pack(bytes(1_000_000))).decode()}
    text = betamax({"headers": {"Content-Encoding": [coding]}, "body": body})

    with pytest.raises(RecordingError, match="holds more than 100000 bytes"):
        load_any(text.encode(), "a")


def test_many_bodies_that_each_unpack_to_just_enough(monkeypatch):
    monkeypatch.setattr(stored, "MOST_DECODED", 1_000_000)
    body = {"base64_string": base64.b64encode(gzip.compress(bytes(900_000))).decode()}
    one = json.loads(betamax({"headers": CODED, "body": body}))["http_interactions"]

    with pytest.raises(RecordingError, match="interaction 5: its coded bodies hold many times more than the file"):
        load_any(json.dumps({"http_interactions": one * 50}).encode(), "a")


def test_a_line_break_in_a_header_makes_no_header():
    text = betamax({"headers": {"A": ["b\r\nSet-Cookie: c=d"]}})
    [got] = load_any(text.encode(), "a").recording.interactions

    assert got.response.headers == ((b"A", b"b Set-Cookie: c=d"),)


PROGRAM = """
import resource, sys
from recproxy.errors import RecordingError
from recproxy.play.reading import read_recording
resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000,) * 2)
for path in sys.argv[1:]:
    try:
        read_recording(path)
    except RecordingError as problem:
        print(problem.message)
"""


def test_nothing_is_written_run_or_blown_up(tmp_path):
    paths = []
    for number, text in enumerate(FILES.values()):
        paths.append(tmp_path / f"{number}.x")
        paths[-1].write_bytes(text.encode("utf-8", "surrogatepass"))
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, paths)],
        capture_output=True,
        text=True,
        timeout=seconds(60),
        cwd=tmp_path,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == len(FILES)
    assert sorted(tmp_path.iterdir()) == sorted(paths)
