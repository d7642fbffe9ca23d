"""Bytes of traffic that would act on a terminal, in everything that is printed: shown, and never sent raw."""

import json
import os
import sys
import unicodedata
from pathlib import Path

import prestarted
import pytest
from command_line import recproxy
from deadlines import seconds

#: ESC and a colour, OSC 52 (the clipboard) and BEL, C1's CSI, overrides of direction, CR, backspace and NUL.
HOSTILE = "\x1b[31mR\x1b]52;c;QUJD\x07\x9b2J\u202eabc\u2066\r\x08\x00X"
CONFIG = 'recordings = "recordings"\nrun = ["shop"]\n[profiles.shop]\n[[profiles.shop.endpoints]]\nhosts = ["a.example"]\nbase_url = "SHOP_URL"\n'
RECORDED = """#recproxy 2

:scope test
POST https://a.example/y?q=%1b%5d52&b=%E2%80%AE HTTP/1.1
Content-Type: text/plain
:header X-H base64 G1szMW3Cmw==

hello \u202e\u2066 x \x9b2J
====
HTTP/1.1 200 OK
Content-Type: text/plain
:body base64

G10wO3cHIOKArkEN//4A
=======
"""
PROGRAM = r"""
import os, socket, sys, urllib.parse
body = open("hostile", "rb").read() + b"\xff"
shop, proxy = (urllib.parse.urlsplit(os.environ[name]) for name in ("SHOP_URL", "HTTP_PROXY"))
def send(url, raw):
    with socket.create_connection((url.hostname, url.port), 10) as one:
        one.sendall(raw)
        one.shutdown(socket.SHUT_WR)
        try:
            while one.recv(65536):
                pass
        except OSError:
            pass
for path in (b"/x", b"/x%1b[31m%c2%9b", b"/\xc2\x9b\xe2\x80\xae", b"/y?q=%1b%5d52"):
    for head in (b"", b"X-A: \x1b[31m\xe2\x80\xae\r\n", b"Co\x1bokie: a\r\n"):
        length = b"Content-Length: %d\r\n\r\n" % len(body)
        send(shop, b"POST " + path + b" HTTP/1.1\r\nHost: a.example\r\nContent-Type: text/plain\r\n" + head + length + body)
send(shop, b"\x1b[31m\x9b HTTP/1.1\r\n\r\n")
send(proxy, b"CONNECT \x1b[31m\xe2\x80\xae.example:443 HTTP/1.1\r\n\r\n")
send(proxy, b"GET http://evil\xe2\x80\xae.example/\x9b HTTP/1.1\r\nHost: evil\xe2\x80\xae.example\r\n\r\n")
"""


def acts(text):
    """The characters of a text that would act on a terminal: controls, and those that change the direction."""
    return {ascii(each) for each in text if unicodedata.category(each) in ("Cc", "Cf", "Cs") and each not in "\t\n"}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with a hostile recording, a hostile HAR, and a program that sends the like."""
    folder = tmp_path_factory.mktemp("raw")
    (folder / "recordings/shop").mkdir(parents=True)
    (folder / "recproxy.toml").write_text(CONFIG)
    (folder / "recordings/shop/default.rec").write_text(RECORDED, encoding="utf-8")
    (folder / "hostile").write_bytes(HOSTILE.encode())
    (folder / "app.py").write_text(PROGRAM)
    (folder / "names.har").write_text(json.dumps(_har("GE\x1b[31mT", "https://a.example/\x1b[31m", "text/\x9bplain")))
    (folder / "values.har").write_text(json.dumps(_har("GET", "https://a.example/ok?a=\u202e", "text/plain")))
    (folder / "other.rec").write_text(RECORDED.replace("hello", "bye").replace("200 OK", "404 Not Found"), "utf-8")
    (folder / "torn.rec").write_bytes(RECORDED.encode().replace(b"====\nHTTP", b"====\n\x1b[31m\xe2\x80\xae HTTP"))
    return folder


def _har(method, url, kind):
    request = {"method": method, "url": url, "httpVersion": "HTTP/1.1", "headers": [{"name": "X-A", "value": HOSTILE}]}
    content = {"mimeType": kind, "text": HOSTILE, "comment": HOSTILE}
    response = {"status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "headers": [], "content": content}
    entry = {"startedDateTime": "2024-01-01T00:00:00Z", "request": request, "response": response}
    return {"log": {"version": "1.2", "creator": {"name": HOSTILE, "version": "1"}, "entries": [entry]}}


@pytest.fixture(scope="module")
def printed(project):
    """What a run printed, and the reports that it wrote: by name."""
    names = ("r.json", "r.xml", "r.html")
    reports = [word for name in names for word in ("--report", name)]
    words = ("run", "--report", "github", *reports, "--", sys.executable, "app.py")
    environment = os.environ | {"CI": ""}
    done = prestarted.run("recproxy", words, cwd=project, environment=environment, timeout=seconds(60))
    assert done.returncode == 3, done.stderr
    files = {name: Path(project, name).read_text(encoding="utf-8") for name in names}
    return {"stdout": done.stdout, "stderr": done.stderr, **files}


def test_a_run_and_its_reports_show_what_is_hostile_and_send_none_of_it(printed):
    assert {name: acts(text) for name, text in printed.items()} == dict.fromkeys(printed, set())
    assert r"\x1b[31mR\x1b]52;c;QUJD\x07\x9b2J\u202eabc\u2066\r\x08\x00X" in printed["stderr"]
    assert r"refused: no profile of this run owns \x1b[31m" in printed["stderr"]


def test_columns_of_a_miss_stay_in_line_where_characters_are_shown_as_escapes(printed):
    rows = printed["stderr"].split("  request  POST http://a.example/y?q=%1b%5d52\n")[1].splitlines()
    head, first = next(each for each in zip(rows, rows[1:], strict=False) if each[0].split() == ["recorded", "got"])

    assert head.index("got") == first.index("(absent)")


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("show recordings", r"\u202e\u2066 x \x9b2J"),
        ("show recordings --request", r"\u202e\u2066 x \x9b2J"),
        ("show recordings --curl", r"\x1b"),
        ("show values.har", r"\x1b]52;c;QUJD\x07\x9b2J\u202eabc\u2066"),
        ("show torn.rec", r"\x1b[31m"),
        ("check recordings", ""),
        ("check torn.rec", r"\x1b[31m"),
        ("scan recordings values.har torn.rec", ""),
        ("diff recordings/shop/default.rec other.rec", "404"),
        ("diff recordings/shop/default.rec values.har", ""),
        ("diff recordings/shop/default.rec torn.rec", r"\x1b[31m"),
        ("import values.har --to imported --profile shop", ""),
        ("import names.har --to imported --profile shop", "'GE...' is not a method"),
        ("export recordings/shop/default.rec --format har --to exported.har", ""),
        ("mv \x1b[31m\u202e x", r"\x1b[31m\u202e"),
        ("profiles show \x1b[31m\u202e", r"\x1b[31m\u202e"),
    ],
)
def test_a_verb_shows_what_is_hostile_and_sends_none_of_it(project, words, shown):
    done = recproxy(*words.split(" "), folder=project)

    said = done.stdout + done.stderr
    assert acts(said) == set(), said
    assert shown in said
    assert "Traceback" not in said
