"""The page of a report in a real browser: `nox -s browser`. Skipped where playwright, axe-core or chromium are missing."""

import json
import random

import pytest
from browsers import chromium, need_browser, new_context, show, violations
from deadlines import seconds

from recproxy.report.page import PageSources, html_page
from recproxy.report.run_facts import ReportPlaces, printable_report
from recproxy.report.run_report import (
    FieldDifference,
    ProfileReport,
    ReportFinding,
    RequestReport,
    RunReport,
    TestReport,
    TimelineEntry,
    UnusedInteraction,
    WrittenFile,
)

need_browser()

COUNT = 5000
HOSTILE = "</script><script>window.ran=1</script><img src=x onerror='window.ran=1'>\u202egnp.exe\x1b[2J"
VIEWS = ("overview", "requests", "request-3", "request-4999", "misses", "miss-1", "tests", "recordings", "request-7")


def recordings(root):
    """5,000 interactions, each with a body of its own; the first ones are hostile, and the last is a conversation."""
    noise = random.Random(5)
    hostile = f"{HOSTILE} XXX[name]".replace("\x1b", "")
    blocks = ["#recproxy 2\n"]
    for number in range(COUNT - 1):
        body = json.dumps(
            {"id": number, "text": hostile, "items": [noise.getrandbits(60) for _ in range(40)]}, indent=2
        )
        kind = "text/html" if number == 1 else "image/svg+xml" if number == 2 else "application/json"
        body = f"<svg onload='window.ran=1'>{hostile}</svg>" if number in (1, 2) else body
        blocks.append(
            f"POST https://a.example/{number}?q=XXX HTTP/1.1\nAuthorization: Bearer XXX\n\nask {number}\n====\n"
            f"HTTP/1.1 200 OK\nContent-Type: {kind}\n\n{body}\n=======\n"
        )
    blocks.append(
        "SMTP smtp://a.example:25\n< 220 hi\n> DATA\n< 354 go on\n> Subject: hello\n+ \n+ how are you\n+ .\n=======\n"
    )
    (root / "a.rec").write_text("\n".join(blocks), encoding="utf-8")


def report():
    """A run of 5,000 requests, of which every thousandth is a miss."""
    timeline = []
    for number in range(COUNT):
        is_miss = number % 1000 == 3
        is_mail = number == COUNT - 1
        timeline.append(
            TimelineEntry(
                profile="mail" if is_mail else f"shop{number % 3}",
                test=f"test_module.test_{number // 25}" if number > 5 else f"test {HOSTILE}",
                lane=f"gw{number % 2}",
                method="SMTP" if is_mail else "POST",
                url="smtp://a.example:25"
                if is_mail
                else f"https://a.example/{number}{'/shop.v1.Orders' * 8 if number == 7 else ''}?{HOSTILE if number < 3 else 'q=XXX'}",
                result="missed" if is_miss else "played",
                started=number * 0.01,
                seconds=0.004 if number != 777 else 0.9,
                status=0 if is_miss or is_mail else 200,
                bytes=100,
                path="" if is_miss else "a.rec",
                number=-1 if is_miss else number,
            )
        )
    misses = [
        RequestReport(
            profile=each.profile, test=each.test, method=each.method, url=each.url, path="a.rec", line=3,
            text=f"no recorded interaction fits {HOSTILE}\n\n  request  POST\n\nto record it: recproxy run",
            differences=(FieldDifference(field="json /a", recorded='"red"', request='"blue"'), FieldDifference(field=HOSTILE, recorded=HOSTILE)),
        )
        for each in timeline
        if each.result == "missed"
    ]  # fmt: skip
    unused = UnusedInteraction(path="a.rec", number=1, line=14, request=f"POST {HOSTILE}", passed=True)
    finding = ReportFinding(text=f"shop0: {HOSTILE}", test="t")
    return RunReport(
        recproxy="0.2.0",
        runs=("r",),
        started="2026-11-28T12:00:00+00:00",
        seconds=50,
        exit_code=3,
        profiles=(
            *(ProfileReport(name=f"shop{each}", mode="replay", requests=1667, played=1665, missed=2, bytes=1000, seconds=7) for each in range(3)),
            ProfileReport(name="mail", mode="replay", interactions_unused=(unused,)),
        ),
        tests=tuple(TestReport(name=f"test_module.test_{each}", passed=each % 7 > 0, seconds=0.25) for each in range(200)),
        misses=tuple(misses),
        failures=(finding,),
        refusals=(finding,),
        notes=(finding,),
        written=(WrittenFile(path="b.rec", interactions=3),),
        redactions={"header authorization": 5},
        timeline=tuple(timeline),
    )  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    root = tmp_path_factory.mktemp("page")
    recordings(root)
    path = root / "report.html"
    path.write_text(
        html_page(printable_report(report()), PageSources(places=ReportPlaces(root=root))), encoding="utf-8"
    )
    return path


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def opened(browser, written):
    """Open the page at a view; what its console and its network say is checked at the end."""
    said, contexts = [], []

    def open_page(view="overview", *, width=1200, theme="light"):
        contexts.append(new_context(browser, width, theme))
        url = f"file://{written}#{view}"
        return show(contexts[-1], url, said=said, ours=("file:", "data:"), limit=seconds(20))

    yield open_page
    for each in contexts:
        each.close()
    assert said == []


