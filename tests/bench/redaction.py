"""How fast redaction is: JSON with links, a large answer, a session of many interactions, and texts made to be slow.

Prints megabytes for each second of processor time, and how many times the former rate that is. Before redaction learned
first and searched with automata, it did 0.39 MB a second on JSON with links, took 56 s for 78 KB of JSON with a bomb in
base64, and 24 s for a nesting of 16,000. All layers of one interaction may take 30 s, one more for each megabyte of its
bodies, and open 48 MB, 24 more for each; where that ends, it is refused.

    python tests/bench/redaction.py
"""

from __future__ import annotations

import base64
import gzip
import json
import random
import time

from recproxy.recording import Interaction, Request, Response

try:
    from recproxy.redaction.rules import RedactionRules
    from recproxy.redaction.scope import redact_scope
except ImportError:  # of an older checkout, beside which this one is measured
    from recproxy.redaction import RedactionRules, Redactor, link

    def redact_scope(interactions, rules):
        redactor = Redactor(rules)
        return link([redactor.redact(each).interaction for each in interactions])


RULES = RedactionRules(values=("a-credential-" + "0123456789abcdef", "another-Secret/" + "value+1"))


FORMER = 0.39  # megabytes a second, on JSON with links


def item(number, source):
    """A thing as services describe it, with links and digests and no secret."""
    return {
        "id": number,
        "node_id": "MDQ6VXNlcj" + str(number),
        "url": f"https://api.example.com/users/{number}/items?page={number % 7}&per_page=30",
        "html_url": f"https://example.com/u/{number}",
        "author": "Ada",
        "created_at": "2026-01-31T10:00:00Z",
        "sha": f"{source.getrandbits(160):040x}",
        "text": "some words of a person that go on for a while, with more words & things",
        "flag": True,
    }


def answer(body, headers=((b"Content-Type", b"application/json"),), token="a-session-token-" + "0123456789"):
    """A request with a token, and what was answered."""
    return Interaction(
        request=Request(
            method="GET",
            url="https://api.example.com/items?page=2",
            headers=((b"Authorization", b"Bearer " + token.encode()),),
            wild=None,
        ),
        response=Response(status=200, headers=headers, body=body, wild=None),
    )


def timed(name, interactions):
    """Redact a scope and say how long it took."""
    size = sum(len(each.response.body) for each in interactions)
    start = time.process_time()
    scope = redact_scope(interactions, RULES)
    took = time.process_time() - start
    rate = size / took / 1e6
    print(f"{name:44} {size / 1e6:7.2f} MB {took:7.2f} s {rate:7.1f} MB/s", end="")
    print(f" {rate / FORMER:6.1f} x before  refused {len(scope.refusals)}")


def measure():
    """What `compare` compares: what older checkouts can do in a short time, too."""
    source = random.Random(1)
    items = [item(number, source) for number in range(1_000)]
    pages = [json.dumps(items[at * 20 : at * 20 + 20]).encode() for at in range(50)]
    page = b"<html><body>" + b"<p class='a'>words of a page &amp; more</p><a href='/x?y=1'>link</a>\n" * 3_000
    scopes = {
        "redaction of JSON with links": [answer(json.dumps(items).encode())],
        "redaction of a session of 50 interactions": [answer(each) for each in pages],
        "redaction of HTML": [answer(page, ((b"Content-Type", b"text/html"),))],
    }
    redact_scope([answer(b"{}")], RULES)  # builds what is built once
    found = {}
    for name, interactions in scopes.items():
        start = time.process_time()
        redact_scope(interactions, RULES)
        found[f"{name}, s of CPU"] = time.process_time() - start
    return found


def main():
    source = random.Random(1)
    items = [item(number, source) for number in range(28_000)]
    plain = json.dumps(items).encode()
    timed("JSON with links", [answer(plain[:1] + plain[1 : len(plain) // 10].rpartition(b", {")[0] + b"]")])
    timed("the same, 10 MB", [answer(plain)])
    timed("the same, slashes escaped", [answer(plain.replace(b"/", b"\\/"))])
    timed("the same, indented", [answer(json.dumps(items, indent=2).encode())])
    pages = [json.dumps(items[at * 20 : at * 20 + 20]).encode() for at in range(1000)]
    timed("a session of 1000 interactions", [answer(page) for page in pages])
    tokens = [f"token-{number:05}-{source.getrandbits(64):016x}" for number in range(1000)]
    timed(
        "the same, each with a token of its own",
        [answer(page, token=token) for page, token in zip(pages, tokens, strict=True)],
    )
    page = b"<html><body>" + b"<p class='a'>words of a page &amp; more</p><a href='/x?y=1'>link</a>\n" * 60_000
    timed("HTML", [answer(page, ((b"Content-Type", b"text/html"),))])
    bomb = base64.b64encode(gzip.compress(b"0" * 60_000_000)).decode()
    timed("a bomb in base64 in JSON", [answer(json.dumps({"data": bomb}).encode())])
    deep = b'{"a":' * 16_000 + b"1" + b"}" * 16_000
    timed("a nesting of 16,000", [answer(deep)])
    timed("a nesting of 100,000", [answer(b'{"a":' * 100_000 + b"1" + b"}" * 100_000)])
    timed("a nesting of 16,000 secrets", [answer(deep.replace(b'"a"', b'"password"'))])


if __name__ == "__main__":
    main()
