"""What cannot be honoured outside of the process is named, once."""

from vcrpy_project import interaction

SUITE = """
import re
import requests
import vcr


MADE = vcr.VCR(
    match_on=["method", "path"],
    ignore_hosts=["metrics.example", re.compile("log.*")],
    ignore_localhost=True,
    skip_patchers=["httpx"],
)


@MADE.use_cassette("items.yaml")
def test_one():
    assert requests.get("https://api.shop.example/item").text == "first"


@MADE.use_cassette("items.yaml")
def test_two():
    assert requests.get("https://api.shop.example/item").text == "first"


@vcr.use_cassette("far.yaml")
def test_three():
    assert requests.get("https://api.shop.example:8443/item").text == "far"
"""


def test_each_is_named_once(suite):
    suite.cassette("items.yaml", interaction("item", "first"))
    suite.cassette(
        "far.yaml", interaction("item", "far", host="api.shop.example:8443"), interaction("", "", host="localhost")
    )
    suite.write("test_a.py", SUITE)

    got = suite.run("test_a.py", bridge=True)

    assert got == {"passed": 3}
    lines = [line.removeprefix("not honoured: ") for line in got.out.splitlines() if line.startswith("not honoured")]

    assert lines == [
        "ignore_hosts metrics.example: list it in pass_hosts, or cassettes answer for it",
        "ignore_hosts log.*: list it in pass_hosts, or cassettes answer for it",
        "skip_patchers httpx: cassettes answer every client",
        "cassette far.yaml: port 8443 of api.shop.example is answered to clients that use proxy variables alone",
    ]
