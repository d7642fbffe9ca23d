"""The page as a file: nothing from traffic in its markup, a policy for its scripts, and a bound for its size."""

import base64
import hashlib
import json
import random
import re
import zlib
from dataclasses import replace

from run_reports import full_report

from recproxy.report.page import PageSources, html_page
from recproxy.report.run_facts import ReportPlaces
from recproxy.report.run_report import TimelineEntry

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"


def page(root, report=None):
    return html_page(report or full_report(), PageSources(places=ReportPlaces(root=root)))


def data_of(text):
    packed = re.search(r'<script type="application/octet-stream" id="data">([^<]*)</script>', text)[1]
    return json.loads(zlib.decompress(base64.b64decode(packed, validate=True)))


def test_nothing_of_a_report_is_in_the_markup(tmp_path):
    report = full_report()
    hostile = replace(
        report,
        recproxy=HOSTILE,
        started=HOSTILE,
        error=HOSTILE,
        shards=(HOSTILE,),
        tests=tuple(replace(each, name=HOSTILE) for each in report.tests),
        profiles=tuple(replace(each, name=HOSTILE, mode=HOSTILE, slowest=HOSTILE) for each in report.profiles),
        misses=tuple(replace(each, url=HOSTILE, text=HOSTILE, test=HOSTILE) for each in report.misses),
    )

    text = page(tmp_path, hostile)

    assert HOSTILE not in text
    assert "onerror" not in text.replace(base64.b64encode(b"onerror").decode(), "").replace("&lt;img src=x onerror", "")
    assert text.count("<script") == text.count("</script>") == 2
    assert data_of(text)["misses"][0]["url"] == HOSTILE


def test_only_the_script_and_the_style_of_the_page_may_run(tmp_path):
    text = page(tmp_path)

    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1].split("; ")
    script = re.search(r"<script>(.*)</script>", text, re.DOTALL)[1]
    style = re.search(r"<style>(.*)</style>", text, re.DOTALL)[1]
    for directive, content in (("script-src", script), ("style-src", style)):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy
    assert policy[0] == "default-src 'none'"
    assert "unsafe" not in " ".join(policy)


def test_the_page_needs_no_network(tmp_path):
    text = page(tmp_path)
    markup = text[: text.index("<script")]

    assert not re.search(r"\b(?:src|href)=(?!\"#)", markup)
    assert not re.search(r"@import|url\(", markup)


def test_no_script_of_the_page_parses_markup_or_text_as_code(tmp_path):
    script = page(tmp_path).rpartition("<script>")[2]

    for dangerous in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "DOMParser",
        "fetch(",
    ):
        assert dangerous not in script


def test_a_page_stays_below_three_megabytes_and_says_what_it_left_out(tmp_path):
    noise, blocks = random.Random(1), ["#recproxy 2\n"]
    count = 400
    for number in range(count):
        body = noise.randbytes(6000).hex()
        blocks.append(f"GET https://a.example/{number} HTTP/1.1\n\n====\nHTTP/1.1 200 OK\n\n{body}\n=======\n")
    (tmp_path / "a.rec").write_text("\n".join(blocks))
    common = {"profile": "shop", "test": "t", "lane": "default", "method": "GET", "result": "played", "path": "a.rec"}
    timeline = (
        TimelineEntry(url=f"https://a.example/{number}", started=number, seconds=0, number=number, **common)
        for number in range(count)
    )

    text = page(tmp_path, replace(full_report(), timeline=tuple(timeline)))

    assert 2_000_000 < len(text) < 3_000_000
    data = data_of(text)
    assert 0 < data["bodies_left_out"] < count
    assert len(data["interactions"]) == count


def test_the_first_words_are_there_before_any_script_has_run(tmp_path):
    text = page(tmp_path)

    assert "<title>recproxy: failed, exit code 3</title>" in text
    assert '<p id="facts">0 requests · 2 misses · 3 tests · 1.5 s · 2026-11-28 12:00:00+00:00</p>' in text
    assert "<title>recproxy: passed</title>" in page(tmp_path, replace(full_report(), exit_code=0))
