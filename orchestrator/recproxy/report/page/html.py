"""The page: one file with its data, its styles and its scripts in it, and a policy that lets nothing else run.

What comes from traffic is nowhere in the markup. The data are compressed and base64 in an element that browsers do not
execute, and the scripts write them as text only. The policy names the hashes of the script and the style, so that
nothing else runs even if a browser could be brought to take data for markup.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import zlib
from importlib import resources

from recproxy.recording.counting import counted
from recproxy.report.page.bodies import BodyTable
from recproxy.report.page.data import page_data
from recproxy.report.page.shown import PageSources, ShownInteractions
from recproxy.report.run_report import RunReport

__all__ = ["html_page"]

#: In this order: each uses those before it.
_SCRIPTS = ("dom", "data", "text", "interaction", "list", "theme", "timeline", "requests", "views", "main")
_LARGEST_PAGE = 3_000_000  # bytes: continuous integration shows it as an artifact, and a phone loads it
#: Bytes of all bodies, compressed, at the first try: base64 adds a third, and requests and headers need room, too.
_BODIES = 1_850_000

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="recproxy">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<h1>recproxy <span class="verdict {verdict}">{said}</span></h1>
<p id="facts">{facts}</p>
<div id="tools"></div>
</header>
<main id="main" tabindex="-1"><noscript><p>This page shows its data with a script. Allow scripts for it.</p></noscript></main>
<script type="application/octet-stream" id="data">{data}</script>
<script>{script}</script>
</body>
</html>
"""


def html_page(report: RunReport, sources: PageSources) -> str:
    """The page of a report, below 3 MB: where bodies have no room, they are left out, and the page says so."""
    shown, most = ShownInteractions(report, sources), _BODIES
    while True:
        page = _page(report, json.dumps(page_data(report, shown, BodyTable(most)), separators=(",", ":")))
        if len(page) <= _LARGEST_PAGE or not most:
            return page
        most = most * 2 // 3 if most > 100_000 else 0


def _page(report: RunReport, data: str) -> str:
    style = _asset("page.css")
    script = "(() => {\n'use strict';\n" + "\n".join(_asset(f"{name}.js") for name in _SCRIPTS) + "\n})();"
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hash(script)}",
            f"style-src {_hash(style)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    said = "passed" if not report.exit_code else f"failed, exit code {report.exit_code}"
    return _PAGE.format(
        policy=policy,
        title=f"recproxy: {said}",
        style=style,
        verdict="bad" if report.exit_code else "good",
        said=said,
        facts=html.escape(_facts(report)),
        data=base64.b64encode(zlib.compress(data.encode("utf-8", "replace"))).decode(),
        script=script,
    )


def _facts(report: RunReport) -> str:
    """What the page says before its script has run."""
    count = sum(each.requests for each in report.profiles)
    missed = sum(each.missed for each in report.profiles)
    words = [
        counted(count, "request"),
        counted(missed, "miss", "misses"),
        counted(len(report.tests), "test"),
        f"{report.seconds:.1f} s",
    ]
    return " · ".join([*words, *([report.started.replace("T", " ")] if report.started else [])])


def _asset(name: str) -> str:
    return resources.files("recproxy.report.page").joinpath("assets", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