def test_five_thousand_requests_are_one_small_file_that_shows_at_once(opened, written):
    page = opened("requests")

    assert written.stat().st_size < 3_000_000
    spent = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert spent < seconds(2) * 1000
    assert page.get_by_role("status").inner_text() == "5,000 requests of 5,000."
    assert page.locator(".row").count() < 60  # the list has those in sight alone


def test_requests_are_filtered_and_a_miss_is_followed(opened):
    page = opened("requests")

    page.get_by_label("Result").select_option("missed")
    assert page.get_by_role("status").inner_text() == "5 requests of 5,000."
    page.get_by_label("Search").fill("a.example/3003")
    assert page.get_by_role("status").inner_text() == "1 request of 5,000."
    page.locator(".row").click()

    detail = page.get_by_label("The chosen request")
    assert detail.locator("del").first.inner_text() == "red"
    assert detail.locator("ins").first.inner_text() == "blue"
    assert "Closest recording" in detail.inner_text()
    assert page.url.endswith("#request-3003")
    page.get_by_role("tab", name="Misses").click()
    page.get_by_role("button", name="Show it in the timeline").nth(4).click()
    assert "https://a.example/4003" in page.get_by_label("The chosen request").inner_text()
    page.get_by_label("Rows by").select_option("lane")
    page.get_by_label("Zoom in").click()
    assert page.locator("canvas").get_attribute("aria-label") == "5,000 requests in 2 rows over 49.99 s"


def test_each_miss_of_one_address_leads_to_its_own_request(browser, tmp_path):
    common = {"profile": "shop", "test": "t", "method": "POST", "url": "https://a.example/graphql"}
    timeline = [TimelineEntry(lane="gw0", result="missed", started=number, seconds=0, **common) for number in range(4)]
    misses = tuple(
        RequestReport(text=f"{name}\n\nto do", count=count, **common)
        for name, count in (("one", 2), ("two", 1), ("three", 1))
    )
    run = RunReport(recproxy="0.2.0", runs=("r",), misses=misses, timeline=tuple(timeline))
    path = tmp_path / "report.html"
    path.write_text(html_page(run, PageSources(places=ReportPlaces(root=tmp_path))), encoding="utf-8")
    said, context = [], new_context(browser, 1200, "light")

    page = show(context, f"file://{path}#misses", said=said, ours="file:", limit=seconds(20))
    links = page.get_by_role("button", name="Show it in the timeline")

    assert links.count() == 3
    for number, (request, name) in enumerate(((0, "one"), (2, "two"), (3, "three"))):
        page.get_by_role("tab", name="Misses").click()
        links.nth(number).click()
        assert page.url.endswith(f"#request-{request}")
        assert name in page.get_by_label("The chosen request").inner_text()
    context.close()
    assert said == []


def test_a_recorded_request_shows_masked_values_and_mail_as_a_conversation(opened):
    page = opened("request-10")
    assert {each.inner_text() for each in page.locator(".detail mark").all()} == {"XXX", "XXX[name]"}
    assert page.locator(".detail .key").first.inner_text() == '"id"'

    page = opened("request-4999")
    assert page.locator(".says li").count() == 4
    assert page.locator(".says .card dd").inner_text() == "hello"


