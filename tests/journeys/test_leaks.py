"""Secrets in every shape through real runs: no byte of any file, journal, report, table or temporary file holds one."""

import http.client
import json
import sys
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from deadlines import seconds
from origins import Origin, Reply, Trust

from recproxy.recording import load

sys.path.insert(0, str(Path(__file__).parents[1] / "redaction"))

from planting import CODINGS, FORMS, KNOWN, NAMED, PLAIN_KNOWN, TOKEN, traces, zipped  # noqa: E402

PROFILE = """[project]
name = "demo"
[tool.recproxy.profiles.shop]
credentials = ["SHOP_KEY"]
[[tool.recproxy.profiles.shop.endpoints]]
hosts = ["api.shop.example"]
base_url = "SHOP_BASE_URL"
[tool.recproxy.profiles.shop.redact]
variables = ["SHOP_OTHER"]
[tool.recproxy.profiles.shop.upstream]
address = "https://127.0.0.1:{port}"
ca = "{ca}"
"""


def shapes():
    """Requests and the answers to them, by name: method, path, headers, body, and the answer's headers and body."""
    for name, words in NAMED.items():
        made = words(TOKEN.encode())
        url = urlsplit(made.get("url", "/"))
        if "@" in url.netloc or url.fragment:
            continue  # a client keeps these for itself
        path = f"/?{url.query}" if url.query else "/"
        answer = made.get("response", {})
        if not answer and name != "sas":  # that one has the value and more
            echo = b'{"you": "sent ' + TOKEN.encode() + b'"}'
            yield (
                f"{name} echoed",
                path,
                made.get("headers", ()),
                made.get("body", b""),
                [(b"X-Echo", TOKEN.encode())],
                echo,
            )
        headers, body = list(made.get("headers", ())), made.get("body", b"")
        said = [*answer.get("headers", ()), *answer.get("trailers", ())]
        yield name, path, headers, body, said, answer.get("body", b"")
        if body:
            kinds = [line for line in headers if line[0] == b"Content-Type"]
            yield f"{name} answered", "/", [], b"", kinds, body
    for form, made in FORMS.items():
        for secret in (KNOWN, PLAIN_KNOWN):
            text = made(secret)
            line = text.replace(b"=\r\n", b"")
            word = quote(line, safe="/=+-_&;")
            body = b'{"x": "' + text + b'"}'
            yield f"{form} in path and body", f"/p/{word}/q", [], b"lead " + text + b" tail", [], body
            yield f"{form} in header", "/", [(b"X-Thing", b"v=" + line)], b"", [(b"X-Said", b"v " + line)], b""
    for coding, code in CODINGS.items():
        lines = [(b"Content-Encoding", coding.encode()), (b"Content-Type", b"application/json")]
        body = code(b'{"x": "' + FORMS["json"](KNOWN) + b'"}')
        yield f"{coding} body", "/", lines, body, lines, body


class Mirror:
    """Answers what the shape of a request says; its number is the first part of the path. Every second one in chunks."""

    hosts = ("api.shop.example",)

    def __init__(self, answers):
        self.answers = answers

    def answer(self, request):
        number = int(request.path.split("/")[1])
        headers, body = self.answers[number]
        lines = [(name.decode(), value.decode("latin-1")) for name, value in headers]
        if number % 2:
            pieces = [body[start : start + 7] for start in range(0, len(body), 7)]
            body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
            return Reply(200, "OK", [*lines, ("Transfer-Encoding", "chunked")], body)
        return Reply(200, "OK", [*lines, ("Content-Length", str(len(body)))], body)


@pytest.fixture
def shop(project, tmp_path_factory):
    trust = Trust(tmp_path_factory.mktemp("trust"))
    project.shapes = list(shapes())
    answers = [(said, body) for *_, said, body in project.shapes] + [([], zipped(KNOWN))]
    with Origin(trust, Mirror(answers)) as origin:
        project.write("pyproject.toml", PROFILE.format(port=origin.port, ca=trust.path))
        (project.root / "tests/functional/recordings/shop/default.rec").unlink()
        (project.root / "tmp").mkdir()
        yield project


class Run:
    """A served run with secrets in its environment, and all that it says."""

    def __init__(self, project, mode):
        environment = {"SHOP_KEY": KNOWN, "SHOP_OTHER": PLAIN_KNOWN, "TMPDIR": str(project.root / "tmp")}
        self.server = project.serve("--mode", mode, **environment)
        self.said = self.server.stdout.readline()
        address = json.loads(self.said)["environment"]["SHOP_BASE_URL"]
        self.client = http.client.HTTPConnection(urlsplit(address).netloc, timeout=seconds(30))

    def ask(self, number, path, headers, body):
        self.client.putrequest("POST", f"/{number}{path}", skip_accept_encoding=True)
        for name, value in headers:
            self.client.putheader(name.decode(), value)
        self.client.putheader("Accept-Encoding", "gzip, deflate, br, zstd")
        self.client.putheader("Content-Length", str(len(body)))
        self.client.endheaders(body)
        answer = self.client.getresponse()
        answer.body = answer.read()
        return answer

    def end(self):
        self.client.close()
        self.server.stdin.close()
        self.said += self.server.stderr.read()
        code = self.server.wait(seconds(30))
        self.server.stdout.close()
        self.server.stderr.close()
        return code


TRACES = [(secret, trace) for secret in (KNOWN, PLAIN_KNOWN, TOKEN) for trace in traces(secret)]


def leaks(project, *texts):
    """Where a trace of a secret stands: in any file of the project, or in these texts."""
    places = {str(path): path.read_bytes() for path in project.root.rglob("*") if path.is_file()}
    places |= {f"text {number}": text.encode() for number, text in enumerate(texts)}
    return [(place, trace) for place, text in places.items() for _, trace in TRACES if trace in text]


def test_no_shape_of_a_secret_leaves_a_byte_anywhere(shop):
    run = Run(shop, "record")
    for number, (name, path, headers, body, _, said) in enumerate(shop.shapes):
        answer = run.ask(number, path, headers, body)
        assert (answer.status, answer.body) == (200, said), name  # the client has what the service sent
    journals = list((shop.root / "tests/functional/recordings/.journal").glob("*-*.journal"))
    assert [path.stat().st_size > 50_000 for path in journals] == [True]
    assert leaks(shop) == []

    assert run.end() == 0, run.said
    recorded = load((shop.root / "tests/functional/recordings/shop/default.rec").read_bytes()).interactions
    assert len(recorded) == len(shop.shapes) >= 60
    assert leaks(shop, run.said) == []
    assert "recproxy: redacted " in run.said


def test_what_fails_or_is_missed_tells_no_secret_either(shop):
    """A body that cannot be read is not recorded, which fails the scope; in replay each shape is a miss."""
    run = Run(shop, "record")
    for number, (_, path, headers, body, *_) in enumerate(shop.shapes[::4]):
        run.ask(number, path, headers, body)
    run.ask(len(shop.shapes), f"/{quote(KNOWN)}?key={PLAIN_KNOWN}", [], b"")
    assert run.end() == 3
    assert "not recorded: " in run.said
    assert (shop.root / "tests/functional/recordings/shop/default.failed.rec").is_file()
    assert leaks(shop, run.said) == []

    run = Run(shop, "replay")
    told = []
    for number, (_, path, headers, body, *_) in enumerate(shop.shapes[::4]):
        answer = run.ask(number, path, headers, body)
        assert answer.status == 599
        told.append(answer.body.decode())
    assert run.end() == 3
    assert leaks(shop, run.said, *told) == []
