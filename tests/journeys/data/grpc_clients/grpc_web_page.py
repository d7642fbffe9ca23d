"""gRPC-Web in a page in Chromium, by the proxy of the run and by the base URL: `grpc_web_page.py MODULES`."""

import os
import shutil
import sys
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
PAGE = """<script type=module>
import * as grpcWeb from "/page/grpc-web.mjs";
import { said } from "/page/said.mjs";
window.said = said(grpcWeb, location.origin);
</script>"""
SWITCHES = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-sync"
FILES = {
    "/page/": ("text/html", PAGE),
    "/page/grpc-web.mjs": ("text/javascript", Path(sys.argv[1], "grpc-web/index.esm.js").read_text()),
    "/page/said.mjs": ("text/javascript", (HERE / "grpc_web.mjs").read_text()),
}


def give(route):
    """The page itself comes from no service."""
    kind, text = FILES[urlsplit(route.request.url).path]
    route.fulfill(content_type=kind, body=text)


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(
        executable_path=shutil.which("chromium"),
        args=SWITCHES.split(),
        env={name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
    )
    # Of the pages alone: what the browser asks its maker would be refused, and fail the run.
    context = browser.new_context(proxy={"server": os.environ["HTTP_PROXY"]})
    for origin in ("http://notes.example", os.environ["NOTES_BASE_URL"]):
        page = context.new_page()
        page.route("**/page/**", give)
        page.goto(f"{origin}/page/")
        page.wait_for_function("window.said")
        print(page.evaluate("window.said"), flush=True)
    browser.close()