def test_messages_of_a_websocket_and_of_a_call_are_shown_one_by_one(browser, tmp_path):
    (tmp_path / "a.rec").write_text(
        "#recproxy 2\n\nGET wss://a.example/live HTTP/1.1\n\n====\nHTTP/1.1 101 Switching Protocols\n\n"
        '< {"type": "hello"}\n:binary base64\n> AAH/\n:close 1000\n=======\n\n'
        "POST https://a.example/a.B/C HTTP/1.1\nContent-Type: application/grpc\n:encoding grpc\n\n"
        '[{"1": "one"}, {"1": "two"}]\n====\nHTTP/1.1 200 OK\n:trailer grpc-status: 0\n:encoding grpc\n\n{"2": 7}\n=======\n'
    )
    unused = [UnusedInteraction(path="a.rec", number=each, line=3, request="it", passed=True) for each in range(2)]
    profile = ProfileReport(name="shop", mode="replay", interactions_unused=tuple(unused))
    run = RunReport(recproxy="0.2.0", runs=("r",), profiles=(profile,))
    path = tmp_path / "report.html"
    path.write_text(html_page(run, PageSources(places=ReportPlaces(root=tmp_path))), encoding="utf-8")
    for width, theme in ((1200, "light"), (375, "dark")):
        said = []
        context = new_context(browser, width, theme)
        page = show(context, f"file://{path}#recordings", said=said, ours="file:", limit=seconds(20))
        for summary in page.locator("summary").all():
            summary.click()
        messages = page.locator(".says > li")
        who = ["server", "client, binary", "server", "client", "client", "server"]
        assert messages.locator(".who").all_inner_texts() == who
        for number, text in enumerate(
            ('"hello"', "00 01 ff", "closes the connection with 1000", '"one"', '"two"', "7")
        ):
            assert text in messages.nth(number).inner_text()
        page.get_by_text("grpc-status").wait_for()
        assert violations(page, "messages") == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert said == []
        context.close()


def test_the_theme_is_that_of_the_system_until_somebody_chooses(opened):
    def back(page):
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    dark, light = opened(theme="dark"), opened(theme="light")
    assert back(dark) != back(light)

    wanted = back(dark)
    light.get_by_label("Theme").select_option("dark")
    assert back(light) == wanted
    light.reload()
    light.wait_for_function("document.documentElement.dataset.ready === 'true'")
    assert back(light) == wanted


def test_the_keyboard_alone_leads_to_a_request_and_back(opened):
    page = opened()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Tab")  # theme
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "tab-requests"
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('role')") == "listbox":
            break
    page.keyboard.press("End")
    assert page.url.endswith("#request-4999")
    page.keyboard.press("ArrowUp")
    active = page.evaluate("document.activeElement.getAttribute('aria-activedescendant')")
    assert page.locator(f"#{active}").get_attribute("aria-posinset") == "4999"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "The chosen request"


@pytest.mark.parametrize(("width", "theme"), [(1200, "light"), (375, "dark")])
def test_every_view_is_accessible_and_fits(opened, width, theme):
    page = opened(width=width, theme=theme)
    for view in VIEWS:
        page.evaluate(f"location.hash = '{view}'")
        page.wait_for_function(f"location.hash === '#{view}'")
        assert violations(page, view) == []
        assert (view, page.evaluate("document.documentElement.scrollWidth")) == (view, width)


def test_a_narrow_page_shows_the_list_or_the_request(opened):
    page = opened("requests", width=375)
    assert not page.locator(".detail").is_visible()

    page.locator(".row").nth(2).click()
    assert not page.locator(".list").is_visible()
    page.get_by_role("button", name="Back to the list").click()
    assert page.locator(".list").is_visible()


def test_nothing_that_traffic_says_runs(opened):
    page = opened()
    for view in (*VIEWS, "request-0", "request-1", "request-2"):
        page.evaluate(f"location.hash = '{view}'")
    page.locator("details").first.evaluate("each => each.open = true")

    assert page.evaluate("window.ran") is None
    assert page.locator("main img").count() == 0
    assert page.evaluate("document.scripts.length") == 2
    assert "\u202e" not in page.evaluate("document.getElementById('main').textContent")
