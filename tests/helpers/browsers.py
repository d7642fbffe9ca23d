"""Chromium for the tests of pages: `nox -s browser` has all of it, other sessions skip by name."""

import contextlib
import os
import shutil

import pytest

#: With this variable nothing may be skipped.
_WANTED = "RECPROXY_BROWSER"
_SWITCHES = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)


def need_browser():
    """Skip the module that calls it where playwright or chromium is missing."""
    if os.environ.get(_WANTED):
        return
    pytest.importorskip("playwright", reason="playwright is not installed: nox -s browser")
    if not shutil.which("chromium"):
        pytest.skip("chromium is not installed: nox -s browser", allow_module_level=True)


@contextlib.contextmanager
def chromium():
    """A browser that reaches nothing but what a test opens."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=_SWITCHES.split())
        yield started
        started.close()


def new_context(browser, width, theme):
    """What a browser of a person is: its window, its theme, its cookies."""
    return browser.new_context(viewport={"width": width, "height": 800}, color_scheme=theme)


def show(context, url, *, said, ours, limit):
    """A new page at a URL, once its script is done; in `said` is what goes wrong in it.

    That is what its console says, its errors, and the requests to URLs that begin with none of `ours`. No wait in the
    page takes longer than `limit` seconds.
    """
    page = context.new_page()
    page.set_default_timeout(limit * 1000)
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(ours) else said.append(request.url))
    page.goto(url)
    page.locator("html[data-ready=true]").wait_for()
    return page


def violations(page, view=""):
    """What axe-core finds in a page: the view, the rule, and the first element."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [(view, each["id"], each["nodes"][0]["html"]) for each in found]
