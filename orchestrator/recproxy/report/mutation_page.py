"""The report of a mutation run as a page: a table in one file, without scripts, that loads nothing. Pure."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence

from recproxy.recording.counting import counted
from recproxy.recording.printable import printable
from recproxy.report.mutation_report import NOTHING_TO_CHANGE, MutationTrial, score_of, unnoticed, unnoticed_text
from recproxy.report.sweep_result import SweepResult

__all__ = ["mutation_page"]

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="recproxy">
<title>recproxy mutate</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #8884; }}
td.n {{ text-align: right; }}
code {{ font: 13px ui-monospace, monospace; overflow-wrap: anywhere; }}
.first {{ border-left: 4px solid #c60; padding: .5rem 1rem; }}
</style>
</head>
<body>
<h1>What no test notices</h1>
<p>{facts}</p>
{first}
<h2>Services</h2>
<table><thead><tr><th>service</th><th>mutations</th><th>noticed</th><th>unnoticed</th><th>score</th></tr></thead>
<tbody>{services}</tbody></table>
<h2>Fields</h2>
<table><thead><tr><th>service</th><th>request</th><th>field</th><th>unnoticed</th><th>tests that use it</th></tr></thead>
<tbody>{fields}</tbody></table>
</body>
</html>
"""


def mutation_page(trials: Sequence[MutationTrial], *, command: Sequence[str], seconds: float) -> str:
    """The page: what is worth a test first, a row for each service, then one for each field that no test notices."""
    rows = unnoticed(trials)
    score = score_of(trials)
    first = (
        f'<p class="first">Worth a test: {_text(unnoticed_text(rows[0]))}.</p>'
        if rows
        else f"<p>{'All changes are noticed' if trials else NOTHING_TO_CHANGE.capitalize()}.</p>"
    )
    facts = f"{counted(len(trials), 'mutation')} in {seconds:.0f} s, by <code>{_text(' '.join(command))}</code>"
    return _PAGE.format(
        facts=facts if score is None else f"{facts}. Score: {score:.0%}.",
        first=first,
        services="".join(_services(trials)),
        fields="".join(
            _row(row.profile, row.request, row.place, ", ".join(row.kinds), ", ".join(row.tests)) for row in rows
        ),
    )


def _services(trials: Sequence[MutationTrial]) -> Iterator[str]:
    for profile in dict.fromkeys(trial.profile for trial in trials):
        own = [trial for trial in trials if trial.profile == profile]
        missed = sum(trial.result is SweepResult.UNNOTICED for trial in own)
        noticed = sum(trial.result is SweepResult.NOTICED for trial in own)
        score = score_of(own)
        yield _row(profile, str(len(own)), str(noticed), str(missed), "" if score is None else f"{score:.0%}")


def _row(*cells: str) -> str:
    return "<tr>" + "".join(f"<td><code>{_text(cell)}</code></td>" for cell in cells) + "</tr>\n"


def _text(text: str) -> str:
    return html.escape(printable(text))
