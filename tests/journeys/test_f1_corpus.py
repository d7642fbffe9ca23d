"""The captures of the F1 corpus over TCP: what a client gets is what stands in the file."""

import json
import re
import sys
from pathlib import Path

CORPUS = Path(__file__).parents[1] / "functional/recordings/f1"
CAPTURES = sorted(CORPUS.glob("http-*"))
PROFILE = """
[tool.recproxy.profiles.f1]
endpoints = [ { hosts = [ "*" ] } ]
"""
HOP_BY_HOP = {"connection", "keep-alive"}

#: Asks as the captures did, or something simple; a line of JSON for each answer.
CLIENT = """
import http.client, json, os, re, sys
from pathlib import Path
from urllib.parse import urlsplit
from recproxy import recproxy

def asked(folder, number):
    file = folder / f"request-{number}"
    if not file.exists():
        return "GET", "/whatever", {}, b""
    head, body = re.split(rb"\\n\\n", file.read_bytes(), maxsplit=1)
    first, *lines = head.decode().splitlines()
    headers = dict(line.split(": ", 1) for line in lines)
    headers.pop("content-length", None)
    return *first.split(" "), headers, body

proxy = urlsplit(os.environ["http_proxy"])
for folder in map(Path, sys.argv[1:]):
    uri = json.loads((folder / "meta.json").read_bytes()).get("uri")
    host = urlsplit(uri).netloc if uri else folder.name.split("-")[1]
    with recproxy("f1", str(folder)):
        for number in range(len(list(folder.glob("response-*")))):
            method, path, headers, body = asked(folder, number)
            connection = http.client.HTTPConnection(proxy.hostname, proxy.port, timeout=30)
            connection.request(method, f"http://{host}{path}", body, headers)
            answer = connection.getresponse()
            said = [answer.status, answer.reason, answer.headers.items(), answer.read().decode("latin-1")]
            print(json.dumps([folder.name, number, *said]))
            connection.close()
"""


def test_a_client_gets_status_headers_and_body_of_the_file(project):
    project.write("pyproject.toml", PROFILE)
    client = project.write("client.py", CLIENT)

    done = project.run("run", "--profile", "f1", "--", sys.executable, str(client), *map(str, CAPTURES))

    assert done.returncode == 0, done.stdout + done.stderr
    got = [json.loads(line) for line in done.stdout.splitlines()]
    assert [[*each[:4], kept(each[4]), each[5]] for each in got] == [
        wanted for capture in CAPTURES for wanted in answers(capture)
    ]


def answers(capture):
    for number in range(len(list(capture.glob("response-*")))):
        head, body = re.split(rb"\r?\n\r?\n", (capture / f"response-{number}").read_bytes(), maxsplit=1)
        first, *lines = head.decode("latin-1").splitlines()
        _, status, reason = first.split(" ", 2)
        headers = [line.split(": ", 1) for line in lines]
        length = int(
            dict(headers).get("content-length", len(body))
        )  # an editor's line end behind it is not of the body
        yield [capture.name, number, int(status), reason, kept(headers), body[:length].decode("latin-1")]


def kept(headers):
    return [[name, value] for name, value in headers if name.lower() not in HOP_BY_HOP]
